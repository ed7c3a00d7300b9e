"""The application's number in what a scanner types, and in the text or link around it (J4).

To the computer a scanner is a keyboard. It may put the kind of the code in front (AIM: `]Q3`), and where its keyboard
is not the computer's, other signs arrive: of a link `httpsÖ--example.fi-fi-confirm-K7M+P3X+Q4T-` on a Finnish one, Z
for Y on a German one. So every sign is read as a gap, and the check character says whether a number stands between.
"""

import re
import unicodedata
from collections.abc import Iterator

from applications.references import LENGTH, normalise_reference
from core.text import typed_text

_KIND_OF_CODE = re.compile(r"^[^0-9A-Za-z]*[A-Za-z][0-9A-Za-z]")
_PLACE = re.compile(r"[0-9A-Za-z]\s+([1-9])\s*$")  # as applications/slip.py writes it
_GERMAN = str.maketrans("YZyz", "ZYzy")


def find_number(text: str) -> str | None:
    """Return the number of an application that a text is or holds, as it is stored; None if there is none.

    Nine digits in a longer text are a telephone number, and an email address holds none, whatever it is made of. A
    name of nine consonants may have the form of a number: whoever looks it up finds no application, and reads on.
    """
    if number := normalise_reference(text):
        return number
    if "@" in text:
        return None
    # The accent that arrives for "=" may stand above the next letter: a gap before it.
    letters = (unicodedata.normalize("NFD", sign) for sign in typed_text(text))
    plain = "".join(each if len(each) == 1 else f" {each[0]}" for each in letters)
    for typed in (plain, plain.translate(_GERMAN)):
        for reading in (typed, _KIND_OF_CODE.sub("", typed)):
            if number := next(filter(None, map(normalise_reference, _candidates(reading))), None):
                return number
    return None


def find_place(text: str) -> int | None:
    """Return the place of the slip's holder among the applicants, counted from 0, where the code of a slip has it."""
    place = None if normalise_reference(text) else _PLACE.search(text)
    return int(place[1]) - 1 if place else None


def _candidates(text: str) -> Iterator[str]:
    """Yield what has the form of a number: nine characters, not all of them digits, in one piece or in three."""
    pieces = re.findall("[0-9A-Za-z]+", text)
    groups = zip(pieces, pieces[1:], pieces[2:], strict=False)
    joined = ["".join(three) for three in groups if all(len(each) == LENGTH // 3 for each in three)]
    yield from (each for each in [*pieces, *joined] if len(each) == LENGTH and not each.isdigit())
