"""Django's tags for what never changes within a language: looked up once (ADR 63, 64).

Settings make this library known to every template, and put it in the place of Django's `i18n` and `static`.
"""

import re
from typing import Any, Self

from django.template import Library, Node, NodeList
from django.template.base import FilterExpression, Parser, Template, Token, render_value_in_context
from django.template.context import Context
from django.template.defaulttags import URLNode, url
from django.template.loader_tags import ExtendsNode, IncludeNode, do_extends, do_include
from django.templatetags import i18n
from django.templatetags import static as static_files
from django.urls import Resolver404, get_script_prefix, resolve
from django.urls.converters import get_converters
from django.utils.translation import get_language, gettext

register = Library()
register.tags.update({**i18n.register.tags, **static_files.register.tags})
register.filters.update(i18n.register.filters)

PARAMETER = re.compile(r"<(\w+):\w+>")  # of a route, with the name of its converter
PLAIN = re.compile(r"[A-Za-z0-9-]+")  # in an address as it is


class KnownNode(Node):
    """What a node of Django's renders in each language, or stores in a variable. Its arguments are texts."""

    def __init__(self, node: Node, variable: str | None = None) -> None:
        self.node, self.variable = node, variable
        self.known: dict[Any, str] = {}

    def render(self, context: Context) -> str:
        key = self.depends_on()
        text = self.known.get(key)
        if text is None:
            text = self.node.render(context)
            self.known[key] = text = context[self.variable] if self.variable else text
        if self.variable is None:
            return text
        context[self.variable] = text
        return ""

    def depends_on(self) -> Any:
        return get_language()


class KnownPathNode(KnownNode):
    """The same of an address, which depends on where the service is mounted too."""

    def depends_on(self) -> Any:
        return get_language(), get_script_prefix()


class KnownSentenceNode(Node):
    """A sentence with values: looked up once in each language, and filled in for each page."""

    def __init__(self, node: Any, sentence: str, names: list[str]) -> None:
        self.node, self.sentence, self.names = node, sentence, names
        self.known: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        language = get_language()
        sentence = self.known.get(language)
        if sentence is None:
            sentence = self.known[language] = gettext(self.sentence)
        given = self.node.extra_context
        try:
            values = {name: given[name].resolve(context) if name in given else context[name] for name in self.names}
            return sentence % {name: render_value_in_context(value, context) for name, value in values.items()}
        except (KeyError, ValueError):
            return str(self.node.render(context))  # Django knows what to show then


class KnownAddressNode(Node):
    """An address with parameters: its route is looked up once in each language, and filled in for each page."""

    def __init__(self, node: URLNode) -> None:
        self.node = node
        self.routes: dict[Any, _Route | None] = {}

    def render(self, context: Context) -> str:
        key = get_language(), get_script_prefix()
        route = self.routes.get(key)
        values = [parameter.resolve(context) for parameter in self.node.args]
        address = route.filled_in(values) if route else None
        variable = self.node.asvar
        if address is None:
            address = self.node.render(context)
            address = str(context[variable] if variable else address)
            if key not in self.routes:
                self.routes[key] = _Route.of(address, values)
        if not variable:
            return address
        context[variable] = address
        return ""


class _Route:
    """The fixed parts of an address, and what makes text of its parameters."""

    def __init__(self, route: str) -> None:
        self.fixed = PARAMETER.split(get_script_prefix() + route)
        self.converters = [get_converters()[name] for name in self.fixed[1::2]]
        self.allowed = [re.compile(converter.regex) for converter in self.converters]

    @classmethod
    def of(cls, address: str, values: list[Any]) -> "_Route | None":
        """Return the route of an address that Django made, or None if it makes others out of the same parameters."""
        try:
            route = cls(resolve("/" + address.removeprefix(get_script_prefix())).route)
            return route if route.filled_in(values) == address else None
        except (Resolver404, KeyError, ValueError):
            return None

    def filled_in(self, values: list[Any]) -> str | None:
        """Return the address with these parameters, or None if they need Django's judgement."""
        parts = self.fixed.copy()
        for place, (value, converter, allowed) in enumerate(zip(values, self.converters, self.allowed, strict=True)):
            try:
                text = parts[2 * place + 1] = str(converter.to_url(value))
            except ValueError:
                return None
            if not (allowed.fullmatch(text) and PLAIN.fullmatch(text)):
                return None
        return "".join(parts)


class KnownExtendsNode(ExtendsNode):
    """Looks for the blocks of the page that it extends once."""

    @classmethod
    def of(cls, parser: Parser, token: Token) -> Self:
        """Do what Django's tag `extends` does."""
        node: Any = do_extends(parser, token)
        return cls(node.nodelist, node.parent_name)

    def get_parent(self, context: Context) -> Template:
        parent: Template = super().get_parent(context)
        if not isinstance(parent.nodelist, _Searched):
            parent.nodelist = _Searched(parent.nodelist)
        return parent


class _Searched(NodeList):
    """Nodes that know those of each type among them. They never change."""

    def __init__(self, nodes: NodeList) -> None:
        super().__init__(nodes)
        self.found: dict[type[Node], list[Node]] = {}

    def get_nodes_by_type(self, nodetype: type[Node]) -> list[Node]:
        if nodetype not in self.found:
            self.found[nodetype] = super().get_nodes_by_type(nodetype)
        return self.found[nodetype]


class KnownIncludeNode(IncludeNode):
    """Looks for the template that it names once."""

    found: Any = None

    @classmethod
    def of(cls, parser: Parser, token: Token) -> Any:
        """Do what Django's tag `include` does."""
        node: Any = do_include(parser, token)
        if not _is_text(node.template):
            return node
        return cls(node.template.var, extra_context=node.extra_context, isolated_context=node.isolated_context)

    def render(self, context: Context) -> Any:
        if self.found is None:
            page: Any = context.template
            self.found = page.engine.get_template(self.template)
        values = {name: value.resolve(context) for name, value in self.extra_context.items()}
        if self.isolated_context:
            return self.found.render(context.new(values))
        with context.push(**values):
            return self.found.render(context)


def _is_text(expression: FilterExpression) -> bool:
    return isinstance(getattr(expression.var, "literal", expression.var), str) and not expression.filters


register.tag("extends", KnownExtendsNode.of)
register.tag("include", KnownIncludeNode.of)


@register.tag
def translate(parser: Parser, token: Token) -> Node:
    """Do what Django's tag does, and remember it where it translates a text of the template."""
    node: Any = i18n.do_translate(parser, token)
    is_known = _is_text(node.filter_expression) and not (node.noop or node.message_context)
    return KnownNode(node, node.asvar) if is_known else node


@register.tag
def blocktranslate(parser: Parser, token: Token) -> Any:
    """Do what Django's tag does, and remember it without variables, or else which text it is that they stand in."""
    node: Any = i18n.do_block_translate(parser, token)
    if node.plural or node.asvar or node.message_context:
        return node
    sentence, names = node.render_token_list(node.singular)
    return KnownSentenceNode(node, sentence, names) if names or node.extra_context else KnownNode(node)


@register.tag("static")
@register.tag("url")
def known_path(parser: Parser, token: Token) -> Any:
    """Do what Django's tag does, and remember the address, or only its route where it has parameters."""
    if token.split_contents()[0] == "static":
        file: Any = static_files.do_static(parser, token)
        return KnownPathNode(file, file.varname) if _is_text(file.path) else file
    node: URLNode = url(parser, token)
    if not _is_text(node.view_name) or node.kwargs:
        return node
    return KnownAddressNode(node) if node.args else KnownPathNode(node, node.asvar)
