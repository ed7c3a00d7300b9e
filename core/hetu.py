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
    for a wrong form, date or check character, and for a birth date in the future. Raises it for test codes too
    (individual numbers 900–999) when ALLOW_TEST_CODES is off.
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
    """Yield the places of the last four characters of everything in a text that may be a code, in any order.

    This finds every spelling that parse() reads, and more: a mistyped code is just as personal. It also finds a code
    that is escaped for a URL, JSON, Python or HTML, or glued to other text.
    """
    for spelling in SPELLINGS:
        found = spelling.search(text)
        while found:
            yield slice(*found.span(1))
            found = spelling.search(text, found.start() + 1)  # digits of one code may begin another


def contains_code(text: str) -> bool:
    """Tell whether find_codes() finds anything in a text."""
    return any(spelling.search(text) for spelling in SPELLINGS)


def begins_like_code(text: str) -> bool:
    """Tell whether somebody who typed this text meant a code, however little of it is right."""
    return BEGINNING.match(compact(text)) is not None


def may_contain_code(text: str) -> bool:
    """Tell whether a text holds a code or the beginning of one, so that no page may repeat it (R17)."""
    return contains_code(text) or BEGINNING.search(compact(text)) is not None


def _spellings() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the regular expressions of a code. Their group is its last four characters.

    The first takes any six digits in a row for a date. The second allows blanks between the digits. Sums and
    telephone numbers have such blanks too, so it demands a day and a month.

    Every repetition is possessive, and the number of escapes is limited, because their digits may look like the
    beginning of a code. So the time of a search grows with the length of the text, whatever the text is.
    """
    escaped = (
        r"%(?:25){0,2}[0-9A-Fa-f]{2}"
        r"|\\++(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[nrtfv])"
        r"|&#?\w{2,8};"
    )
    # A form that a browser sends writes a blank as "+", which is a sign too.
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
