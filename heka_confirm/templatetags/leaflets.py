"""The words of buttons where a text names one: the very words that the button bears, in the reader's language."""

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.translation import get_language, gettext, override

register = template.Library()

# The Swedish leaflet names these as the Finnish pages have them.
FINNISH_IN_SWEDISH = {"Continue to identification", "Accept", "Confirm application"}


@register.simple_tag(takes_context=True)
def button_words(context: Context, msgid: str) -> str:
    """Return a button's words in quotes, by the msgid of the button itself; in Swedish, where needed, in Finnish too.

    They are marked up, except in the text part of an email, which escapes nothing.
    """
    words, finnish = _in_quotes(gettext(msgid)), ""
    if get_language() == "sv" and msgid in FINNISH_IN_SWEDISH:
        with override("fi"):
            finnish = _in_quotes(gettext(msgid))
    if not context.autoescape:
        return f"{words} ({gettext('in Finnish')} {finnish})" if finnish else words
    if not finnish:
        return format_html("<strong>{}</strong>", words)
    return format_html('<strong>{}</strong> ({} <span lang="fi">{}</span>)', words, gettext("in Finnish"), finnish)


def _in_quotes(words: str) -> str:
    return gettext("“%(name)s”") % {"name": words}
