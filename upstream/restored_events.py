"""Events after a restore: those that wait are held, and no number of the lost time is given again (ADR 57)."""

import datetime as dt
from collections.abc import Iterable
from itertools import islice

from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from core.log_lines import LogLine
from core.restored_database import Raised
from upstream import deliveries
from upstream.models import Event, LostNumbers, WebhookDelivery, WebhookDeliveryQuerySet

BATCH = 500  # lines of the log


def not_yet_held() -> WebhookDeliveryQuerySet:
    """Return the deliveries that are not ended, and not held either."""
    return WebhookDelivery.objects.unended().filter(held_at=None)


def held() -> WebhookDeliveryQuerySet:
    """Return the deliveries that are held since a restore."""
    return WebhookDelivery.objects.unended().filter(held_at__isnull=False)


def hold() -> int:
    """Hold every delivery that is not ended; return how many that adds."""
    return not_yet_held().update(held_at=timezone.now(), lease=None, leased_until=None)


def release(*, due_since: dt.datetime | None = None) -> int:
    """Deliver what is held, or what was collected from a moment on; return how many."""
    chosen = held().filter(Q() if due_since is None else Q(event__collected_at__gte=due_since))
    return chosen.update(held_at=None, due_at=Now(), attempts=0, failure="", tried_until=deliveries.days_from_now())


def count_as_delivered(*, due_before: dt.datetime) -> int:
    """Note of what is held that what was collected before a moment was delivered; return how many."""
    chosen = held().filter(event__collected_at__lt=due_before)
    return chosen.update(held_at=None, delivered_at=Now(), failure="")


def delivered_by_log(lines: Iterable[LogLine], deliveries_: WebhookDeliveryQuerySet) -> set[int]:
    """Return which of these deliveries were taken, by the log of the worker (logger "upstream.webhooks")."""
    taken = (line for line in lines if line.context.get("outcome") == "delivered" and "delivery" in line.context)
    found: set[int] = set()
    while batch := {line.context["delivery"]: line.at for line in islice(taken, BATCH)}:
        due = dict(deliveries_.filter(pk__in=batch).values_list("pk", "due_at"))
        found.update(pk for pk, due_at in due.items() if due_at <= batch[pk])  # otherwise it was sent once more since
    return found


def note_delivered(pks: Iterable[int]) -> None:
    """Note of deliveries that are held that they were taken."""
    held().filter(pk__in=list(pks)).update(held_at=None, delivered_at=Now(), failure="")


def leave_out_numbers(raised: dict[str, Raised]) -> None:
    """Remember which numbers no event will have: a cursor among them comes from the lost time."""
    numbers = raised[Event._meta.db_table]
    LostNumbers.objects.create(after=numbers.last, until=numbers.until)
