"""Calendar files, written by hand and read by the letter of RFC 5545."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.calendar_file import WholeDay, calendar_file
from tests.applications.calendar_reading import read_calendar

NOW = dt.datetime(2026, 11, 16, 12, tzinfo=dt.timezone(dt.timedelta(hours=2)))
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], include_characters="\n"), max_size=200)


def written(summary, description="", day=dt.date(2026, 12, 31)):
    return calendar_file([WholeDay("1@example.fi", day, summary, description, "https://example.fi/")], at=NOW)


@given(TEXTS, TEXTS)
def test_any_text_comes_back_as_it_was(summary, description):
    [event] = read_calendar(written(summary, description))["events"]

    assert (event["SUMMARY"], event["DESCRIPTION"]) == (summary, description)


@pytest.mark.parametrize("before", range(60, 80))
def test_no_letter_is_split_between_two_lines(before):
    """An ä cut in two would be shown as two question marks."""
    lines = written("x" * before + "ä€😀ä").split(b"\r\n")

    assert [line.decode() for line in lines]
    assert max(map(len, lines)) <= 75


def test_day_lasts_until_the_next_one_begins_also_over_the_end_of_a_year():
    [event] = read_calendar(written("-"))["events"]

    assert (event["DTSTART;VALUE=DATE"], event["DTEND;VALUE=DATE"]) == ("20261231", "20270101")
    assert event["DTSTAMP"] == "20261116T100000Z"
