"""The form refuses what the schema refuses because it cannot be true, in words of its own and at the question."""

import datetime as dt

import pytest
from django.utils import timezone, translation

from applications.form.fields import day_as_typed
from applications.form.home import HomeAndNeed
from applications.form.people import CoApplicant, MainApplicant, Resident, Unborn
from applications.form.wishes import Wishes
from tests.applications.form.forms import HOME, MAIN, WISHES

CHILD = {"first_names": "Otso", "last_name": "Öhman"}
OF_THE_1800S = "010150+900C"


def day(number):
    """Return the day so many days from today, as somebody types it."""
    return day_as_typed(timezone.localdate() + dt.timedelta(days=number))


def told(form, typed):
    """Return what a form says of what is typed, in which a number is a day so many days from today."""
    # Reckoned only here: the tests may be collected before midnight and run after it.
    said = {name: day(value) if isinstance(value, int) else value for name, value in typed.items()}
    with translation.override("en"):
        return {name: list(texts) for name, texts in form(prefix="x", typed=said).errors.items()}


TOO_OLD = "According to this code, the person is over 120 years old. Check the character after the first six digits."


@pytest.mark.parametrize(
    ("form", "typed", "question", "text"),
    [
        (MainApplicant, {**MAIN, "hetu": OF_THE_1800S}, "hetu", TOO_OLD),
        (CoApplicant, {**MAIN, "hetu": OF_THE_1800S}, "hetu", TOO_OLD),
        (
            Resident,
            {**CHILD, "birth_date": "31.12.1899"},
            "birth_date",
            "The date of birth is more than 120 years ago. Check the year.",
        ),
        (Unborn, {"due_date": 301}, "due_date", "The due date is more than 10 months away. Check the year."),
        (
            Unborn,
            {"due_date": -61},
            "due_date",
            "The due date was more than 2 months ago. Check the date. If the child has been born, remove the unborn "
            "child and add the child as a person moving in.",
        ),
        (
            HomeAndNeed,
            {**HOME, "dwelling": "homeless", "homeless_since": 2},
            "homeless_since",
            "The date is in the future. Check the year.",
        ),
        (
            HomeAndNeed,
            {**HOME, "dwelling": "homeless", "homeless_since": "1.1.1890"},
            "homeless_since",
            "The date is too long ago. Check the year.",
        ),
        (
            HomeAndNeed,
            {**HOME, "reasons": ["must_move"], "must_move_by": -367},
            "must_move_by",
            "The date was more than a year ago. Check the year.",
        ),
        (
            HomeAndNeed,
            {**HOME, "reasons": ["must_move"], "must_move_by": 3660},
            "must_move_by",
            "The date is more than 10 years away. Check the year.",
        ),
        (
            Wishes,
            {**WISHES, "area_min": "90", "area_max": "50"},
            "area_max",
            "The largest floor area is smaller than the smallest. Check both.",
        ),
    ],
)
def test_what_cannot_be_true_is_told_at_its_question(form, typed, question, text):
    assert told(form, typed) == {question: [text]}


@pytest.mark.parametrize(
    ("form", "typed"),
    [
        (Unborn, {"due_date": -60}),
        (Unborn, {"due_date": 300}),
        (Resident, {**CHILD, "birth_date": -119 * 365}),
        (HomeAndNeed, {**HOME, "reasons": ["must_move"], "must_move_by": -366}),
        (Wishes, {**WISHES, "area_min": "50", "area_max": "50"}),
    ],
)
def test_what_is_only_odd_is_taken(form, typed):
    assert told(form, typed) == {}


def test_area_that_is_named_twice_is_meant_once():
    form = Wishes(
        prefix="x", typed={**WISHES, "districts": ["Kallio"], "other_areas": "Suomenlinna\nKallio\nSuomenlinna"}
    )

    assert form.is_valid()
    assert form.facts()["wishes"]["areas"] == ["Kallio", "Suomenlinna"]
