"""Periods of whole days, which are Helsinki's (R22)."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from applications import dates

DEFAULT_DAYS = 90
MOST_DAYS = 366
MONDAY = 1  # ISO 8601
WEEK = dt.timedelta(days=7)


@dataclass(frozen=True)
class Period:
    """The days from `since` until `until`, both included."""

    since: dt.date
    until: dt.date

    @classmethod
    def latest(cls) -> "Period":
        """Return the DEFAULT_DAYS days that end today."""
        today = dates.today()
        return cls(today - dt.timedelta(days=DEFAULT_DAYS - 1), today)

    @property
    def moments(self) -> tuple[dt.datetime, dt.datetime]:
        """The first moment of the period, and the first after it."""
        first, after = (
            dt.datetime.combine(day, dt.time(), timezone.get_default_timezone())
            for day in (self.since, self.until + dt.timedelta(days=1))
        )
        return first, after

    @property
    def days(self) -> list[dt.date]:
        """Each day of the period."""
        return [self.since + dt.timedelta(days=n) for n in range((self.until - self.since).days + 1)]

    @property
    def mondays(self) -> list[dt.date]:
        """The Mondays of the weeks that the period touches."""
        first = self.since - dt.timedelta(days=self.since.isoweekday() - MONDAY)
        return [first + n * WEEK for n in range((self.until - first) // WEEK + 1)]

    def of(self, field: str) -> Q:
        """Return the condition that the moment in a field lies within the period."""
        first, after = self.moments
        return Q((f"{field}__gte", first), (f"{field}__lt", after))
