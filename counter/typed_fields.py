"""Days and times of day as members of staff type them."""

import datetime as dt
import re
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.text import in_ascii_digits

TIME = re.compile(r"([0-9]{1,2})(?:[.:,]?([0-9]{2}))?")
LAST_HOUR, LAST_MINUTE = 23, 59


class DayInput(forms.TextInput):
    """A text, since browsers take the dots of `type="date"` as they like. A day is shown as people write it."""

    def format_value(self, value: Any) -> str | None:
        return f"{value.day}.{value.month}.{value.year}" if isinstance(value, dt.date) else super().format_value(value)


class TimeOfDayField(forms.CharField):
    """A time of day in any of the spellings 9, 9.30, 9:30, 0930, without seconds; empty is None."""

    widget = forms.TextInput(attrs={"size": 5, "autocomplete": "off"})

    def clean(self, value: Any) -> dt.time | None:
        """Return the time. Raises ValidationError for a text that is none."""
        text = super().clean(value)
        if not text:
            return None
        typed = TIME.fullmatch(in_ascii_digits(text))
        hours, minutes = (int(typed[1]), int(typed[2] or 0)) if typed else (24, 0)
        if hours > LAST_HOUR or minutes > LAST_MINUTE:
            told = _("Enter the time as hours and minutes, for example %(example)s.")
            raise forms.ValidationError(told, params={"example": in_figures(dt.time(9, 30))})
        return dt.time(hours, minutes)

    def prepare_value(self, value: Any) -> Any:
        """Return a time as people write it in the language of the page."""
        return in_figures(value) if isinstance(value, dt.time) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Tell whether another time was typed, not whether it is spelled otherwise."""
        try:
            return self.clean(data) != (initial or None)
        except forms.ValidationError:
            return True


def in_figures(time: dt.time) -> str:
    """Return a time of day in figures, as the language of the page separates them."""
    return f"{time.hour}{':' if get_language() == 'en' else '.'}{time.minute:02}"
