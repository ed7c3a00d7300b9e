"""The Finnish personal identity code (henkilötunnus, hetu): reading it, and finding it in texts.

Source: Population Information System Decree (128/2010). All eleven characters count: the sign is not part of the
checksum, and a code without its sign is not unique.
The code individualises a person and never authenticates one; gender is never derived from it.
"""

import datetime as dt
import re
from collections.abc import Iterator

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from stdnum.exceptions import ValidationError as NotAHetu
from stdnum.fi import hetu as stdnum_hetu

from core.refusals import Refused
from core.text import BLANKS, DASHES, INVISIBLE, compact, without_blanks

CENTURIES = {"+": 1800, **dict.fromkeys("-YXWVU", 1900), **dict.fromkeys("ABCDEF", 2000)}
LENGTH = 11
MOST_ESCAPES = 24  # in a row: eight characters of three bytes each

# Day and month hold a 0 or a 1, which no application's number does.
BEGINNING = re.compile(r"[0-3][0-9][01][0-9]{3}")


class InvalidHetu(Refused):
    """The text is not a personal identity code that this installation accepts."""

    message = _("Invalid personal identity code")


def parse(text: str) -> str:
    """Return the code in its official form, eleven upper-case characters.

    Accepts lower case, any dash, and blanks and invisible characters anywhere (core/text.py). Raises InvalidHetu
    for a wrong form, date or check character, for a birth date ahead, and for test codes (individual numbers
    900–999) where ALLOW_TEST_CODES is off.
    """
    code = without_blanks(text)
    # \d also reads the digits of other scripts, and some letters outside ASCII have a capital inside.
    if not code.isascii() or len(code) != LENGTH:
        raise InvalidHetu
    code = code.upper()
    try:
        stdnum_hetu.validate(code, allow_temporary=settings.ALLOW_TEST_CODES)
    except NotAHetu:
        raise InvalidHetu from None
    if birth_date(code) > timezone.localdate():
        raise InvalidHetu
    return code


def birth_date(code: str) -> dt.date:
    """Return the birth date that a code in its official form holds."""
    return dt.date(CENTURIES[code[6]] + int(code[4:6]), int(code[2:4]), int(code[:2]))


def find_codes(text: str) -> Iterator[slice]:
    """Yield where the last four characters stand of whatever may be a code in a text, in any order.

    That is every spelling that parse() reads, and wider: a mistyped code is just as personal. A code is found
    too where it is escaped for a URL, JSON, Python or HTML, and where it is glued to other text.
    """
    for spelling in SPELLINGS:
        found = spelling.search(text)
        while found:
            yield slice(*found.span(1))
            found = spelling.search(text, found.start() + 1)  # digits of one code may begin another


def contains_code(text: str) -> bool:
    """Tell whether a text holds what may be a code, as find_codes()."""
    return any(spelling.search(text) for spelling in SPELLINGS)


def begins_like_code(text: str) -> bool:
    """Tell whether somebody who typed this text meant a code, however little of it is right."""
    return BEGINNING.match(compact(text)) is not None


def may_contain_code(text: str) -> bool:
    """Tell whether a text holds a code or the beginning of one, so that no page may repeat it (R17)."""
    return contains_code(text) or BEGINNING.search(compact(text)) is not None


def _spellings() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the expressions of a code, whose group is its last four characters.

    One takes any six digits in a row for a date. The other allows blanks between them, as sums and telephone numbers
    have them too, and so asks for a day and a month.

    Every repetition is possessive, and escapes, which have digits where a code might begin, are of limited number:
    the time that a search takes grows with the length of the text, whatever the text is.
    """
    escaped = (
        r"%(?:25){0,2}[0-9A-Fa-f]{2}"
        r"|\\++(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[nrtfv])"
        r"|&#?\w{2,8};"
    )
    # A form that is sent writes a blank as "+", which is a sign too.
    blanks = rf"[{BLANKS}{INVISIBLE}+]*+"
    gap = rf"{blanks}(?:(?:{escaped}){blanks}){{0,{MOST_ESCAPES}}}+"
    unseen = rf"[{INVISIBLE}]*+"
    sign = rf"[+{DASHES}A-FU-Ya-fu-y]"
    middle = rf"[{BLANKS}{INVISIBLE}]*+(?:{sign}|{escaped}){gap}(?:{sign}{gap})?+"
    day = rf"(?:0{gap}[1-9]|[12]{gap}\d|3{gap}[01])"
    month = rf"(?:0{gap}[1-9]|1{gap}[0-2])"
    digit, last_four = r"\d", [r"\d"] * 3 + [r"[^\W_]"]
    return (
        re.compile(f"{unseen.join([digit] * 6)}{middle}({unseen.join(last_four)})"),
        re.compile(f"{gap.join([day, month, digit, digit])}{middle}({gap.join(last_four)})"),
    )


SPELLINGS = _spellings()
