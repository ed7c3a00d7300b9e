"""The one form to which typed and pasted text is brought, and the characters that need care in any text.

Telephones and word processors write other dashes and blanks than the key that was pressed, and what is pasted
brings characters along that nobody sees. DASHES, BLANKS, INVISIBLE, CONTROLS and BIDI_CONTROLS are the insides of
character classes of regular expressions.
"""

import re
import unicodedata

DASHES = r"\-‐‑‒–—―⁃−﹘﹣－"
BLANKS = r"\s"  # in a text, exactly the characters of str.isspace(), line breaks among them
# The property Default_Ignorable_Code_Point of Unicode, and U+FFF9 to U+FFFB, which fonts do not show either.
INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# Characters that change how the text around them is read; all of them are invisible.
BIDI_CONTROLS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
# Control characters, lone surrogates, and the separators that some programs read as the end of a line.
CONTROLS = "\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff"

JOINERS = "\u200c\u200d"  # Persian and the scripts of India spell some words with them

_INVISIBLE = re.compile(f"[{INVISIBLE}]+")
# Joiners, and the selectors that choose between two looks of a sign, are part of how a text is spelled.
_STRAY = re.compile(f"(?![{JOINERS}\ufe00-\ufe0f])[{INVISIBLE}]+")
_BLANK = re.compile(f"[{BLANKS}]")
_DASH = re.compile(f"[{DASHES}]")
# Codes that are read aloud are made of these: no vowels, no 0 and 1, and the digit of S/5, B/8, Z/2 and G/6.
UNAMBIGUOUS = "23456789CDFHJKMNPQRTVWXY"
_LOOKALIKES = str.maketrans("SBZG", "5826")
_CONTROL = re.compile(f"[{CONTROLS}]")


def typed_text(text: str) -> str:
    """Return one line of text in the form in which it is compared: composed (NFC), without invisible characters.

    Every blank becomes a space, and those at the ends go. Control characters other than blanks stay, so that they
    can be refused.
    """
    visible = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    return _BLANK.sub(" ", visible).strip(" ")


def typed_prose(text: str) -> str:
    """Return a text of several lines in the form in which it is stored: as typed_text(), with its lines and blanks."""
    return unicodedata.normalize("NFC", _STRAY.sub("", text)).strip()


def in_ascii_digits(text: str) -> str:
    """Return one line of typed text with wide and raised characters as the plain ones (NFKC), and every dash as `-`.

    For numbers and days only: in a text of words the same would change what people wrote.
    """
    return _DASH.sub("-", unicodedata.normalize("NFKC", typed_text(text)))


def compact(text: str) -> str:
    """Return a typed number or code without its blanks and dashes."""
    return typed_text(without_blanks(text).replace("-", ""))


def without_blanks(text: str) -> str:
    """Return a typed text with no blanks in it, and with every dash as `-`, composed (NFC) anew."""
    return typed_text(_DASH.sub("-", _BLANK.sub("", text)))


def without_lookalikes(code: str) -> str:
    """Return a code in capitals with the digit in the place of each letter that looks like one: 5 for S, 8 for B.

    Codes that we make have the digits only, so that whichever of the two was read, the same code is meant.
    """
    return code.translate(_LOOKALIKES)


def has_control(text: str, *, allowed: str = "") -> bool:
    """Tell whether a text holds control characters, lone surrogates or separators of lines, except those allowed."""
    return any(found not in allowed for found in _CONTROL.findall(text))


def storable(text: str) -> str:
    """Return the text without NUL, and with `?` for lone surrogates, neither of which PostgreSQL takes."""
    return text.replace("\0", "").encode(errors="replace").decode()
