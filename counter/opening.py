"""When the counter is open. Hours are clock times in Helsinki, in summer and in winter."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils import timezone

from applications import dates

LOOK_AHEAD_DAYS = 60


@dataclass(frozen=True)
class Span:
    """Open from `opens` until just before `closes`."""

    opens: dt.time
    closes: dt.time


@dataclass(frozen=True)
class Day:
    """The hours of one date; no spans means closed."""

    date: dt.date
    spans: tuple[Span, ...]
    reason: str = ""  # of an exceptional day, in the language of the page


@dataclass(frozen=True)
class Timetable:
    """Ordinary hours by weekday (0 is Monday), and the exceptional days. Those replace the ordinary hours."""

    weekly: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)
    exceptions: Mapping[dt.date, Day] = field(default_factory=dict)

    @property
    def is_known(self) -> bool:
        return bool(self.weekly)

    @property
    def exceptional_days(self) -> tuple[Day, ...]:
        return tuple(self.exceptions[date] for date in sorted(self.exceptions))

    @property
    def week(self) -> tuple[Day, ...]:
        """The ordinary hours from Monday to Sunday, with the dates of this week."""
        today = timezone.localdate()
        monday = today - dt.timedelta(days=today.weekday())
        return tuple(self._ordinary(monday + dt.timedelta(days=n)) for n in range(7))

    @property
    def today(self) -> Day:
        return self.on(timezone.localdate())

    def on(self, date: dt.date) -> Day:
        """Return the hours of a date: the exceptional ones, or else the ordinary ones."""
        return self.exceptions.get(date) or self._ordinary(date)

    def _ordinary(self, date: dt.date) -> Day:
        return Day(date, self.weekly.get(date.weekday(), ()))


@dataclass(frozen=True)
class Status:
    """Whether the counter is open, and when it closes or opens next.

    `changes_at` is aware, in Helsinki's time; None if nothing changes within LOOK_AHEAD_DAYS.
    """

    is_open: bool
    changes_at: dt.datetime | None
    is_today: bool

    @property
    def day_in_words(self) -> str:
        """The day on which that is, as a sentence of the page's language says when; empty if nothing changes."""
        return dates.with_weekday(self.changes_at.date()) if self.changes_at else ""


def opening_status(timetable: Timetable, at: dt.datetime | None = None) -> Status | None:
    """Return the status at a moment (aware; now by default), or None while no hours are known."""
    if not timetable.is_known:
        return None
    zone = timezone.get_default_timezone()
    now = timezone.localtime(at, zone)
    for n in range(LOOK_AHEAD_DAYS):
        day = timetable.on(now.date() + dt.timedelta(days=n))
        for span in sorted(day.spans, key=lambda span: span.opens):
            opens = dt.datetime.combine(day.date, span.opens, zone)
            closes = dt.datetime.combine(day.date, span.closes, zone)
            if opens <= now < closes:
                return Status(is_open=True, changes_at=closes, is_today=True)
            if now < opens:
                return Status(is_open=False, changes_at=opens, is_today=day.date == now.date())
    return Status(is_open=False, changes_at=None, is_today=False)
