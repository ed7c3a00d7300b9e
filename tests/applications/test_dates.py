import datetime as dt

import pytest

from applications import dates

date = dt.date.fromisoformat


@pytest.mark.parametrize(
    ("born", "on", "adult"),
    [
        ("2008-11-22", "2026-11-21", False),
        ("2008-11-21", "2026-11-21", True),
        ("2008-02-29", "2026-02-28", False),
        ("2008-02-29", "2026-03-01", True),
        ("2010-02-28", "2028-02-29", True),
        ("2010-03-01", "2028-02-29", False),
        ("1890-01-01", "2026-11-21", True),
    ],
)
def test_is_adult_with_18_full_years(born, on, adult):
    """R2"""
    assert dates.is_adult(date(born), on=date(on)) is adult


@pytest.mark.parametrize(
    ("sent", "last_day"),
    [
        ("2026-11-16T12:00:00+02:00", "2027-02-14"),
        # an hour before midnight UTC is the next day in Helsinki
        ("2026-11-15T23:00:00+00:00", "2027-02-14"),
        # over the change to summer time
        ("2027-02-01T00:30:00+02:00", "2027-05-02"),
    ],
)
def test_valid_until_is_90_days_later_in_helsinki(sent, last_day):
    """R5, R22"""
    assert dates.valid_until(dt.datetime.fromisoformat(sent)) == date(last_day)


def test_today_is_helsinkis(time_machine):
    """R22"""
    time_machine.move_to("2026-11-20T22:30:00+00:00")

    assert dates.today() == date("2026-11-21")
