"""When the counter is open. 23.11.2026 is a Monday."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine

from counter.opening import LOOK_AHEAD_DAYS, Day, Span, Status, Timetable, opening_status
from tests.counter.conftest import AFTERNOON, MORNING, WEEKLY

HELSINKI = ZoneInfo("Europe/Helsinki")
CHRISTMAS_EVE, NEW_YEARS_EVE = dt.date(2026, 12, 24), dt.date(2026, 12, 31)
TIMETABLE = Timetable(
    weekly=WEEKLY,
    exceptions={
        CHRISTMAS_EVE: Day(CHRISTMAS_EVE, (), "Christmas Eve"),
        NEW_YEARS_EVE: Day(NEW_YEARS_EVE, (Span(dt.time(10), dt.time(11)),)),
    },
)


def here(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=HELSINKI)


def utc(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("at", "is_open", "changes_at"),
    [
        ("2026-11-23 08:59:59", False, "2026-11-23 09:00"),
        ("2026-11-23 09:00", True, "2026-11-23 12:00"),
        ("2026-11-23 11:59:59", True, "2026-11-23 12:00"),
        ("2026-11-23 12:00", False, "2026-11-23 13:00"),
        ("2026-11-23 15:00", True, "2026-11-23 16:00"),
        ("2026-11-23 16:00", False, "2026-11-24 09:00"),
        ("2026-11-27 12:00", False, "2026-11-30 09:00"),  # over the weekend
        ("2026-12-24 10:00", False, "2026-12-25 09:00"),  # closed for once
        ("2026-12-31 09:30", False, "2026-12-31 10:00"),  # other hours for once
        ("2026-12-31 10:30", True, "2026-12-31 11:00"),
        ("2026-12-31 11:00", False, "2027-01-01 09:00"),
    ],
)
def test_status_at_a_moment(at, is_open, changes_at):
    found = opening_status(TIMETABLE, here(at))

    assert found == Status(is_open=is_open, changes_at=here(changes_at), is_today=at[:10] == changes_at[:10])


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2027-03-26 06:59", False),  # Friday of winter time: 9.00 is 7.00 UTC
        ("2027-03-26 07:00", True),
        ("2027-03-29 05:59", False),  # Monday of summer time: 9.00 is 6.00 UTC
        ("2027-03-29 06:00", True),
        ("2026-10-23 06:00", True),
        ("2026-10-26 06:00", False),
        ("2026-10-26 07:00", True),
    ],
)
def test_status_around_summer_time_follows_the_clock(at, is_open):
    assert opening_status(TIMETABLE, utc(at)).is_open is is_open


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2027-03-27 23:59", False),  # 1.59
        ("2027-03-28 00:59", True),  # 2.59, and then comes 4.00
        ("2027-03-28 01:00", True),
        ("2027-03-28 02:00", False),  # 5.00
        ("2026-10-24 23:00", True),  # 2.00
        ("2026-10-25 00:30", True),  # 3.30 for the first time
        ("2026-10-25 01:30", True),  # 3.30 once more
        ("2026-10-25 03:00", False),  # 5.00
    ],
)
def test_status_in_the_night_when_the_clock_is_moved(at, is_open):
    sunday_night = Timetable(weekly={6: (Span(dt.time(2), dt.time(5)),)})

    assert opening_status(sunday_night, utc(at)).is_open is is_open


def test_status_without_hours_is_unknown():
    assert opening_status(Timetable(), here("2026-11-23 10:00")) is None


def test_status_with_no_opening_in_sight():
    first = dt.date(2026, 11, 23)
    days = [first + dt.timedelta(days=n) for n in range(LOOK_AHEAD_DAYS)]
    closed = Timetable(weekly=WEEKLY, exceptions={day: Day(day, ()) for day in days})

    found = opening_status(closed, here("2026-11-23 10:00"))

    assert found == Status(is_open=False, changes_at=None, is_today=False)


def test_status_sorts_the_hours_of_a_day():
    table = Timetable(weekly={0: (AFTERNOON, MORNING)})

    assert opening_status(table, here("2026-11-23 08:00")).changes_at == here("2026-11-23 09:00")


@time_machine.travel(utc("2026-11-22 22:30"), tick=False)  # 0.30 on Monday in Helsinki
def test_week_is_the_one_of_today_in_helsinki():
    week = TIMETABLE.week

    assert [day.date.day for day in week] == [23, 24, 25, 26, 27, 28, 29]
    assert week[0].spans == (MORNING, AFTERNOON)
    assert week[6].spans == ()
    assert TIMETABLE.today.date == dt.date(2026, 11, 23)


def test_exceptional_days_come_in_order():
    table = Timetable(exceptions=dict(reversed(TIMETABLE.exceptions.items())))

    assert [day.date for day in table.exceptional_days] == [CHRISTMAS_EVE, NEW_YEARS_EVE]
