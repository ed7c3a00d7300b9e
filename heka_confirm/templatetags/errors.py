"""An error beside the label of its question, in the lists of what is wrong with a form."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from heka_confirm.templatetags.numbers import unbroken

register = template.Library()


@register.filter
def with_error(label: object, error: object) -> SafeString:
    """Return "label: error", without the colon if the label is a question or a sentence, whose own end mark stays."""
    return format_html("{} {}" if str(label).endswith(("?", ".", "!")) else "{}: {}", label, unbroken(error))
