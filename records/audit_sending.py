"""Sending the trail on to the City's audit log, which is an index of its Elasticsearch (ADR 61).

Each entry is sent at least once, in the order in which they were written, some at a time, by whichever worker has the
lease. What an entry waits for stands in its own row: one whose transaction takes long waits like any other, and a
restored database knows what it has not sent. While the index does not answer, everything waits. An entry that it
refuses for good is marked and told in the log, and keeps no other waiting.
"""

import datetime as dt
import logging
from collections.abc import Collection
from typing import NamedTuple

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from core.leases import FREE, claim_first, give_back, retry_delay
from core.worker import Stop
from records import audit_index
from records.audit_index import Answer, NotTaken, TooLarge
from records.enums import Sending
from records.models import AuditSender, Entry

logger = logging.getLogger("records.audit_log")

ONLY = 1  # the key of the row that holds the lease
LEASE_SECONDS = 60.0  # more than a call takes
DELAYS = [1, 5, 15, 60, 300]  # seconds between tries while the index does not answer; the last one again and again
BATCH_ENTRIES = 500
MOST_COUNTED = 100_000
PATIENCE = dt.timedelta(minutes=10)  # for which an outage is a warning; then it is an error


def send_waiting_entries(stop: Stop | None = None) -> int:
    """Send the entries that wait, if it is time for a try and no other worker does; return how many were taken."""
    stop, taken, most = stop or Stop(), 0, BATCH_ENTRIES
    due = AuditSender.objects.filter(FREE, due_at__lte=Now()).order_by("pk")
    while settings.AUDIT_LOG and not stop.asked and _waiting().exists():
        sender = claim_first(due, seconds=LEASE_SECONDS)
        if sender is None:
            AuditSender.objects.bulk_create([AuditSender(pk=ONLY)], ignore_conflicts=True)  # the first time
            break
        batch = list(_waiting().select_related("chain").order_by("pk")[:most])
        try:
            answer = audit_index.send(batch)
        except TooLarge:
            most = max(1, len(batch) // 2)
            answer = Answer(refused={batch[0].pk: "too large"}) if len(batch) == 1 else Answer()
        except NotTaken as reason:
            answer = Answer(why=str(reason))
        for pk, kind in answer.refused.items():
            logger.error("The audit log refuses entry %d for good: %s", pk, kind, extra={"outcome": "refused"})
        Entry.objects.filter(pk__in=answer.refused).update(sending=Sending.REFUSED)
        taken += Entry.objects.filter(pk__in=answer.taken).update(sending=Sending.SENT)
        failing = sender.failing_since
        if answer.why:
            is_long = failing is not None and timezone.now() - failing > PATIENCE
            facts = {"outcome": "waiting", "attempt": sender.attempts}
            level = logging.ERROR if is_long else logging.WARNING
            logger.log(level, "The audit log takes no entries: %s", answer.why, extra=facts)
            delay = dt.timedelta(seconds=retry_delay(DELAYS, attempts=sender.attempts))
            give_back(sender, due_at=Now() + delay, failing_since=failing or Now())
            break
        if failing:
            logger.info("The audit log takes entries again", extra={"outcome": "sent"})
        give_back(sender, attempts=0, due_at=Now(), failing_since=None)
    return taken


class Backlog(NamedTuple):
    """How many entries the City's audit log does not have. Those that it refused for good do not wait."""

    waiting: int
    refused: int
    seconds: float  # for which the oldest has waited, 0 if none does


def backlog() -> Backlog | None:
    """Return what the City's audit log does not have, or None if nothing is sent on.

    More than MOST_COUNTED of a kind are not counted. Three queries, by the indexes of what is not sent.
    """
    if not settings.AUDIT_LOG:
        return None
    unsent = (_waiting(), Entry.objects.filter(sending=Sending.REFUSED))
    waiting, refused = (part.order_by("pk")[:MOST_COUNTED].count() for part in unsent)
    return Backlog(waiting, refused, _seconds_waited())


def is_late() -> bool:
    """Tell whether an entry has waited for PATIENCE: the index does not take it, or no worker runs."""
    return bool(settings.AUDIT_LOG) and _seconds_waited() > PATIENCE.total_seconds()


def send_again(*, since: dt.datetime | None = None) -> int:
    """Let the entries that were refused wait once more, or all that were written since a moment; return how many.

    The index knows those that it has, and refuses them as copies.
    """
    ended = Q(sending=Sending.REFUSED) if since is None else Q(sending__isnull=False, at__gte=since)
    return Entry.objects.filter(ended).update(sending=None)


def chains_to_send(chains: Collection[int]) -> set[int]:
    """Return which of these chains have entries that are still to be sent, and may not be removed before (R18)."""
    waiting = _waiting() if settings.AUDIT_LOG else Entry.objects.none()
    return set(waiting.filter(chain__in=chains).values_list("chain_id", flat=True))


def _waiting() -> QuerySet[Entry]:
    return Entry.objects.filter(sending=None)


def _seconds_waited() -> float:
    """Return for how many seconds the oldest entry has waited to be sent, 0 if none does. One query, by its index."""
    oldest = _waiting().order_by("pk").values_list("at", flat=True).first()
    return max(0.0, (timezone.now() - oldest).total_seconds()) if oldest else 0.0
