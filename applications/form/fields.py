"""Answers as people type them in three languages, and what they mean.

What a field takes does not depend on the language of the page. People type as they are used to, and what they type
on a page in one language is read again on a page in another.
"""

import datetime as dt
import re
import unicodedata
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from applications import facts
from applications.forms import fits
from core import hetu
from core.masking import mask_hetu
from core.text import without_blanks

UNITS = re.compile(r"(€|eur|euro|euroa|euros|m2|neliötä|kvm)$", re.IGNORECASE)
NO_CENTS = re.compile(r"[,.:]-{1,2}$")  # 1100,- and 1100:-
GROUPED = re.compile(r"[1-9][0-9]{0,2}([,.'’][0-9]{3})+")
EARLIEST_YEAR = 1850  # nobody who applies was born before


class AnswerField(forms.CharField):
    """One line of text; `in_words` is how the summary shows what was typed."""

    def in_words(self, typed: str) -> str:
        try:
            return self.worded(self.clean(typed))
        except forms.ValidationError:
            return typed

    def worded(self, value: Any) -> str:
        return str(value or "")


class LineField(AnswerField):
    default_validators = [fits(facts.Line, _("The text has characters that cannot be sent."))]

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 200, **options})


class NumberField(AnswerField):
    """A number of at most `decimals` decimals, with spaces, comma or point, and its unit if people write it."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    message = _("Write a number, such as 1100.")
    decimals = 0
    most: Decimal | int = 0

    def __init__(self, *, least: int = 0, most: int | None = None, **options: Any) -> None:
        self.least = least
        self.most = self.most if most is None else most
        super().__init__(**options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        number = self._number(text)
        if not self.least <= number <= self.most:
            raise forms.ValidationError(
                _("Write a number from %(least)s to %(most)s."),
                params={"least": self.least, "most": formats.number_format(self.most, force_grouping=True)},
            )
        return number

    def _number(self, text: str) -> int | Decimal:
        """Return a typed number.

        The last point or comma begins the decimals, unless three digits follow: those are thousands.
        """
        compact = without_blanks(unicodedata.normalize("NFKC", text))
        compact = NO_CENTS.sub("", UNITS.sub("", compact.removeprefix("€")))
        whole, decimals = compact, ""
        if found := re.search(r"[,.]([0-9]{1,2})$", compact):
            whole, decimals = compact[: found.start()], found[1]
        if GROUPED.fullmatch(whole) and len(set(re.findall(r"[,.'’]", whole))) == 1:
            whole = re.sub(r"[,.'’]", "", whole)
        if not re.fullmatch(r"[0-9]+", whole):
            raise forms.ValidationError(NumberField.message)
        if len(whole) > 12 or len(decimals.rstrip("0")) > self.decimals:
            raise forms.ValidationError(self.message)
        return Decimal(f"{whole}.{decimals}") if self.decimals else int(whole)


class WholeField(NumberField):
    def worded(self, value: Any) -> str:
        return "" if value is None else str(value)


class FloorAreaField(NumberField):
    """Square metres."""

    message = _("Write the floor area in square metres, such as 28.5.")
    decimals = 1
    most = Decimal("99999.9")

    def worded(self, value: Any) -> str:
        return "" if value is None else f"{formats.number_format(value)}\u00a0m²"


class WholeAreaField(FloorAreaField):
    message = _("Write the floor area in whole square metres, such as 40.")
    decimals = 0


class MoneyField(NumberField):
    """Euros, with cents or without."""

    message = _("Write a sum in euros, such as 1100 or 1100.50.")
    decimals = 2
    most = Decimal("99999999.99")

    def worded(self, value: Any) -> str:
        return "" if value is None else f"{formats.number_format(value, 2, force_grouping=True)}\u00a0€"


class DayField(AnswerField):
    """A day as d.m.yyyy or yyyy-mm-dd. Neither form leaves doubt which number is the month."""

    widget = forms.TextInput(attrs={"autocomplete": "off"})
    message = _("Write the date as day, month and year, such as 14.2.2027.")

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        compact = without_blanks(text)
        european = re.fullmatch(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})", compact)
        iso = re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", compact)
        try:
            if european:
                day, month, year = map(int, european.groups())
            elif iso:
                year, month, day = map(int, iso.groups())
            else:
                raise forms.ValidationError(self.message)
            found = dt.date(year, month, day)
        except ValueError:
            raise forms.ValidationError(_("There is no such day. Check the date.")) from None
        if found.year < EARLIEST_YEAR:
            raise forms.ValidationError(_("Check the year of the date."))
        return found

    def worded(self, value: Any) -> str:
        return "" if value is None else formats.date_format(value)


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
                _("Invalid personal identity code. It has six digits, a sign and four more characters: check each.")
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
