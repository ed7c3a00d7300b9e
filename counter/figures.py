"""Figures of applications that have been removed, by month (R18).

Applications count in the month in which they were sent; confirmations and ID checks in the month in which they were
made, unless they were undone. Months are Helsinki's.
"""

import datetime as dt
from collections import Counter as Tally
from collections.abc import Collection, Iterator

from django.db import connection
from django.utils import timezone

from applications.enums import Transition
from applications.models import Application, Confirmation, IdCheck, StateChange
from core.among import Among
from counter.models import RemovedFigure

LONGEST_MONTH = dt.timedelta(days=31)

Figure = tuple[dt.date, str, str]  # month, figure, value


def keep_figures(applications: Collection[int]) -> None:
    """Add applications that are about to be removed to the figures.

    Two transactions that add to the same figure wait for each other, so nothing is lost.
    """
    tally = Tally(_figures(applications))
    with connection.cursor() as cursor:
        for (month, figure, value), count in sorted(tally.items()):
            cursor.execute(
                f"""
                INSERT INTO {RemovedFigure._meta.db_table} AS f (month, figure, value, count) VALUES (%s, %s, %s, %s)
                ON CONFLICT (month, figure, value) DO UPDATE SET count = f.count + excluded.count
                """,  # noqa: S608  # only our own table name is put in
                [month, figure, value, count],
            )


def figures_within(first: dt.date, last: dt.date) -> list[RemovedFigure]:
    """Return the figures of the months that lie wholly between two days, both included, the first month first."""
    after = last + dt.timedelta(days=1)
    found = RemovedFigure.objects.filter(month__gte=first, month__lte=last).order_by("month", "figure", "value")
    return [figure for figure in found if (figure.month + LONGEST_MONTH).replace(day=1) <= after]


def _figures(applications: Collection[int]) -> Iterator[Figure]:
    sent_on = {}
    ended = Application.objects.filter(Among("pk", applications))
    for key, sent_at, state in ended.values_list("pk", "sent_at", "state"):
        sent_on[key] = day = timezone.localdate(sent_at)
        yield day.replace(day=1), "sent", ""
        yield day.replace(day=1), "ended as", state
    for key, valid_at in _became_valid(applications).items():
        days = (timezone.localdate(valid_at) - sent_on[key]).days
        yield sent_on[key].replace(day=1), "valid after days", str(days)
    in_them = Among("applicant__version__application", applications)
    confirmations = Confirmation.objects.filter(in_them, undone_at=None)
    for at, method, language in confirmations.values_list("confirmed_at", "method", "applicant__language"):
        month = _month(at)
        yield month, "method", method
        yield month, "language", language
    checks = IdCheck.objects.filter(in_them, undoing=None)
    for checked_at in checks.values_list("checked_at", flat=True):
        yield _month(checked_at), "ID checks", ""


def _became_valid(applications: Collection[int]) -> dict[int, dt.datetime]:
    """Return when each application became valid, unless it was changed or a confirmation was undone afterwards."""
    followed = [Transition.CONFIRMED, Transition.CHANGED, Transition.UNDONE]
    found: dict[int, dt.datetime] = {}
    changes = StateChange.objects.filter(Among("application", applications), transition__in=followed).order_by("pk")
    for key, transition, at in changes.values_list("application_id", "transition", "at"):
        if transition == Transition.CONFIRMED:
            found[key] = at
        else:
            found.pop(key, None)
    return found


def _month(moment: dt.datetime) -> dt.date:
    return timezone.localdate(moment).replace(day=1)
