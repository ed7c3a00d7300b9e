"""What was typed into the desk's search box, where it is a date of birth, an email address or a telephone number.

Each is read as everywhere else (core/days.py, core/addresses.py, core/telephones.py). What is plainly one of them and
yet is none is refused by the words of its kind.
"""

import datetime as dt
import re
from contextlib import suppress

from django.utils.translation import gettext_lazy as _

from applications import dates
from core import addresses, days, hetu, telephones
from core.refusals import Refused
from core.text import compact, in_ascii_digits

CENTURIES = (1900, 2000)  # in which people who apply were born
FEWEST_DIGITS = 6  # of a telephone number that is searched for

_SHORT_DATE = re.compile(r"([0-3]?[0-9])([./\- ]) ?([01]?[0-9])\2 ?'?([0-9]{2})|([0-3][0-9])([01][0-9])([0-9]{2})")
_CODE_WITH_SIGN = re.compile(r"[0-3][0-9][01][0-9]{3} ?[+\-A-Za-z]")
_TELEPHONE = re.compile(r"(?:\+|0|\(0|358)[0-9 ()+./\-]*")


class CannotFind(Refused):
    """Nothing was searched for."""


class NoSuchDate(CannotFind):
    message = _("There is no such date. Check the day, month and year.")


class DayMissing(CannotFind):
    message = _("Enter the day of the date of birth too, for example 1.2.1990.")


class NotAnAddress(CannotFind):
    message = _("Check the email address. It should look like this: name@example.com")


class NotATelephone(CannotFind):
    message = _("This is not a phone number. It has too few or too many digits. Check the number.")


def read_address(text: str) -> str | None:
    """Return the email address that was typed; None for a text without an @. Raises NotAnAddress."""
    if "@" not in text:
        return None
    try:
        return addresses.read_address(text)
    except addresses.InvalidAddress:
        raise NotAnAddress from None


def read_birth_dates(text: str) -> list[dt.date]:
    """Return the days that were typed, of a year of two digits in either century; none for a text that is no date.

    The first six digits of a personal identity code are such a date. Raises NoSuchDate and DayMissing.
    """
    typed = in_ascii_digits(text).rstrip(". ")
    if short := _SHORT_DATE.fullmatch(typed):
        day, month, year = map(int, filter(str.isdigit, filter(None, short.groups())))
        born = []
        for century in CENTURIES:
            with suppress(ValueError):
                born.append(dt.date(century + year, month, day))
        if not (past := [found for found in born if found <= dates.today()]):
            raise NoSuchDate
        return past
    try:
        return [days.read_day(typed)]
    except days.NoSuchDay:
        raise NoSuchDate from None
    except days.DayMissing:
        raise DayMissing from None
    except days.NotADay:
        return []


def read_telephone(text: str) -> str | None:
    """Return the telephone number that was typed; None for what is none, or a code with its sign.

    Raises NotATelephone for one that is not whole. Ten digits may be a number as well as a code without its
    sign; may_be_code() tells.
    """
    try:
        number = telephones.read_telephone(text)
    except telephones.NotATelephone:
        number = ""
    typed = number or in_ascii_digits(text)
    if _CODE_WITH_SIGN.match(typed) or not _TELEPHONE.fullmatch(typed):
        return None
    if not number or telephones.is_cut_short(number) or sum(map(str.isdigit, number)) < FEWEST_DIGITS:
        raise NotATelephone
    return number


def may_be_code(text: str) -> bool:
    """Tell whether a telephone number of nobody may be a personal identity code without its sign."""
    digits = compact(text)
    is_mobile = digits.startswith(("04", "050"))
    return len(digits) == hetu.LENGTH - 1 and hetu.begins_like_code(digits) and not is_mobile
