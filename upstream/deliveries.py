"""Deliveries of events: which worker holds one, when it is tried again, and when it is given up."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet, prefetch_related_objects
from django.db.models.functions import Now

from core.leases import claim_first, retry_delay
from upstream.enums import Failure
from upstream.models import Event, WebhookDelivery, WebhookDeliveryQuerySet, WebhookEndpoint

BATCH_EVENTS = 1_000
MOST_REPLAYED = 10_000  # events that a client may have sent again by one request


class TooManyEvents(Exception):
    """A client wants more events sent again than one request may ask for."""


def queue_deliveries(events: Iterable[Event]) -> None:
    """Queue each event once for every live endpoint of its client."""
    endpoints = defaultdict(list)
    for endpoint in WebhookEndpoint.objects.live():
        endpoints[endpoint.client_id].append(endpoint)
    owed = [
        WebhookDelivery(
            endpoint=endpoint, event=event, application_id=event.application_id, tried_until=days_from_now()
        )
        for event in events
        for endpoint in endpoints[event.client_id]
    ]
    WebhookDelivery.objects.bulk_create(owed)


def claim_delivery(endpoint: WebhookEndpoint) -> WebhookDelivery | None:
    """Take the delivery that has been due for longest at an endpoint, and return it with its event, or None."""
    delivery = claim_first(WebhookDelivery.objects.due(endpoint), seconds=settings.WEBHOOK_LEASE)
    if delivery is not None:
        prefetch_related_objects([delivery], "event__happening")
    return delivery


def retry_delivery(delivery: WebhookDelivery, *, now: dt.datetime, least: float = 0) -> dict[str, Any]:
    """Return the changes by which a delivery is tried again, or given up when its days are over.

    `now` is the time of this try; `least` is how many seconds the receiver asked us to wait.
    """
    if now >= delivery.tried_until:
        return {"given_up_at": Now()}
    delay = retry_delay(settings.WEBHOOK_DELAYS, attempts=delivery.attempts)
    return {"due_at": Now() + dt.timedelta(seconds=max(delay, least))}


def pause_endpoint(endpoint: WebhookEndpoint, *, seconds: float, why: Failure) -> None:
    """Send nothing to an endpoint for so many seconds, so that the others do not wait for it.

    Its waiting deliveries whose time is over are given up.
    """
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(paused_until=Now() + dt.timedelta(seconds=seconds))
    overdue = endpoint.deliveries.unended().filter(tried_until__lte=Now(), lease=None, held_at=None)
    overdue.update(given_up_at=Now(), failure=why)


def replay_deliveries(chosen: WebhookDeliveryQuerySet) -> int:
    """Send the delivered and given-up ones of these once more, with the same ids, and return how many.

    Deliveries that wait already, and those of an endpoint that is not live, stay as they are.
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
        tried_until=days_from_now(),
    )


def refuse_too_many(events: QuerySet[Event]) -> None:
    """Raise TooManyEvents if these are more than a client may have sent again by one request."""
    if events.order_by()[: MOST_REPLAYED + 1].count() > MOST_REPLAYED:
        raise TooManyEvents


def replay_events(events: QuerySet[Event], *, endpoints: Iterable[WebhookEndpoint]) -> int:
    """Send these events of one client to these endpoints of it once more; return how many deliveries that makes.

    That includes events that were never queued for an endpoint. It is done some at a time, so that however many they
    are, neither memory nor those who deliver events now suffer.
    """
    number = 0
    for endpoint in endpoints:
        rest = events.order_by("pk").values_list("pk", "application")
        while batch := dict(rest[:BATCH_EVENTS]):
            number += _replay_some(batch, endpoint)
            rest = rest.filter(pk__gt=max(batch))
    return number


@transaction.atomic
def _replay_some(events: dict[int, int], endpoint: WebhookEndpoint) -> int:
    """Send events, given with their applications, to an endpoint once more."""
    owed = endpoint.deliveries.filter(event__in=events)
    again = replay_deliveries(owed)
    never_owed = events.keys() - owed.values_list("event", flat=True)
    made = WebhookDelivery.objects.bulk_create(
        WebhookDelivery(endpoint=endpoint, event_id=pk, application_id=events[pk], tried_until=days_from_now())
        for pk in sorted(never_owed)
    )
    return again + len(made)


def days_from_now() -> Any:
    """Return until when a delivery that begins now is tried (settings.WEBHOOK_DAYS)."""
    return Now() + dt.timedelta(days=settings.WEBHOOK_DAYS)
