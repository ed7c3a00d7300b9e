"""When the counter is quiet: ID checks by weekday and hour of Helsinki, within the hours of its week."""

from collections.abc import Mapping
from dataclasses import dataclass

from counter.opening import Span, Timetable

SHADES = 4
NAMED = 3  # how many of the quietest hours are named
ENOUGH = 0.5  # the part of the open hours that have had a check, at least: with fewer, "quiet" says nothing
LAST_HOUR = 23

Slot = tuple[int, int]  # weekday (0 is Monday) and hour


@dataclass(frozen=True)
class Cell:
    """The checks of one hour of one weekday. `shade` is 0 for none, and up to SHADES for the busiest."""

    hour: int
    count: int
    shade: int


@dataclass(frozen=True)
class VisitTable:
    """Every weekday and hour at which the counter is open, or had a check all the same."""

    hours: range
    days: Mapping[int, list[Cell]]


def visit_table(checks: Mapping[Slot, int], timetable: Timetable) -> VisitTable | None:
    """Return the checks as a table, or None without any."""
    if not checks:
        return None
    shown = sorted({*checks, *open_slots(timetable)})
    hours = range(min(hour for _day, hour in shown), max(hour for _day, hour in shown) + 1)
    busiest = max(checks.values())
    return VisitTable(
        hours,
        {
            day: [
                Cell(hour, count := checks.get((day, hour), 0), shade=-(-SHADES * count // busiest)) for hour in hours
            ]
            for day in sorted({day for day, _hour in shown})
        },
    )


def quietest(checks: Mapping[Slot, int], timetable: Timetable) -> list[tuple[Slot, int]]:
    """Return some of the quietest hours of the week with their checks, in the order of the week.

    Only whole hours count within which the counter is open. While most of them have had no check yet, there are none.
    """
    counts = {slot: checks.get(slot, 0) for slot in open_slots(timetable)}
    if sum(count > 0 for count in counts.values()) < ENOUGH * len(counts):
        return []
    fewest = sorted(counts, key=lambda slot: (counts[slot], slot))[:NAMED]
    return [(slot, counts[slot]) for slot in sorted(fewest)]


def open_slots(timetable: Timetable) -> set[Slot]:
    """Return each hour of the week during the whole of which the counter is ordinarily open."""
    return {
        (day, hour)
        for day, spans in timetable.weekly.items()
        for span in spans
        for hour in range(LAST_HOUR + 1)
        if _covers(span, hour)
    }


def _covers(span: Span, hour: int) -> bool:
    opens, closes = (time.hour * 60 + time.minute for time in (span.opens, span.closes))
    return opens <= hour * 60 and (hour + 1) * 60 <= closes
