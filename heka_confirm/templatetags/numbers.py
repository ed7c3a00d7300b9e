"""Numbers of applications in running text, on one line: a browser breaks a line after a hyphen."""

from django import template
from django.utils.html import format_html

register = template.Library()


@register.filter
def unbroken(number: str) -> str:
    """Return a number marked up so that it stays on one line. Not for titles of pages, nor for attributes."""
    return format_html('<span class="number">{}</span>', number)
