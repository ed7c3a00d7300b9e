"""Texts as they are read, without what decides where their lines end."""

import re

NUMBER = re.compile(r'<span class="number">([^<]*)</span>')


def as_read(text: str) -> str:
    """Return a text or page with plain spaces, without soft hyphens and the markup that keeps numbers together."""
    return NUMBER.sub(r"\1", text).replace("\u00a0", " ").replace("\u00ad", "")
