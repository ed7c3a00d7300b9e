"""Answers as people type them in three languages, and what they mean.

What a field takes does not depend on the language of the page. People type as they are used to, and what they type
on a page in one language is read again on a page in another.
"""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import formats
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from applications import dates, facts
from applications.forms import TypedDayField, fits, text_with
from core import hetu
from core.masking import mask_hetu
from core.text import in_ascii_digits, typed_text, without_blanks

LONGEST_NUMBER = 100  # characters with the words around it; reading takes the square of the length
# Around a number, after its blanks are gone. Rent is by the month here; a sum by the year or week is another one.
ABOUT = re.compile(r"^(n\.|noin|ca\.?|cirka|c\.|about|approx\.?|~|≈)", re.IGNORECASE)
MONTHLY = re.compile(r"(/|per|a|i|å)?(kk|kuukausi|kuukaudessa|kuussa|mån|månad|månaden|mo|month)\.?$", re.IGNORECASE)
EUROS = re.compile(r"(€|eur|euroa?|euros|e)$", re.IGNORECASE)
SQUARE_METRES = re.compile(
    r"(m2|m\^2|neliö(tä|ö|metriä)?|neliota?|kvm|kvadrat(meter)?|sqm|sq\.m|squaremet(re|er)s?)\.?$", re.IGNORECASE
)
PEOPLE = re.compile(r"(hlöä?|henkilöä?|henkeä|person(er|s)?|people|kpl|st)\.?$", re.IGNORECASE)
FLOOR = re.compile(r"(\.|\.?(krs|kerros|vån)|(:?[ae])?våningen|(st|nd|rd|th)?floor)\.?$", re.IGNORECASE)
# 2h+kk, 2 rum och kök: what is not a room is not counted, and has no digit.
ROOMS = re.compile(r"(h|huonetta|huone|r|rum|rok|rooms?)?([+,][a-zäöå+./()]*|ochkök|ochkokvrå)?$", re.IGNORECASE)
NO_CENTS = re.compile(r"[,.:]-{1,2}$")  # 1100,- and 1100:-
GROUPED = re.compile(r"[1-9][0-9]{0,2}([,.'’][0-9]{3})+")


class AnswerField(forms.CharField):
    """One line of text; `in_words` is how the summary shows what was typed."""

    def to_python(self, value: Any) -> Any:
        return typed_text(str(super().to_python(value)))

    def in_words(self, typed: str) -> str:
        try:
            return self.worded(self.clean(typed))
        except forms.ValidationError:
            return typed

    def worded(self, value: Any) -> str:
        return str(value or "")


class LineField(AnswerField):
    default_validators = [
        fits(
            facts.Line, _("The text contains characters that cannot be sent. Remove special characters and try again.")
        )
    ]

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 200, **options})


class NumberField(AnswerField):
    """A number of at most `decimals` decimals, with spaces, comma or point, and the words that people write with it.

    `message` says what is asked for, with an example of it.
    """

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    message = _("Enter the number in digits.")
    decimals = 0
    most: Decimal | int = 0
    units: tuple[re.Pattern[str], ...] = ()

    def __init__(self, *, least: int = 0, most: int | None = None, message: Any = None, **options: Any) -> None:
        self.least = least
        self.most = self.most if most is None else most
        self.message = message or self.message
        super().__init__(**{"error_messages": {"required": self.message}, **options})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        number = self._number(text)
        if not self.least <= number <= self.most:
            raise forms.ValidationError(
                _("Enter a number from %(least)s to %(most)s."),
                params={"least": self.least, "most": formats.number_format(self.most, force_grouping=True)},
            )
        return number

    def _number(self, text: str) -> int | Decimal:
        """Return a typed number.

        The last point or comma begins the decimals, unless three digits follow: those are thousands.
        """
        if len(text) > LONGEST_NUMBER:
            raise forms.ValidationError(self.message)
        compact = ABOUT.sub("", without_blanks(in_ascii_digits(text))).removeprefix("€")
        for unit in self.units:
            compact = unit.sub("", compact)
        compact = NO_CENTS.sub("", compact)
        whole, decimals = compact, ""
        if found := re.search(r"[,.]([0-9]{1,2})$", compact):
            whole, decimals = compact[: found.start()], found[1]
        if GROUPED.fullmatch(whole) and len(set(re.findall(r"[,.'’]", whole))) == 1:
            whole = re.sub(r"[,.'’]", "", whole)
        if not re.fullmatch(r"[0-9]{1,12}", whole) or len(decimals.rstrip("0")) > self.decimals:
            raise forms.ValidationError(self.message)
        return Decimal(f"{whole}.{decimals}") if self.decimals else int(whole)


