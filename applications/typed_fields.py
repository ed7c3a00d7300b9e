"""Days and times of day as members of staff type them."""

import datetime as dt
import re
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import get_language, gettext_noop

from applications.forms import TypedDayField, text_with
from core.text import in_ascii_digits

TIME = re.compile(r"([0-9]{1,2})(?:[.:, ]?([0-9]{2}))?")
LAST_HOUR, LAST_MINUTE = 23, 59


def in_figures(time: dt.time) -> str:
    """Return a time of day in figures, as the language of the page separates them."""
    return f"{time.hour}{':' if get_language() == 'en' else '.'}{time.minute:02}"


ASKED_TIME = text_with(
    gettext_noop("Enter the time as hours and minutes, for example %(example)s."),
    example=lazy(in_figures, str)(dt.time(9, 30)),
)


class DayInput(forms.TextInput):
    """A text, since browsers take the dots of `type="date"` as they like. A day is shown as people write it."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", **(attrs or {})})

    def format_value(self, value: Any) -> str | None:
        return f"{value.day}.{value.month}.{value.year}" if isinstance(value, dt.date) else super().format_value(value)


class TimeInput(forms.TextInput):
    """A text, too. A time is shown as people write it in the language of the page."""

    def format_value(self, value: Any) -> str | None:
        return in_figures(value) if isinstance(value, dt.time) else super().format_value(value)


class StaffDayField(TypedDayField):
    """A day of this century, such as 281126: staff type opening hours, papers and periods here, and no birth."""

    century = 2000
    widget = DayInput()


class TimeOfDayField(forms.CharField):
    """A time of day in any of the spellings 9, 9.30, 9:30, 9 30, 0930, without seconds; empty is None."""

    widget = TimeInput(attrs={"size": 5, "autocomplete": "off"})

    def clean(self, value: Any) -> dt.time | None:
        """Return the time. Raises ValidationError for a text that is none."""
        text = super().clean(value)
        if not text:
            return None
        typed = TIME.fullmatch(in_ascii_digits(text))
        hours, minutes = (int(typed[1]), int(typed[2] or 0)) if typed else (24, 0)
        if hours > LAST_HOUR or minutes > LAST_MINUTE:
            raise forms.ValidationError(ASKED_TIME)
        return dt.time(hours, minutes)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Tell whether another time was typed, not whether it is spelled otherwise."""
        try:
            return self.clean(data) != (initial or None)
        except forms.ValidationError:
            return True


class MomentInput(forms.MultiWidget):
    """A day, which the label of the field is for, and beside it a time of day with its own label."""

    template_name = "_moment_input.html"
    use_fieldset = False

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__([DayInput({"size": 12}), TimeInput({"size": 5, "autocomplete": "off"})], attrs)

    def decompress(self, value: dt.datetime | None) -> list[Any]:
        local = value and timezone.localtime(value)
        return [local.date(), local.time()] if local else [None, None]

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0"


class MomentField(forms.MultiValueField):
    """A day and a time of day, to the minute; each says what is wrong with it. Both empty are None."""

    widget = MomentInput
    hidden_widget = forms.SplitHiddenDateTimeWidget

    def __init__(self, **options: Any) -> None:
        example = "1.12.2026"
        asked = text_with(gettext_noop("Enter the date, for example %(example)s."), example=example)
        parts = (
            StaffDayField(example=example, error_messages={"incomplete": asked}),
            TimeOfDayField(error_messages={"incomplete": ASKED_TIME}),
        )
        super().__init__(parts, require_all_fields=False, **{"error_messages": {"required": asked}, **options})

    def compress(self, data_list: list[Any]) -> dt.datetime | None:
        return timezone.make_aware(dt.datetime.combine(*data_list)) if data_list else None

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Tell whether another minute was typed."""
        try:
            return bool(self.clean(data) != (initial.replace(second=0, microsecond=0) if initial else None))
        except forms.ValidationError:
            return True
