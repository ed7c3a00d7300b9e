"""When all letters wait: many different addresses were refused one after the other, so the fault is not theirs.

It may be our account at the provider, our name on a list, or a relay that knows nobody. Then one letter a minute is
tried, until one is taken; nobody's address is blamed meanwhile. Where a provider takes letters and reports them back
later, it is until one arrives.
"""

import datetime as dt
import logging
import random
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Count, Max, Min, Q
from django.db.models.functions import Now
from django.utils import timezone

from mailing.enums import CAME_BACK, Failure, Fate
from mailing.models import LEAVING, Letter, TrackingEvent
from mailing.reasons import AWAY, OURS, UNREACHABLE

logger = logging.getLogger("mailing")

MANY = 5  # different addresses, and none between them that was reached
FORGOTTEN_AFTER = dt.timedelta(hours=1)  # without another try nobody knows any more
SPREAD = dt.timedelta(minutes=10)
LEAST_SHARE = 10  # one in so many of those taken must have come back: some providers report no arrivals
# What says something of us, and not of one letter: when letters are not taken, and when they came back later.
_NOT_TAKEN = Q(failure__in=AWAY) | Q(failure__in=UNREACHABLE - {Failure.INVALID}, dead_at__isnull=False)
OF_US = AWAY | {Failure.REFUSED}
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

    Two queries by indexes, and a few more if many failed lately.
    """
    return _refused() or _brought_back()


def _refused() -> MailStop | None:
    """Return the stop if letters are not taken: it lasts until one is taken, or arrives."""
    lately = Letter.objects.filter(~Q(failure=""), failed_at__gt=timezone.now() - FORGOTTEN_AFTER)
    failed = lately.filter(_NOT_TAKEN)
    if failed.aggregate(number=_ADDRESSES)["number"] < MANY:
        return None
    last_sent = Letter.objects.filter(sent_at__isnull=False, failure="").aggregate(at=Max("sent_at"))["at"]
    for at in filter(None, (last_sent, _last_arrival())):
        failed = failed.filter(failed_at__gt=at)
    found = failed.aggregate(number=_ADDRESSES, first=Min("failed_at"))
    why = failed.order_by("-failed_at").values_list("failure", flat=True).first()
    if found["number"] < MANY or why is None:  # None: one has left since
        return None
    tried_at = lately.filter(sent_at=None).aggregate(last=Max("failed_at"))["last"] or found["first"]
    return MailStop(found["first"], tried_at, Failure(why))


def _brought_back() -> MailStop | None:
    """Return the stop if letters are taken and reported back later: that one is taken proves nothing then."""
    recipients, since = Count("recipient", distinct=True), timezone.now() - FORGOTTEN_AFTER
    reports = TrackingEvent.objects.filter(~Q(bounce=""), bounce__in=OF_US, received_at__gt=since, type__in=CAME_BACK)
    reports = reports.exclude(letter=None)
    if reports.aggregate(number=recipients)["number"] < MANY:
        return None
    since = _last_arrival() or since
    reports = reports.filter(received_at__gt=since)
    found = reports.aggregate(number=recipients, first=Min("received_at"), last=Max("received_at"))
    if found["number"] < MANY:
        return None
    taken = Letter.objects.filter(sent_at__gt=since).aggregate(number=Count("pk"), last=Max("sent_at"))
    why = reports.order_by("-received_at").values_list("bounce", flat=True).first()
    if found["number"] * LEAST_SHARE < taken["number"] or why is None:
        return None
    return MailStop(found["first"], max(filter(None, (found["last"], taken["last"]))), Failure(why))


def _last_arrival() -> dt.datetime | None:
    lately = TrackingEvent.objects.filter(received_at__gt=timezone.now() - FORGOTTEN_AFTER)
    arrived = lately.filter(type=Fate.DELIVERED).order_by("-received_at")
    return arrived.values_list("received_at", flat=True).first()


def begin(stop: MailStop) -> None:
    """Take back what was held against addresses since the stop began, and tell the operator."""
    since = stop.since - dt.timedelta(milliseconds=1)  # SQLite compares times as texts, of different lengths
    blamed = Letter.objects.filter(
        _NOT_TAKEN | Q(failure=Failure.REFUSED), failure__in=UNREACHABLE, failed_at__gt=since
    )
    most = len(settings.MAILING_DELAYS)  # the others have had all their tries
    blamed = blamed.filter(complained_at=None, attempts__lte=most)
    blamed.update(**due_again(Failure.SENDER, seconds=settings.MAILING_DELAYS[-1]))
    waiting = Letter.objects.filter(LEAVING).exclude(to="").count()
    facts = {"outcome": "stopped", "failure": stop.failure.value, "waiting": waiting, "since": stop.since.isoformat()}
    logger.error("emails do not leave: %s", stop.failure.value, extra=facts)


def end() -> None:
    """Let what waited leave: a letter was taken again, or arrived.

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
