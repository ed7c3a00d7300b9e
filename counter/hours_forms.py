"""The opening hours of a week in one table, and exceptional days in another, as the operator fills them in."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from applications.typed_fields import StaffDayField, TimeOfDayField
from counter.models import Counter, ExceptionalHours, WeeklyHours

Stretch = tuple[int, dt.time, dt.time]  # weekday (0 is Monday), opens, closes

OUT_OF_ORDER = _("The closing time must be later than the opening time.")


class StretchForm(forms.Form):
    """One row of the week: when the counter opens and closes on a weekday, or that it is closed."""

    weekday = forms.TypedChoiceField(
        label=_("weekday"), coerce=int, empty_value=None, required=False, choices=[("", "–"), *WEEKDAYS.items()]
    )
    opens = TimeOfDayField(label=_("opening time"), required=False)
    closes = TimeOfDayField(label=_("closing time"), required=False)
    closed = forms.BooleanField(label=_("Closed"), required=False)

    @property
    def day(self) -> str:
        """The name of the weekday of a row, or nothing where it is yet to be chosen."""
        return capfirst(str(WEEKDAYS[self.initial["weekday"]])) if "weekday" in self.initial else ""

    @property
    def says_nothing(self) -> bool:
        """Whether neither a time nor a tick was given."""
        return not any(self.cleaned_data.get(name) for name in ("opens", "closes", "closed"))

    @property
    def stretch(self) -> Stretch | None:
        """What was filled in, if it is open at all on that day. A tick goes before times that stood there."""
        found = self.cleaned_data
        if found.get("closed") or not (found.get("opens") and found.get("closes")):
            return None
        return found["weekday"], found["opens"], found["closes"]

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if self.errors or self.says_nothing:
            return cleaned
        opens, closes = cleaned["opens"], cleaned["closes"]
        if cleaned.get("closed"):
            typed = {"opens", "closes"} & set(self.changed_data)
            if (opens or closes) and typed and "closed" not in self.changed_data:
                self.add_error("closed", _("Remove the tick, or leave the times empty."))
        elif not (opens and closes):
            self.add_error("closes" if opens else "opens", _("Enter both times."))
        elif closes <= opens:
            self.add_error("closes", OUT_OF_ORDER)
        elif cleaned.get("weekday") is None:
            self.add_error("weekday", _("Choose the weekday."))
        return cleaned


class WeekFormSet(forms.BaseFormSet):
    """The rows of the week: every weekday once or more, and an empty row for one more stretch of a day."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        """Ask for the weekday in the empty row only."""
        super().add_fields(form, index)
        if index is not None and index < self.initial_form_count():
            form.fields["weekday"].widget = forms.HiddenInput()
        else:
            del form.fields["closed"]

    def clean(self) -> None:
        """Refuse a day of which nothing is said, unless no day has hours yet, and stretches that overlap."""
        days = [form for form in self.initial_forms if form.is_valid()]
        if not all(form.says_nothing for form in days):
            for form in days:
                if form.says_nothing:
                    form.add_error("opens", _("Enter both times, or tick “Closed”."))
        taken: dict[int, dt.time] = {}
        for weekday, opens, closes in self.stretches:
            if weekday in taken and opens < taken[weekday]:
                told = _("The opening hours of %(weekday)s overlap.")
                raise ValidationError(told, params={"weekday": WEEKDAYS[weekday]})
            taken[weekday] = closes

    @property
    def stretches(self) -> list[Stretch]:
        """When the counter is open, in the order of the week."""
        return sorted(found for form in self.forms if form.is_valid() if (found := form.stretch))

    def save(self, counter: Counter) -> None:
        """Store these stretches in place of the former ones."""
        wanted = set(self.stretches)
        for row in counter.weekly_hours.all():
            if (row.weekday, row.opens, row.closes) in wanted:
                wanted.remove((row.weekday, row.opens, row.closes))
            else:
                row.delete()
        WeeklyHours.objects.bulk_create(
            WeeklyHours(counter=counter, weekday=weekday, opens=opens, closes=closes)
            for weekday, opens, closes in sorted(wanted)
        )


WEEK = forms.formset_factory(StretchForm, formset=WeekFormSet, extra=1)


class CounterForm(forms.ModelForm):
    """The counter with the hours of its week."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        rows = _rows_of(self.instance)
        self.week = WEEK(self.data if self.is_bound else None, initial=rows, prefix="week")

    def clean(self) -> dict[str, Any] | None:
        if not self.week.is_valid():
            self.add_error(None, _("Check the opening hours."))
        return super().clean()

    @cached_property
    def changed_data(self) -> list[str]:
        """The fields that were changed, the week as one."""
        return [*super().changed_data, *(["opening hours"] if self.week.has_changed() else [])]


class ExceptionalDayForm(forms.ModelForm):
    """A row of the table of exceptional days."""

    date = StaffDayField(label=_("date"), example="24.12.2026")
    opens = TimeOfDayField(label=_("opening time"), required=False)
    closes = TimeOfDayField(label=_("closing time"), required=False)

    class Meta:
        model = ExceptionalHours
        fields = ["date", "opens", "closes", "reason_fi", "reason_sv", "reason_en"]


def _rows_of(counter: Counter) -> list[dict[str, Any]]:
    """Return a row for each stretch, and one for each weekday without any."""
    hours = list(counter.weekly_hours.all())
    rows: list[dict[str, Any]] = []
    for weekday in WEEKDAYS:
        stretches = [{"weekday": weekday, "opens": h.opens, "closes": h.closes} for h in hours if h.weekday == weekday]
        rows += stretches or [{"weekday": weekday, "closed": bool(hours)}]
    return rows
