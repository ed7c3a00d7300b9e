"""Whether emails leave, as far as the outbox shows it."""

import datetime as dt
from typing import NamedTuple

from django.db.models import Count, Max, Min, Q
from django.utils import timezone

from mailing import stops
from mailing.models import LEAVING, Letter
from mailing.reasons import AWAY

PATIENCE = dt.timedelta(minutes=10)  # as long a worker may be restarted, or a mail server be slow


class MailOutage(NamedTuple):
    """Since when no email has left, and how many wait."""

    since: dt.datetime
    waiting: int


def present_outage() -> MailOutage | None:
    """Return the outage if all letters wait (stops.py), or some that should have left and none has for a while.

    One query by an index, two more if some wait, one more if some are late, and those of present_stop() if many
    failed. None without an outage.
    """
    now = timezone.now()
    late = Q(due_at__lte=now - PATIENCE) | Q(failure__in=AWAY, created_at__lte=now - PATIENCE)
    owed = Letter.objects.filter(LEAVING).exclude(to="")
    found = owed.aggregate(
        waiting=Count("pk", filter=Q(due_at__lte=now) | ~Q(failure="")), oldest=Min("created_at", filter=late)
    )
    if found["waiting"] and (stop := stops.present_stop()):  # what was refused since then may have been given up
        return MailOutage(stop.since, found["waiting"])
    if found["oldest"] is None:
        return None
    last = Letter.objects.filter(sent_at__isnull=False).aggregate(last=Max("sent_at"))["last"]
    if last and last > now - PATIENCE:
        return None
    return MailOutage(max(found["oldest"], last or found["oldest"]), found["waiting"])


def present_outbox() -> dict[str, int]:
    """Return how many emails are to leave, and for how many seconds the oldest of them has waited. One query."""
    found = Letter.objects.filter(LEAVING).aggregate(waiting=Count("pk"), oldest=Min("created_at"))
    waited = timezone.now() - found["oldest"] if found["oldest"] else dt.timedelta()
    return {"waiting": found["waiting"], "oldest_seconds": int(waited.total_seconds())}
