import datetime as dt

import pytest

from counter.opening import Span, Timetable
from counter.quiet_hours import open_slots, quietest, visit_table

MONDAY, FRIDAY, SUNDAY = 0, 4, 6


def week(**spans):
    """Return the hours of Monday and Friday."""
    return Timetable({{"monday": MONDAY, "friday": FRIDAY}[day]: [Span(*times)] for day, times in spans.items()})


@pytest.mark.parametrize(
    ("opens", "closes", "hours"),
    [
        (dt.time(9), dt.time(11), {9, 10}),
        (dt.time(9, 30), dt.time(11, 15), {10}),
        (dt.time(9, 15), dt.time(9, 45), set()),
        (dt.time(22), dt.time(23, 59), {22}),
    ],
)
def test_only_whole_hours_are_open(opens, closes, hours):
    assert open_slots(week(monday=(opens, closes))) == {(MONDAY, hour) for hour in hours}


def test_quietest_hours_are_those_with_the_fewest_checks_while_the_counter_is_open():
    timetable = week(monday=(dt.time(9), dt.time(12)), friday=(dt.time(9), dt.time(10)))
    checks = {(MONDAY, 9): 4, (MONDAY, 10): 1, (FRIDAY, 9): 2, (SUNDAY, 3): 1}

    assert quietest(checks, timetable) == [((MONDAY, 10), 1), ((MONDAY, 11), 0), ((FRIDAY, 9), 2)]


def test_no_hour_is_called_quiet_while_most_have_had_no_check():
    timetable = week(monday=(dt.time(9), dt.time(14)))

    assert quietest({(MONDAY, 9): 5, (MONDAY, 10): 5}, timetable) == []
    assert len(quietest({(MONDAY, 9): 5, (MONDAY, 10): 5, (MONDAY, 11): 1}, timetable)) == 3


def test_nothing_is_quiet_where_nothing_was_counted_or_no_hours_are_known():
    assert quietest({}, week(monday=(dt.time(9), dt.time(12)))) == []
    assert quietest({(MONDAY, 9): 1}, Timetable()) == []


def test_table_has_what_is_open_and_what_was_checked_outside_the_hours():
    table = visit_table({(MONDAY, 9): 8, (FRIDAY, 12): 1}, week(monday=(dt.time(9), dt.time(11))))

    assert table.hours == range(9, 13)
    assert {day: [cell.count for cell in cells] for day, cells in table.days.items()} == {
        MONDAY: [8, 0, 0, 0],
        FRIDAY: [0, 0, 0, 1],
    }
    assert [cell.shade for cells in table.days.values() for cell in cells] == [4, 0, 0, 0, 0, 0, 0, 1]


def test_nothing_checked_makes_no_table():
    assert visit_table({}, week(monday=(dt.time(9), dt.time(11)))) is None
