"""Numbers, codes and streets that stand in a text: a line never ends within them."""

import re
from typing import Any

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

# Each is so short that it fits a small phone, whatever somebody typed.
CODE = r"(?<![/-])\b[0-9A-Z]{3,6}(?:-[0-9A-Z]{3,5}){1,2}\b"  # K7M-P3X-Q4T, 131052-308T; not within a web address
PHONE = r"(?<!\w)(?:\+|0)\d{1,4}(?: \d{2,5}){1,4}\b"
STREET = r"\b\w{1,12}(?:katu|tie|gatan|vägen) \d{1,4}(?: [A-Z](?: \d{1,3})?)?\b"  # with stairs and flat
TAG = r"<[^>]*>"  # of a text that is markup already: passed over
NUMBER = re.compile(f"{TAG}|({CODE}|{PHONE}|{STREET})")
PART_OF_EACH = re.compile(r"[\d-]")  # whatever has none is not looked through


@register.filter
def unbroken(text: Any) -> SafeString:
    """Return a text with each number, code and street kept on one line, by the markup: people copy it as it is."""
    escaped = conditional_escape(text)
    return mark_safe(NUMBER.sub(_kept_together, escaped) if PART_OF_EACH.search(escaped) else escaped)  # noqa: S308


def _kept_together(found: re.Match[str]) -> str:
    return f'<span class="number">{found[1]}</span>' if found[1] else found[0]
