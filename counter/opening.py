"""When the counter is open. Hours are clock times in Helsinki, whatever summer time does between them."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils import timezone

LOOK_AHEAD = 60  # days


@dataclass(frozen=True)
class Span:
    """Open from `opens` until just before `closes`."""

    opens: dt.time
    closes: dt.time


@dataclass(frozen=True)
class Day:
    """The hours of one date; no spans means closed."""

    date: dt.date
    spans: Sequence[Span]
    reason: str = ""  # of an exceptional day, in the language of the page


@dataclass(frozen=True)
class Timetable:
    """Ordinary hours by weekday (0 is Monday), and the days that differ. An exceptional day counts alone."""

    weekly: Mapping[int, Sequence[Span]] = field(default_factory=dict)
    exceptions: Mapping[dt.date, Day] = field(default_factory=dict)

    @property
    def is_known(self) -> bool:
        return bool(self.weekly)

    @property
    def exceptional_days(self) -> list[Day]:
        return [self.exceptions[date] for date in sorted(self.exceptions)]

    @property
    def week(self) -> list[Day]:
        """The ordinary hours from Monday to Sunday, with the dates of this week."""
        today = timezone.localdate()
        monday = today - dt.timedelta(days=today.weekday())
        return [self._ordinary(monday + dt.timedelta(days=n)) for n in range(7)]

    @property
    def today(self) -> Day:
        return self.on(timezone.localdate())

    def on(self, date: dt.date) -> Day:
        """Return the hours of a date, the exceptional ones first."""
        return self.exceptions.get(date) or self._ordinary(date)

    def _ordinary(self, date: dt.date) -> Day:
        return Day(date, self.weekly.get(date.weekday(), ()))


@dataclass(frozen=True)
class Status:
    """Whether it is open; when it closes, or when it opens next (aware, Helsinki; None: not in sight)."""

    is_open: bool
    changes_at: dt.datetime | None
    is_today: bool


def opening_status(timetable: Timetable, at: dt.datetime | None = None) -> Status | None:
    """Return the status at a moment (aware; now if not given), or None while no hours are known."""
    if not timetable.is_known:
        return None
    zone = timezone.get_default_timezone()
    now = timezone.localtime(at, zone)
    for opens, closes in _stretches(timetable, now.date(), zone):
        if opens <= now < closes:
            return Status(is_open=True, changes_at=closes, is_today=True)
        if now < opens:
            return Status(is_open=False, changes_at=opens, is_today=opens.date() == now.date())
    return Status(is_open=False, changes_at=None, is_today=False)


def _stretches(timetable: Timetable, first: dt.date, zone: dt.tzinfo) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    for n in range(LOOK_AHEAD):
        day = timetable.on(first + dt.timedelta(days=n))
        for span in sorted(day.spans, key=lambda span: span.opens):
            yield (
                dt.datetime.combine(day.date, span.opens, zone),
                dt.datetime.combine(day.date, span.closes, zone),
            )
