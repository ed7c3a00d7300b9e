"""Events on their way: who is sending one, when it is tried again, and when it is given up.

The habits are those of the letters (mailing/leases.py): a lease by the database's clock, so that a worker that dies
leaves its delivery to the others, and one that comes back late changes nothing.
"""

import datetime as dt
import random
import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from upstream.enums import Failure
from upstream.models import Event, WebhookDelivery, WebhookDeliveryQuerySet, WebhookEndpoint

JITTER = (0.8, 1.2)  # so that deliveries that failed together do not come back together
BATCH = 1_000


def queue(events: Iterable[Event]) -> None:
    """Owe each event to every live endpoint of its client, once."""
    endpoints = defaultdict(list)
    for endpoint in WebhookEndpoint.objects.live():
        endpoints[endpoint.client_id].append(endpoint)
    owed = [
        WebhookDelivery(
            endpoint=endpoint, event=event, application_id=event.application_id, tried_until=_days_from_now()
        )
        for event in events
        for endpoint in endpoints[event.client_id]
    ]
    WebhookDelivery.objects.bulk_create(owed)


@transaction.atomic
def claim(endpoint: WebhookEndpoint) -> WebhookDelivery | None:
    """Take what has been due for longest at an endpoint, and return it; None when there is nothing."""
    skip_locked = connection.features.has_select_for_update_skip_locked
    of = ("self",) if connection.features.has_select_for_update_of else ()
    due = WebhookDelivery.objects.due(endpoint).select_related("event__change")
    delivery = due.select_for_update(skip_locked=skip_locked, of=of).first()
    if delivery is not None:
        delivery.lease, delivery.attempts = uuid.uuid4(), delivery.attempts + 1
        _own(delivery.pk).update(
            lease=delivery.lease,
            leased_until=Now() + dt.timedelta(seconds=settings.WEBHOOK_LEASE),
            attempts=delivery.attempts,
        )
    return delivery


def finish(delivery: WebhookDelivery, **changes: Any) -> bool:
    """Give a delivery back with what became of it; tell whether it was still ours."""
    ours = _own(delivery.pk).filter(lease=delivery.lease)
    return ours.update(lease=None, leased_until=None, **changes) == 1


def later(delivery: WebhookDelivery, *, now: dt.datetime, least: float = 0) -> dict[str, Any]:
    """Return the changes by which a delivery is tried again, or given up when its days are over.

    `now` is the time of this try; `least` are seconds that the receiver asked us to wait.
    """
    if now >= delivery.tried_until:
        return {"given_up_at": Now()}
    delays = settings.WEBHOOK_DELAYS
    delay = delays[min(delivery.attempts, len(delays)) - 1] * random.uniform(*JITTER)  # noqa: S311  # no secret
    return {"due_at": Now() + dt.timedelta(seconds=max(delay, least))}


def pause(endpoint: WebhookEndpoint, *, seconds: float, why: Failure) -> None:
    """Leave an endpoint alone that does not answer, so that the others do not wait for it.

    What waits for it and was to be tried no longer than until now is given up.
    """
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(paused_until=Now() + dt.timedelta(seconds=seconds))
    overdue = endpoint.deliveries.unended().filter(tried_until__lte=Now(), lease=None)
    overdue.update(given_up_at=Now(), failure=why)


def give_up(endpoint: WebhookEndpoint, why: Failure) -> None:
    """Give up whatever waits for an endpoint, also what is being sent."""
    endpoint.deliveries.unended().update(given_up_at=Now(), failure=why, lease=None, leased_until=None)


def replay(chosen: WebhookDeliveryQuerySet) -> int:
    """Send what was delivered or given up once more, with the same ids; return how many are sent.

    What waits anyway, and what belongs to an endpoint that takes nothing any more, stays as it is.
    """
    ended = chosen.filter(
        Q(delivered_at__isnull=False) | Q(given_up_at__isnull=False), endpoint__in=WebhookEndpoint.objects.live()
    )
    return ended.update(
        delivered_at=None,
        given_up_at=None,
        failure="",
        status_code=None,
        attempts=0,
        due_at=Now(),
        tried_until=_days_from_now(),
    )


@transaction.atomic
def replay_since(moment: dt.datetime, endpoint: WebhookEndpoint) -> int:
    """Send an endpoint every event that was collected since then, whether or not it was owed it; return how many."""
    events = Event.objects.filter(client=endpoint.client_id, collected_at__gte=moment)
    number = replay(endpoint.deliveries.filter(event__in=events))
    never_owed = events.exclude(deliveries__endpoint=endpoint).order_by("pk")
    made = WebhookDelivery.objects.bulk_create(
        [
            WebhookDelivery(endpoint=endpoint, event_id=pk, application_id=application, tried_until=_days_from_now())
            for pk, application in never_owed.values_list("pk", "application")
        ],
        batch_size=BATCH,
    )
    return number + len(made)


def _own(pk: int) -> WebhookDeliveryQuerySet:
    return WebhookDelivery.objects.filter(pk=pk)


def _days_from_now() -> Any:
    return Now() + dt.timedelta(days=settings.WEBHOOK_DAYS)
