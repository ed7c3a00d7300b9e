import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import translation

from counter.models import Counter, ExceptionalHours, WeeklyHours
from counter.opening import Day
from tests.as_read import as_read
from tests.counter.conftest import WEEKLY

NINE, TWELVE = dt.time(9), dt.time(12)


@pytest.mark.parametrize(
    ("language", "name", "street", "city"),
    [
        ("fi", "Vuokra-asunnon haun neuvonta", "Työpajankatu 8", "Helsinki"),
        ("sv", "Rådgivningen om ansökan om hyresbostad", "Verkstadsgatan 8", "Helsingfors"),
        ("en", "Rental apartment search advisory service", "Työpajankatu 8", "Helsinki"),
    ],
)
def test_counter_speaks_the_language_of_the_page(db, language, name, street, city):
    with translation.override(language):
        counter = Counter.only()

        assert (counter.name, as_read(counter.street), counter.city) == (name, street, city)


def test_counter_without_a_record_shows_the_public_facts(db):
    Counter.objects.all().delete()

    with translation.override("fi"):
        counter = Counter.only()

        assert counter.name == "Vuokra-asunnon haun neuvonta"
        assert counter.status is None


@pytest.mark.parametrize(
    ("language", "hours", "day"),
    [
        ("fi", "maanantai 9.00–12.00", "6.12.2026"),
        ("sv", "måndag 9.00–12.00", "6.12.2026"),
        ("en", "Monday 9:00–12:00", "6 December 2026"),
    ],
)
def test_hours_and_days_are_named_as_the_language_writes_them(language, hours, day):
    with translation.override(language):
        assert str(WeeklyHours(weekday=0, opens=NINE, closes=TWELVE)) == hours
        assert as_read(str(ExceptionalHours(date=dt.date(2026, 12, 6)))) == day


def test_counter_can_be_only_one(counter):
    with pytest.raises(IntegrityError):
        Counter.objects.create(id=2)


def test_counter_note_in_one_language_is_refused(counter):
    counter.note_fi = "Neuvonta muuttaa."

    with pytest.raises(ValidationError) as refused:
        counter.full_clean()

    assert list(refused.value.error_dict) == ["note_fi"]


@pytest.mark.parametrize(
    ("phone", "link"), [("09 310 00000", "0931000000"), ("+358 9 310 000", "+3589310000"), ("", "")]
)
def test_phone_link_has_no_spaces(phone, link):
    assert Counter(phone=phone).phone_link == link


@time_machine.travel(dt.datetime(2026, 12, 24, 10, tzinfo=dt.UTC), tick=False)
def test_timetable_leaves_out_exceptions_of_the_past(counter):
    for day in (23, 24, 31):
        ExceptionalHours.objects.create(counter=counter, date=dt.date(2026, 12, day), reason_en="Holiday")

    with translation.override("en"):
        table = counter.timetable

    assert table.weekly == WEEKLY
    assert table.exceptional_days == (
        Day(dt.date(2026, 12, 24), (), "Holiday"),
        Day(dt.date(2026, 12, 31), (), "Holiday"),
    )


@pytest.mark.parametrize(("opens", "closes"), [(TWELVE, NINE), (NINE, NINE)])
def test_weekly_hours_out_of_order_are_refused(counter, opens, closes):
    with pytest.raises(IntegrityError):
        WeeklyHours.objects.create(counter=counter, weekday=5, opens=opens, closes=closes)


@pytest.mark.parametrize(("opens", "closes"), [(TWELVE, NINE), (NINE, None), (None, NINE)])
def test_exceptional_hours_half_given_or_out_of_order_are_refused(counter, opens, closes):
    with pytest.raises(IntegrityError):
        ExceptionalHours.objects.create(counter=counter, date=dt.date(2026, 12, 24), opens=opens, closes=closes)


def test_exceptional_hours_twice_for_a_date_are_refused(counter):
    ExceptionalHours.objects.create(counter=counter, date=dt.date(2026, 12, 24))

    with pytest.raises(IntegrityError):
        ExceptionalHours.objects.create(counter=counter, date=dt.date(2026, 12, 24), opens=NINE, closes=TWELVE)


@pytest.mark.django_db
def test_page_of_the_city_is_the_one_in_the_language_of_the_reader_or_the_finnish_one():
    counter = Counter(page_url_fi="https://example.test/fi", page_url_sv="https://example.test/sv")

    pages = {}
    for language in ("fi", "sv", "en"):
        with translation.override(language):
            pages[language] = (counter.page_url, counter.has_page)

    assert pages == {
        "fi": (counter.page_url_fi, True),
        "sv": (counter.page_url_sv, True),
        "en": (counter.page_url_fi, False),
    }
