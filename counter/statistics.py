"""Figures of a period for supervisors and the operator (J7), counted in the database, about nobody in particular.

Days, weeks and hours are Helsinki's (R22). Whatever was undone does not count (C5).
"""

import datetime as dt
from collections import Counter as Tally
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Count, DateField, DurationField, Exists, ExpressionWrapper, F, Min, OuterRef, Q, QuerySet
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay, TruncDate, TruncWeek
from django.utils import timezone

from applications import dates
from applications.enums import State, Transition
from applications.models import Applicant, Application, Confirmation, IdCheck, Invitation, StateChange
from identity.enums import Language, Method
from identity.models import Person

DEFAULT_DAYS = 90
MOST_DAYS = 366
MONDAY = 1  # ISO 8601
WEEK = dt.timedelta(days=7)

K = TypeVar("K", bound=Hashable)


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
    def mondays(self) -> list[dt.date]:
        """The Mondays of the weeks that the period touches."""
        first = self.since - dt.timedelta(days=self.since.isoweekday() - MONDAY)
        return [first + n * WEEK for n in range((self.until - first) // WEEK + 1)]

    def of(self, field: str) -> Q:
        """Return the condition that the moment in a field lies within the period."""
        first, after = self.moments
        return Q((f"{field}__gte", first), (f"{field}__lt", after))


@dataclass(frozen=True)
class Funnel:
    """How far the applications sent in the period have come by now. People count in the current version (R6)."""

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


def count_period(period: Period) -> Statistics:
    """Count all figures of a period, in eight queries."""
    tz = timezone.get_default_timezone()
    days = _days_until_valid(period)
    first = Confirmation.objects.aggregate(first=Min("confirmed_at"))["first"]
    weeks = [monday for monday in period.mondays if first and monday + WEEK > timezone.localdate(first)]  # in service
    # Those of earlier versions count too.
    confirmations = (
        Confirmation.objects.filter(period.of("confirmed_at"), undone_at=None)
        .values(
            "method",
            week=TruncWeek("confirmed_at", output_field=DateField(), tzinfo=tz),
            language=F("applicant__language"),
        )
        .annotate(count=Count("pk"))
    )
    checks = (
        IdCheck.objects.filter(period.of("checked_at"), undoing=None)
        .values(hour=ExtractHour("checked_at", tzinfo=tz), weekday=ExtractIsoWeekDay("checked_at", tzinfo=tz))
        .annotate(count=Count("pk"))
    )
    return Statistics(
        funnel=_funnel(period, became_valid=sum(days.values())),
        days=Days(median=days_until_share(days, percent=50), nine_tenths=days_until_share(days, percent=90)),
        by_method=_in_order(Method.values, _sum(confirmations, "method")),
        by_language=_in_order(Language.values, _sum(confirmations, "language")),
        by_week=_in_order(weeks, _sum(confirmations, "week")),
        checks={(row["weekday"] - MONDAY, row["hour"]): row["count"] for row in checks},
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


def _funnel(period: Period, *, became_valid: int) -> Funnel:
    sent = Application.objects.filter(period.of("sent_at"))
    current = sent.values("current")
    applications = sent.aggregate(sent=Count("pk"), lapsed=Count("pk", filter=Q(state=State.LAPSED)))
    invitations = Invitation.objects.filter(applicant__version__in=current).aggregate(
        invited=Count("applicant", distinct=True),
        opened=Count("applicant", distinct=True, filter=Q(opened_at__isnull=False)),
    )
    confirmed = Confirmation.objects.filter(applicant__version__in=current, undone_at=None).count()
    identified_only = _identified_only(Applicant.objects.filter(version__in=current)).count()
    return Funnel(
        **applications,
        **invitations,
        identified=confirmed + identified_only,
        confirmed=confirmed,
        became_valid=became_valid,
    )


def _identified_only(applicants: QuerySet[Applicant]) -> QuerySet[Applicant]:
    """Return the adults who have proved who they are since their version was sent, but have not confirmed.

    Online the person's latest identification counts, whichever application it was for. At the counter a check of
    this slot counts unless it was undone, whatever its outcome.
    """
    standing = Confirmation.objects.filter(applicant=OuterRef("pk"), undone_at=None)
    online = Person.objects.filter(
        hetu_index=OuterRef("hetu_index"), identified_at__gte=OuterRef("version__created_at")
    )
    at_counter = IdCheck.objects.filter(applicant=OuterRef("pk"), undoing=None)
    return applicants.filter(
        ~Exists(standing),
        Exists(online) | Exists(at_counter),
        birth_date__lte=dates.youngest_adult_born(on=dates.today()),
    )


def _days_until_valid(period: Period) -> dict[int, int]:
    """Return how many applications sent in the period became valid, by the number of days it took.

    The latest transition to valid counts, unless a change or an undone confirmation came after it.
    """
    fallen = StateChange.objects.filter(
        application=OuterRef("application"),
        transition__in=[Transition.CHANGED, Transition.UNDONE],
        pk__gt=OuterRef("pk"),
    )
    tz = timezone.get_default_timezone()
    took = ExpressionWrapper(
        TruncDate("at", tzinfo=tz) - TruncDate("application__sent_at", tzinfo=tz), output_field=DurationField()
    )
    rows = (
        StateChange.objects.filter(~Exists(fallen), period.of("application__sent_at"), transition=Transition.CONFIRMED)
        .values(took=took)
        .annotate(count=Count("pk"))
    )
    return {row["took"].days: row["count"] for row in rows}


def _sum(rows: Iterable[Mapping[str, Any]], name: str) -> Tally[Any]:
    """Add up the counts of the rows for each value of one column."""
    sums: Tally[Any] = Tally()
    for row in rows:
        sums[row[name]] += row["count"]
    return sums


def _in_order(keys: Iterable[K], counts: Mapping[K, int]) -> dict[K, int]:
    return {key: counts.get(key, 0) for key in keys}
