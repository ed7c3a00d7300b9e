"""Figures of a period for supervisors and the operator (J7), about nobody in particular.

Days, weeks and hours are Helsinki's (R22). Whatever was undone does not count (C5).
"""

import datetime as dt
from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Min
from django.utils import timezone

from applications.models import Confirmation
from counter import day_figures
from counter.models import CountedDay
from counter.periods import WEEK, Period
from identity.enums import Language, Method

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Funnel:
    """How far the applications sent in the period have come. People count in the current version (R6)."""

    sent: int
    invited: int
    opened: int
    identified: int
    confirmed: int
    became_valid: int
    lapsed: int


@dataclass(frozen=True)
class Days:
    """Within how many days half, and nine tenths, of those that became valid did so; None if none became valid."""

    median: int | None
    nine_tenths: int | None


@dataclass(frozen=True)
class Statistics:
    """All figures of a period."""

    funnel: Funnel
    days: Days
    by_method: Mapping[str, int]
    by_language: Mapping[str, int]
    by_week: Mapping[dt.date, int]  # by its Monday
    checks: Mapping[tuple[int, int], int]  # by weekday (0 is Monday) and hour
    kept: CountedDay | None  # the last day of those whose figures are as they were at night


def count_period(period: Period) -> Statistics:
    """Return all figures of a period, in nine queries at most (day_figures.py)."""
    by_day, kept = day_figures.read(period)
    first = Confirmation.objects.aggregate(first=Min("confirmed_at"))["first"]
    weeks = [monday for monday in period.mondays if first and monday + WEEK > timezone.localdate(first)]  # in service
    of: dict[str, Tally[str]] = defaultdict(Tally)
    by_week, checks = Tally[dt.date](), Tally[tuple[int, int]]()
    for day, figures in by_day.items():
        for (name, value), count in figures.items():
            of[name][value] += count
            if name == "method":
                by_week[day - dt.timedelta(days=day.weekday())] += count
            elif name == "ID checks at hour":
                checks[day.weekday(), int(value)] += count
    total = {name: values.total() for name, values in of.items()}
    days = {int(value): count for value, count in of["valid after days"].items()}
    return Statistics(
        funnel=Funnel(
            **{name: total.get(name, 0) for name in ("sent", "invited", "opened", "confirmed", "lapsed")},
            identified=total.get("confirmed", 0) + total.get("identified only", 0),
            became_valid=sum(days.values()),
        ),
        days=Days(median=days_until_share(days, percent=50), nine_tenths=days_until_share(days, percent=90)),
        by_method=_in_order(Method.values, of["method"]),
        by_language=_in_order(Language.values, of["language"]),
        by_week=_in_order(weeks, by_week),
        checks=checks,
        kept=kept,
    )


def days_until_share(counts: Mapping[int, int], *, percent: int) -> int | None:
    """Return the smallest number of days within which that share of the things happened, or None if there are none.

    `counts` says how many things took how many days.
    """
    seen, wanted = 0, sum(counts.values()) * percent
    for days in sorted(counts):
        seen += counts[days]
        if seen * 100 >= wanted:
            return days
    return None


def _in_order(keys: Iterable[K], counts: Mapping[K, int]) -> dict[K, int]:
    return {key: counts.get(key, 0) for key in keys}
