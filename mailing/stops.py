"""When all letters wait: many different addresses were refused one after the other, so the fault is not theirs.

It may be our account at the provider, our name on a list, or a relay that knows nobody. Then one letter a minute is
tried, until one is taken; nobody's address is blamed meanwhile.
"""

import datetime as dt
import logging
import random
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Count, Max, Min, Q
from django.db.models.functions import Now
from django.utils import timezone

from mailing.enums import Failure, Fate
from mailing.models import LEAVING, Letter, TrackingEvent
from mailing.reasons import AWAY, OURS, UNREACHABLE

logger = logging.getLogger("mailing")

MANY = 5  # different addresses, and none between them that was reached
FORGOTTEN_AFTER = dt.timedelta(hours=1)  # without another try nobody knows any more
SPREAD = dt.timedelta(minutes=10)
# What says something of us: not a fault in one letter, and of what came back later only what has no better reason.
_TELLING = Q(failure__in=AWAY) | (
    Q(failure__in=UNREACHABLE - {Failure.INVALID}) & (Q(dead_at__isnull=False) | Q(failure=Failure.REFUSED))
)
_ADDRESSES = Count("to", distinct=True)


class MailStop(NamedTuple):
    """Since when all letters wait, when one was tried last, and why they do not leave."""

    since: dt.datetime
    tried_at: dt.datetime
    failure: Failure

    @property
    def may_try(self) -> bool:
        """Whether it is time to try one letter."""
        return self.tried_at <= timezone.now() - dt.timedelta(seconds=settings.MAILING_PROBE)


def present_stop() -> MailStop | None:
    """Return since when all letters wait; None if they leave.

    One query by an index, and five more if many failed lately.
    """
    lately = Letter.objects.filter(~Q(failure=""), failed_at__gt=timezone.now() - FORGOTTEN_AFTER)
    failed = lately.filter(_TELLING)
    if failed.aggregate(number=_ADDRESSES)["number"] < MANY:
        return None
    last_sent = Letter.objects.filter(sent_at__isnull=False, failure="").aggregate(at=Max("sent_at"))["at"]
    arrived = TrackingEvent.objects.filter(type=Fate.DELIVERED).order_by("-received_at")
    last_arrived = arrived.values_list("received_at", flat=True).first()
    for at in filter(None, (last_sent, last_arrived)):
        failed = failed.filter(failed_at__gt=at)
    found = failed.aggregate(number=_ADDRESSES, first=Min("failed_at"))
    why = failed.order_by("-failed_at").values_list("failure", flat=True).first()
    if found["number"] < MANY or why is None:  # None: one has left since
        return None
    tried_at = lately.filter(sent_at=None).aggregate(last=Max("failed_at"))["last"] or found["first"]
    return MailStop(found["first"], tried_at, Failure(why))


def begin(stop: MailStop) -> None:
    """Take back what was held against addresses since the stop began, and tell the operator."""
    since = stop.since - dt.timedelta(milliseconds=1)  # SQLite compares times as texts, of different lengths
    blamed = Letter.objects.filter(_TELLING, failed_at__gt=since, failure__in=UNREACHABLE, complained_at=None)
    blamed = blamed.filter(attempts__lte=len(settings.MAILING_DELAYS))  # the others have had all their tries
    blamed.update(**due_again(Failure.SENDER, seconds=settings.MAILING_DELAYS[-1]))
    waiting = Letter.objects.filter(LEAVING).exclude(to="").count()
    facts = {"outcome": "stopped", "failure": stop.failure.value, "waiting": waiting, "since": stop.since.isoformat()}
    logger.error("emails do not leave: %s", stop.failure.value, extra=facts)


def end() -> None:
    """Let what waited leave: a letter was taken again.

    What was refused leaves within SPREAD. If a few are wrongly addressed after all, others are taken between them.
    """
    waiting = Letter.objects.filter(LEAVING, failure__in=OURS, due_at__gt=Now())
    waiting.exclude(failure=Failure.SENDER).update(due_at=Now())
    refused = list(waiting.filter(failure=Failure.SENDER).only("due_at"))
    for letter in refused:
        at = timezone.now() + SPREAD * random.random()  # noqa: S311  # no secret
        letter.due_at = min(letter.due_at, at)
    Letter.objects.bulk_update(refused, ["due_at"], batch_size=500)


def due_again(failure: Failure, *, seconds: float) -> dict[str, Any]:
    """Return the changes by which letters that had left, or were given up, are tried again."""
    gone = dict.fromkeys(("sent_at", "dead_at", "bounced_at", "lease", "leased_until"))
    left = {"provider": "", "provider_message_id": ""}
    due_at = timezone.now() + dt.timedelta(seconds=seconds)
    return {**gone, **left, "failure": failure, "failed_at": timezone.now(), "due_at": due_at}
