"""Django's `translate`, `blocktranslate` and `url` for what never changes within a language: looked up once (ADR 63).

Settings put this library in the place of Django’s `i18n`, which nearly every template loads.
"""

from typing import Any

from django.template import Library, Node
from django.template.base import FilterExpression, Parser, Token
from django.template.context import Context
from django.template.defaulttags import URLNode, url
from django.templatetags import i18n
from django.urls import get_script_prefix
from django.utils.translation import get_language

register = Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


class KnownNode(Node):
    """What a node of Django’s renders in each language. Its arguments are texts of the template."""

    def __init__(self, node: Any) -> None:
        self.node, self.known = node, dict[tuple[str | None, str], str]()

    def render(self, context: Context) -> str:
        key = get_language(), get_script_prefix()
        if key not in self.known:
            self.known[key] = self.node.render(context)
        return self.known[key]


def _is_text(expression: FilterExpression) -> bool:
    return isinstance(getattr(expression.var, "literal", expression.var), str) and not expression.filters


@register.tag
def translate(parser: Parser, token: Token) -> Node:
    """Do what Django's tag does, and remember it where it translates a text of the template."""
    node: Any = i18n.do_translate(parser, token)
    is_known = _is_text(node.filter_expression) and not (node.asvar or node.noop or node.message_context)
    return KnownNode(node) if is_known else node


@register.tag
def blocktranslate(parser: Parser, token: Token) -> Any:
    """Do what Django's tag does, and remember it without variables, or else which text it is that they stand in."""
    node: Any = i18n.do_block_translate(parser, token)
    made = {id(part): node.render_token_list(part) for part in (node.singular, node.plural) if part}
    if not (made[id(node.singular)][1] or node.extra_context or node.plural or node.asvar or node.message_context):
        return KnownNode(node)
    node.render_token_list = lambda part: (made[id(part)][0], list(made[id(part)][1]))
    return node


@register.tag("url")
def known_url(parser: Parser, token: Token) -> Node:
    """Do what Django's tag does, and remember it where the address has no parameters."""
    node: URLNode = url(parser, token)
    is_known = _is_text(node.view_name) and not (node.asvar or node.args or node.kwargs)
    return KnownNode(node) if is_known else node
