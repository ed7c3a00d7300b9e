"""Personal identity codes in a form for readers who need not know them."""

from core import hetu
from core.addresses import shown_address

HIDDEN = "•"
MASK = HIDDEN * 4


def mask_hetu(code: str) -> str:
    """Return a code in its official form with its last four characters hidden (R17)."""
    return code[:7] + MASK


def mask_address(address: str) -> str:
    """Return an email address of which the owner knows it again, and others do not learn it."""
    local, at, domain = shown_address(address).partition("@")
    return f"{local[:1]}{MASK}{at}{domain}" if address else ""


def mask_codes(text: str) -> str:
    """Return the text, as long as before, with the last four characters of all that may be a code hidden (R17)."""
    characters = list(text)
    for found in hetu.find_codes(text):
        characters[found] = HIDDEN * (found.stop - found.start)
    return "".join(characters)
