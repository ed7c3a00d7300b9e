"""Parts of a page that are the same for everybody, such as its footer: rendered once for each language (ADR 63)."""

from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context
from django.urls import get_script_prefix
from django.utils.translation import get_language

register = template.Library()

MOST_KEPT = 100  # of one part of one template: whatever varies more is no constant


class ConstantNode(template.Node):
    """Renders its part without the context of the page, so that nothing of one reader can come to another."""

    def __init__(self, nodelist: NodeList, variables: dict[str, FilterExpression]) -> None:
        self.nodelist, self.variables = nodelist, variables
        self.rendered: dict[tuple[Any, ...], str] = {}

    def render(self, context: Context) -> str:
        values = {name: variable.resolve(context) for name, variable in self.variables.items()}
        key = (get_language(), get_script_prefix(), context.autoescape, *values.values())
        text = self.rendered.get(key)
        if text is None:
            alone = Context(values, autoescape=context.autoescape)
            template_of_page: Any = context.template
            with alone.bind_template(template_of_page), alone.render_context.push_state(template_of_page):
                text = self.nodelist.render(alone)
            if len(self.rendered) < MOST_KEPT:
                self.rendered[key] = text
        return text


@register.tag
def constant(parser: Parser, token: Token) -> ConstantNode:
    """Render `{% constant name … %}…{% endconstant %}` once for each language and value of the variables it names."""
    nodelist = parser.parse(["endconstant"])
    parser.delete_first_token()
    return ConstantNode(nodelist, {name: parser.compile_filter(name) for name in token.split_contents()[1:]})
