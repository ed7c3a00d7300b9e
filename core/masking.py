"""Personal identity codes and email addresses as they may be read where nobody need know them."""

from core import hetu

HIDDEN = "•"
MASK = HIDDEN * 4


def mask_hetu(code: str) -> str:
    """Return a code in its official form with its last four characters hidden (R17)."""
    return code[:7] + MASK


def mask_codes(text: str) -> str:
    """Return the text with the last four characters hidden of whatever may be a code (R17), and as long as before."""
    characters = list(text)
    for found in hetu.find_codes(text):
        characters[found] = HIDDEN * (found.stop - found.start)
    return "".join(characters)


def mask_email(address: str) -> str:
    """Return an address by which somebody recognises their own: `m•••@example.test`."""
    name, at, host = address.rpartition("@")
    return f"{name[:1]}{HIDDEN * 3}@{host}" if at else HIDDEN * 3
