"""Parts of a page that are the same for everybody, such as its footer: rendered once for each language (ADR 63)."""

import datetime as dt
from dataclasses import is_dataclass
from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token, render_value_in_context, token_kwargs
from django.template.context import Context
from django.urls import get_script_prefix
from django.utils.translation import get_language

register = template.Library()

MOST_KEPT = 100  # of one part of one template: whatever varies more is no constant


class Gap:
    """Stands for a value that differs from page to page, while the text around it is rendered."""

    def __init__(self, name: str) -> None:
        self.mark = f"\ufdd0{name}\ufdd0"  # no character: nobody's text has it

    def __str__(self) -> str:
        return self.mark

    def __bool__(self) -> bool:
        raise TypeError("A constant part can show what it is around, and not depend on it")


class ConstantNode(template.Node):
    """Renders its part without the context of the page, so that nothing of one reader can come to another."""

    def __init__(
        self, nodelist: NodeList, variables: dict[str, FilterExpression], gaps: dict[str, FilterExpression]
    ) -> None:
        self.nodelist, self.variables, self.gaps = nodelist, variables, gaps
        self.rendered: dict[tuple[Any, ...], str] = {}

    def render(self, context: Context) -> str:
        values = {name: variable.resolve(context) for name, variable in self.variables.items()}
        of_page = get_language(), get_script_prefix(), context.autoescape
        # With the types: what is safe equals what is not, and True equals 1.
        key = *of_page, *map(type, values.values()), *values.values()
        text = self.rendered.get(key)
        if text is None:
            text = self.render_alone(context, values)
            if len(self.rendered) >= MOST_KEPT:
                self.rendered.clear()
            self.rendered[key] = text
        if not self.gaps:
            return text
        return text % {
            name: render_value_in_context(value.resolve(context), context) for name, value in self.gaps.items()
        }

    def render_alone(self, context: Context, values: dict[str, Any]) -> str:
        """Raises TypeError for a value that is the same as another one and yet may show something else."""
        for name, value in values.items():
            if not (value is None or isinstance(value, str | int | dt.date | dt.time | tuple) or is_dataclass(value)):
                raise TypeError(f"{name} is no value that makes a part of a page constant")
        gaps = {name: Gap(name) for name in self.gaps}
        alone = Context({**values, **gaps}, autoescape=context.autoescape)
        template_of_page: Any = context.template
        with alone.bind_template(template_of_page), alone.render_context.push_state(template_of_page):
            text: str = self.nodelist.render(alone)
        if not gaps:
            return text
        text = text.replace("%", "%%")
        for name, gap in gaps.items():
            text = text.replace(gap.mark, f"%({name})s")
        return text


@register.tag
def constant(parser: Parser, token: Token) -> ConstantNode:
    """Render `{% constant … around … %}…{% endconstant %}` once for each language and value of the first variables.

    They are written `name` or `name=value`. Those behind `around` differ from page to page, and are put in each time.
    """
    given = [each if "=" in each or each == "around" else f"{each}={each}" for each in token.split_contents()[1:]]
    variables, gaps = (token_kwargs(given, parser), token_kwargs(given[1:], parser))
    nodelist = parser.parse(["endconstant"])
    parser.delete_first_token()
    return ConstantNode(nodelist, variables, gaps)
