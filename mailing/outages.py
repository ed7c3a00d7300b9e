"""Whether emails leave, as far as the outbox shows it."""

import datetime as dt
from typing import NamedTuple

from django.db.models import Count, Max, Min, Q
from django.utils import timezone

from mailing.enums import Failure
from mailing.models import LEAVING, Letter

PATIENCE = dt.timedelta(minutes=10)  # as long a worker may be restarted, or a mail server be slow
# What is said before a server has seen the letter. The others may be about one letter or its address.
AWAY = (Failure.TIMEOUT, Failure.CONNECTION, Failure.LOGIN)


class MailOutage(NamedTuple):
    """Since when no email has left, and how many wait."""

    since: dt.datetime
    waiting: int


def present_outage() -> MailOutage | None:
    """Return the outage if emails that should have left wait and none has left for a while; None otherwise.

    One query by the index letter_due, and a second one by letter_sent if some are late.
    """
    now = timezone.now()
    late = Q(due_at__lte=now - PATIENCE) | Q(failure__in=AWAY, created_at__lte=now - PATIENCE)
    owed = Letter.objects.filter(LEAVING).exclude(to="")
    found = owed.aggregate(
        waiting=Count("pk", filter=Q(due_at__lte=now) | ~Q(failure="")), oldest=Min("created_at", filter=late)
    )
    if found["oldest"] is None:
        return None
    last = Letter.objects.filter(sent_at__isnull=False).aggregate(last=Max("sent_at"))["last"]
    if last and last > now - PATIENCE:
        return None
    return MailOutage(max(found["oldest"], last or found["oldest"]), found["waiting"])
