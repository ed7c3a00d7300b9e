"""Events after a restore: those that wait are held, and no number of the lost time is given again (ADR 57)."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from itertools import islice

from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from core.log_lines import LogLine
from core.restored_database import Raised
from upstream import deliveries
from upstream.models import Event, LostNumbers, WebhookDelivery, WebhookDeliveryQuerySet

BATCH = 500  # lines of the log
UID = re.compile("[0-9a-f-]{36}")  # and not one of which the log has masked a part


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


def delivered_by_log(lines: Iterable[LogLine], deliveries_: WebhookDeliveryQuerySet) -> dict[int, str]:
    """Return which of these deliveries were taken, by the log of the worker (logger "upstream.webhooks").

    Each comes with the id under which it was taken: an event that is made anew after the restore had another one. The
    log of former releases has no such id, and knows deliveries by their number.
    """
    taken = (line for line in lines if line.context.get("outcome") == "delivered" and line.number("delivery"))
    found: dict[int, str] = {}
    while batch := list(islice(taken, BATCH)):
        by_happening = {
            (line.number("endpoint"), happening): line for line in batch if (happening := line.number("happening"))
        }
        by_pk = {line.context["delivery"]: line for line in batch if "happening" not in line.context}
        happenings = {happening for _endpoint, happening in by_happening}
        waiting = deliveries_.filter(Q(pk__in=by_pk) | Q(event__happening__in=happenings))
        for delivery in waiting.select_related("event"):
            line = by_happening.get((delivery.endpoint_id, delivery.event.happening_id)) or by_pk.get(delivery.pk)
            # Otherwise it was to be sent once more since.
            if line and (delivery.due_at <= line.at or line.at < delivery.created_at):
                logged = str(line.context.get("id", ""))
                found[delivery.pk] = logged if UID.fullmatch(logged) else delivery.event.uid
    return found


def note_delivered(taken: Mapping[int, str]) -> None:
    """Note of deliveries that are held that they were taken, and give their events the ids of then."""
    for pk, uid in taken.items():
        Event.objects.filter(deliveries=pk).exclude(uid=uid).update(uid=uid)
    held().filter(pk__in=list(taken)).update(held_at=None, delivered_at=Now(), failure="")


def leave_out_numbers(raised: dict[str, Raised]) -> None:
    """Remember which numbers no event will have: a cursor among them comes from the lost time."""
    numbers = raised[Event._meta.db_table]
    LostNumbers.objects.create(after=numbers.last, until=numbers.until)