class WholeField(NumberField):
    def worded(self, value: Any) -> str:
        return "" if value is None else str(value)


class RoomsField(WholeField):
    message = _("Enter the number of rooms in digits, for example 2.")
    units = (ROOMS,)


class PeopleField(WholeField):
    message = _("Enter the number of people in digits, for example 3.")
    units = (PEOPLE,)


class FloorField(WholeField):
    message = _("Enter the floor in digits, for example 2.")
    units = (FLOOR,)


class FloorAreaField(NumberField):
    """Square metres."""

    message = _("Enter the floor area in square metres, for example 28.5.")
    decimals = 1
    most = Decimal("99999.9")
    units = (SQUARE_METRES,)

    def worded(self, value: Any) -> str:
        return "" if value is None else f"{formats.number_format(value)}\u00a0m²"


class WholeAreaField(FloorAreaField):
    message = _("Enter the floor area in whole square metres, for example 40.")
    decimals = 0


class MoneyField(NumberField):
    """Euros, with cents or without."""

    message = _("Enter an amount in euros, for example 1,100 or 1,100.50.")
    decimals = 2
    most = Decimal("99999999.99")
    units: tuple[re.Pattern[str], ...] = (EUROS,)

    def worded(self, value: Any) -> str:
        return "" if value is None else f"{formats.number_format(value, 2, force_grouping=True)}\u00a0€"


class MonthlyField(MoneyField):
    """Euros a month."""

    units = (MONTHLY, EUROS)


class DayField(TypedDayField, AnswerField):
    """A day of the application. `example` may be a function that returns one."""

    def __init__(self, *, example: str | Callable[[], str] = "14.2.1990", **options: Any) -> None:
        shown = lazy(example, str)() if callable(example) else example
        hint = text_with(gettext_noop("For example %(example)s."), example=shown)
        super().__init__(**{"example": shown, "help_text": hint, **options})

    def worded(self, value: Any) -> str:
        return "" if value is None else formats.date_format(value)


def day_ahead() -> str:
    """Return an example of a day that lies ahead."""
    return day_as_typed(dates.today() + dt.timedelta(days=100))


class HetuInput(forms.TextInput):
    """Shows a valid code masked (R17); `submitted_answers()` turns the mask back into the code."""

    is_masked = True

    def format_value(self, value: Any) -> Any:
        return masked(str(value)) if self.is_masked and value else super().format_value(value)


class HetuField(AnswerField):
    widget = HetuInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return hetu.parse(text)
        except hetu.InvalidHetu:
            raise forms.ValidationError(
                _(
                    "Invalid personal identity code. Check it character by character. It should look like this: "
                    "131052-308T"
                )
            ) from None

    def in_words(self, typed: str) -> str:
        return masked(typed)


def masked(typed: str) -> str:
    """Return a code masked, and anything else as it was typed: people must see what is wrong."""
    try:
        return mask_hetu(hetu.parse(typed))
    except hetu.InvalidHetu:
        return typed


def as_typed(number: Decimal | int | None) -> str:
    """Return a number as somebody might type it on this page."""
    return "" if number is None else f"{Decimal(number):f}".replace(".", formats.get_format("DECIMAL_SEPARATOR"))


def euros_as_typed(amount: Decimal | None) -> str:
    """Return a sum as somebody might type it on this page: cents only where there are any."""
    return "" if amount is None else as_typed(int(amount) if amount == int(amount) else amount)


def day_as_typed(day: dt.date | None) -> str:
    return "" if day is None else f"{day.day}.{day.month}.{day.year}"
