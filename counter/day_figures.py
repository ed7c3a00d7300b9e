"""Figures of each day, about nobody in particular: counted in the database, and kept each night.

So a year of them is read in one query, however many applications there are. What was sent since the last night is
counted when it is asked for. Whatever was undone does not count (C5).
"""

import datetime as dt
from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.db.models import Count, DurationField, Exists, ExpressionWrapper, F, Min, OuterRef, Q, QuerySet
from django.db.models.functions import ExtractHour, TruncDate
from django.utils import timezone

from applications import dates
from applications.enums import State, Transition
from applications.models import Applicant, Application, Confirmation, IdCheck, Invitation, StateChange
from counter.models import CountedDay
from counter.periods import Period
from identity.models import Person

Figures = Tally[tuple[str, str]]  # how many of a figure with a value, which is empty if it has one only
SENT_OF_SLOT = "version__current_of__sent_at"  # people count in the current version (R6)


def read(period: Period) -> tuple[dict[dt.date, Figures], CountedDay | None]:
    """Return the figures of the days that have any, and the last day whose figures were kept.

    One query for what is kept, and seven for what was not kept yet.
    """
    past = CountedDay.objects.filter(day__gte=period.since, day__lte=period.until, day__lt=dates.today())
    kept = list(past.order_by("day"))
    found = {row.day: Figures({(name, value): count for name, value, count in row.figures}) for row in kept}
    since = kept[-1].day + dt.timedelta(days=1) if kept else period.since
    if since <= period.until:
        found.update(count(Period(since, period.until)))
    return found, kept[-1] if kept else None


def keep() -> None:
    """Keep the figures of every day until yesterday as they are now, month by month; safe to repeat and to stop."""
    first = Application.objects.aggregate(first=Min("sent_at"))["first"]
    until = dates.today() - dt.timedelta(days=1)
    since = timezone.localdate(first) if first else dates.today()
    CountedDay.objects.exclude(day__gte=since, day__lte=until).delete()  # later ones are of a clock that was wrong
    while since <= until:
        month = Period(
            since, min(until, (since.replace(day=1) + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(1))
        )
        _store(month.days, count(month))
        since = month.until + dt.timedelta(days=1)


def keep_anew(days: Collection[dt.date]) -> None:
    """Count those of these days anew whose figures are kept: of an application that was erased nothing is to stay."""
    for day in CountedDay.objects.filter(day__in=days).values_list("day", flat=True):
        _store([day], count(Period(day, day)))


def days_of(applications: Collection[int]) -> set[dt.date]:
    """Return the days in whose figures these applications count, or what was done for them."""
    own = {"applicant__version__application__in": applications}
    moments = (
        Application.objects.filter(pk__in=applications).values_list("sent_at", flat=True),
        Confirmation.objects.filter(**own).values_list("confirmed_at", flat=True),
        IdCheck.objects.filter(**own).values_list("checked_at", flat=True),
    )
    return {timezone.localdate(moment) for each in moments for moment in each}


def _store(days: Iterable[dt.date], found: dict[dt.date, Figures]) -> None:
    now = timezone.now()
    CountedDay.objects.bulk_create(
        [
            CountedDay(day=day, figures=[[*key, n] for key, n in found.get(day, Figures()).items()], counted_at=now)
            for day in days
        ],
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=["figures", "counted_at"],
    )


def count(period: Period) -> dict[dt.date, Figures]:
    """Count the figures of the days of a period that have any, as they are now, in seven queries."""
    found: dict[dt.date, Figures] = defaultdict(Figures)
    for day, name, value, number in (*_of_sending(period), *_of_people(period), *_of_acts(period)):
        found[day][name, value] += number
    return {day: +figures for day, figures in found.items()}


def _of_sending(period: Period) -> Iterator[tuple[dt.date, str, str, int]]:
    """Yield the figures of applications, on the day on which they were sent.

    The latest transition to valid counts, unless a change or an undone confirmation came after it.
    """
    row: Any  # of a query, whose columns mypy takes for those of the first one
    sent = Application.objects.filter(period.of("sent_at")).values(day=_day("sent_at"))
    for row in sent.annotate(sent=Count("pk"), lapsed=Count("pk", filter=Q(state=State.LAPSED))):
        yield from ((row["day"], name, "", row[name]) for name in ("sent", "lapsed"))
    fallen = StateChange.objects.filter(
        application=OuterRef("application"),
        transition__in=[Transition.CHANGED, Transition.UNDONE],
        pk__gt=OuterRef("pk"),
    )
    took = ExpressionWrapper(_day("at") - _day("application__sent_at"), output_field=DurationField())
    valid = (
        StateChange.objects.filter(~Exists(fallen), period.of("application__sent_at"), transition=Transition.CONFIRMED)
        .values(day=_day("application__sent_at"), took=took)
        .annotate(count=Count("pk"))
    )
    for row in valid:
        yield row["day"], "valid after days", str(row["took"].days), row["count"]


def _of_people(period: Period) -> Iterator[tuple[dt.date, str, str, int]]:
    """Yield the figures of the people in applications, on the day on which these were sent."""
    row: Any  # of a query, whose columns mypy takes for those of the first one
    sent = f"applicant__{SENT_OF_SLOT}"
    invited = Invitation.objects.filter(period.of(sent)).values(day=_day(sent))
    opened = Q(opened_at__isnull=False)
    for row in invited.annotate(
        invited=Count("applicant", distinct=True), opened=Count("applicant", distinct=True, filter=opened)
    ):
        yield from ((row["day"], name, "", row[name]) for name in ("invited", "opened"))
    confirmed = Confirmation.objects.filter(period.of(sent), undone_at=None).values(day=_day(sent))
    for row in confirmed.annotate(count=Count("pk")):
        yield row["day"], "confirmed", "", row["count"]
    slots = _identified_only(Applicant.objects.filter(period.of(SENT_OF_SLOT))).values(day=_day(SENT_OF_SLOT))
    for row in slots.annotate(count=Count("pk")):
        yield row["day"], "identified only", "", row["count"]


def _of_acts(period: Period) -> Iterator[tuple[dt.date, str, str, int]]:
    """Yield the figures of confirmations and of ID checks, on the day on which they were made."""
    row: Any  # of a query, whose columns mypy takes for those of the first one
    # Those of earlier versions count too.
    made = Confirmation.objects.filter(period.of("confirmed_at"), undone_at=None)
    made_by = made.values("method", day=_day("confirmed_at"), language=F("applicant__language"))
    for row in made_by.annotate(count=Count("pk")):
        yield from ((row["day"], name, row[name], row["count"]) for name in ("method", "language"))
    checks = IdCheck.objects.filter(period.of("checked_at"), undoing=None)
    hour = ExtractHour("checked_at", tzinfo=timezone.get_default_timezone())
    for row in checks.values(day=_day("checked_at"), hour=hour).annotate(count=Count("pk")):
        yield row["day"], "ID checks at hour", str(row["hour"]), row["count"]


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


def _day(field: str) -> TruncDate:
    return TruncDate(field, tzinfo=timezone.get_default_timezone())
