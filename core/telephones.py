"""Telephone numbers as people type them, and the one form in which they are stored.

A small reading of our own. A library that knows the numbering plans (phonenumbers) finds shortened numbers of four
digits and half of all personal identity codes valid, and takes a Swedish number without its country for a Finnish
one. Numbers are for people who call: what counts is that nothing typed for another field is stored here, and that a
number is whole.
"""

import re

from core import hetu
from core.text import in_ascii_digits

LONGEST_TELEPHONE = 50  # characters as stored
LONGEST_TYPED = 200  # characters with the words around it; reading takes the square of the length
FEWEST_DIGITS, MOST_DIGITS = 3, 17  # the longest number of E.164 has 15 digits, and 00 may stand before it
FEWEST_MOBILE_DIGITS = 9  # of a Finnish number that begins with 04 or 050, the 0 included

_BEFORE = re.compile(
    r"(?:puhelin(?:numero)?|puh|p|matkapuhelin|gsm|tel|telefon|tfn|mobil|mobiili|phone|mobile|t)\b[.:]* *(?=[+(0-9])",
    re.IGNORECASE,
)
_WORDS_AFTER = re.compile(r" *\([^\d()]+\)$")
_NUMBER = re.compile(r"\+? ?[0-9(][0-9 ()\-]*")
_FINNISH = re.compile(r"^(?:\+|00)3580?|^3580?(?=[0-9]{7})")


class NotATelephone(ValueError):
    """The text is no telephone number."""


class SeveralTelephones(NotATelephone):
    """More digits than one number has."""


class CodeNotTelephone(NotATelephone):
    """A personal identity code, which belongs elsewhere (R17)."""


def read_telephone(text: str) -> str:
    """Return a typed number as it is stored: with its grouping, in ASCII, without the words around it.

    Takes "puh." and its like in front, "(työ)" behind, dots and slashes between the groups, any dash, wide digits.
    Raises NotATelephone, or the kind of it that tells what is wrong.
    """
    if len(text) > LONGEST_TYPED:
        raise NotATelephone
    if _is_code(text):
        raise CodeNotTelephone
    typed = _WORDS_AFTER.sub("", _BEFORE.sub("", in_ascii_digits(text), count=1))
    number = " ".join(re.sub("[./]", " ", typed).split())
    digits = re.sub("[^0-9]", "", number)
    if not _NUMBER.fullmatch(number) or not digits:
        raise NotATelephone
    if len(digits) > MOST_DIGITS:
        raise SeveralTelephones
    if len(digits) < FEWEST_DIGITS:
        raise NotATelephone
    return number


def is_cut_short(number: str) -> bool:
    """Tell whether digits are missing at the end of a Finnish mobile number: people are asked for the rest.

    What the housing system sends is taken: an application is not lost for a telephone number.
    """
    national = _national(number)
    return national.startswith(("04", "050")) and len(national) < FEWEST_MOBILE_DIGITS


def spellings(number: str) -> list[str]:
    """Return the ways in which a number may be stored, less its blanks, dashes and brackets: to find it again."""
    national = _national(number)
    if re.match("0[^0]", national):
        return [f"{before}{national[1:]}" for before in ("0", "+358", "00358", "358", "+3580", "003580")]
    abroad = re.sub(r"^(\+|00)", "", national)
    return [f"+{abroad}", f"00{abroad}", abroad]


def _national(number: str) -> str:
    """Return the digits of a number, of a Finnish one as they are dialled in Finland."""
    return _FINNISH.sub("0", re.sub("[^0-9+]", "", number.replace("(0)", "")))


def _is_code(text: str) -> bool:
    try:
        hetu.parse(text)
    except hetu.InvalidHetu:
        return False
    return True
