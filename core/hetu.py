"""The Finnish personal identity code (henkilötunnus, hetu): reading, checking, masking.

Source: Population Information System Decree (128/2010). All eleven characters count: the sign is not part of the
checksum, and a code without its sign is not unique.
The code individualises a person and never authenticates one; gender is never derived from it.
"""

import datetime as dt

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from stdnum.exceptions import ValidationError as NotAHetu
from stdnum.fi import hetu as stdnum_hetu

from core.refusals import Refused

# What telephone keyboards type for "-".
DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－"), "-")
CENTURIES = {"+": 1800, **dict.fromkeys("-YXWVU", 1900), **dict.fromkeys("ABCDEF", 2000)}
MASK = "••••"


class InvalidHetu(Refused):
    """The text is not a personal identity code that this installation accepts."""

    message = _("Invalid personal identity code")


def parse(text: str) -> str:
    """Return the code in its official form, eleven upper-case characters.

    Accepts lower case, spaces around, and any dash. Raises InvalidHetu for a wrong form, date or check
    character, for a birth date ahead, and for test codes (individual numbers 900–999) where
    ALLOW_TEST_CODES is off.
    """
    code = text.strip().translate(DASHES).upper()
    try:
        stdnum_hetu.validate(code, allow_temporary=settings.ALLOW_TEST_CODES)
    except NotAHetu:
        raise InvalidHetu from None
    # \d also reads the digits of other scripts.
    if not code.isascii() or len(code) != 11 or birth_date(code) > timezone.localdate():
        raise InvalidHetu
    return code


def birth_date(code: str) -> dt.date:
    """Return the birth date that a code in its official form holds."""
    return dt.date(CENTURIES[code[6]] + int(code[4:6]), int(code[2:4]), int(code[:2]))


def mask(code: str) -> str:
    """Return the code with its last four characters hidden (R17)."""
    return code[:7] + MASK
