"""Days and times of day as members of staff type them, wherever they are asked for one."""

import datetime as dt

import pytest
from django import forms
from django.contrib import admin
from django.utils import translation

from applications.forms import TypedDayField
from applications.typed_fields import MomentField, StaffDayField
from identity.models import User
from tests.test_columns import descendants

OF_BROWSERS = (forms.DateField, forms.DateTimeField, forms.SplitDateTimeField, forms.TimeField)


def staff_fields():
    """Return every field of the desk's forms, and of the admin's as a superuser gets them, by where it is."""
    for form in set(descendants(forms.BaseForm)):
        if form.__module__.startswith("counter."):
            yield from ((f"{form.__name__}.{name}", field) for name, field in getattr(form, "base_fields", {}).items())


def admin_fields(rf):
    request = rf.get("/")
    request.session = {}
    request.user = User.objects.create_superuser("root", password="x")
    for shown in admin.site._registry.values():
        inlines = [inline.get_formset(request).form for inline in shown.get_inline_instances(request)]
        for form in [shown.get_form(request, change=True), *inlines]:
            yield from ((f"{shown}.{name}", field) for name, field in form.base_fields.items())


@pytest.mark.parametrize("typed", ["281126", "28.11.26", "28/11/26", "28.11.2026", "28112026", "2026-11-28"])
def test_day_of_staff_is_of_this_century(typed):
    assert StaffDayField(example="1.12.2026").clean(typed) == dt.date(2026, 11, 28)


@pytest.mark.django_db
def test_every_day_that_staff_are_asked_for_takes_a_year_of_two_digits(rf):
    asked = {where: field for where, field in [*staff_fields(), *admin_fields(rf)] if isinstance(field, TypedDayField)}

    assert len(asked) > 5
    assert [where for where, field in asked.items() if field.century != 2000] == []


@pytest.mark.django_db
def test_no_day_or_time_is_left_to_the_browser(rf):
    """A browser shows them in its own language, or in the order of another country."""
    odd = [
        where
        for where, field in [*staff_fields(), *admin_fields(rf)]
        if isinstance(field, OF_BROWSERS) or field.widget.attrs.get("type") in {"date", "datetime-local", "time"}
    ]

    assert odd == []


@pytest.mark.parametrize(
    ("day", "time", "told"),
    [
        ("", "", ["Enter the date, for example 1.12.2026."]),
        ("28.11.2026", "", ["Enter the time as hours and minutes, for example 9:30."]),
        ("", "9.30", ["Enter the date, for example 1.12.2026."]),
        (
            "28.11",
            "25",
            [
                "Enter the date as day, month and year, for example 1.12.2026.",
                "Enter the time as hours and minutes, for example 9:30.",
            ],
        ),
    ],
)
def test_moment_says_what_is_wrong_with_each_of_its_parts(day, time, told):
    with pytest.raises(forms.ValidationError) as refused:
        MomentField().clean([day, time])

    with translation.override("en"):
        assert refused.value.messages == told


def test_moment_is_a_time_in_helsinki():
    assert MomentField().clean(["281126", "1752"]) == dt.datetime(2026, 11, 28, 15, 52, tzinfo=dt.UTC)


@pytest.mark.parametrize(("language", "time"), [("fi", "17.52"), ("sv", "17.52"), ("en", "17:52")])
def test_moment_is_shown_as_people_write_it(language, time):
    known = dt.datetime(2026, 11, 28, 15, 52, 31, tzinfo=dt.UTC)

    with translation.override(language):
        shown = MomentField().widget.render("at", known, {"id": "at"})

    assert 'value="28.11.2026"' in shown
    assert f'value="{time}"' in shown


@pytest.mark.parametrize(
    ("typed", "has_changed"), [(["281126", "1752"], False), (["28.11.26", "17.53"], True), (["", "17"], True)]
)
def test_another_spelling_of_a_moment_is_no_change(typed, has_changed):
    known = dt.datetime(2026, 11, 28, 15, 52, 31, tzinfo=dt.UTC)

    assert MomentField().has_changed(known, typed) == has_changed
