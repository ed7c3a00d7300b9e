"""The worker's part for the housing system: collects events and delivers them, beside the letters.

The endpoints take turns, and one that does not answer is left alone for a while: neither letters nor other receivers
wait for a slow one. If a worker is killed, at most one event is sent twice, under the same id.
"""

import contextlib
import datetime as dt
import email.utils
import logging
import time
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from core.leases import give_back
from core.worker import Stop, log_fault, patiently
from upstream import calling, deliveries, endpoints, events
from upstream.calling import Answer, NotAnswered
from upstream.enums import Failure
from upstream.models import WebhookDelivery, WebhookEndpoint

logger = logging.getLogger("upstream.webhooks")

TURN_SECONDS = 10.0  # after which the other endpoints have their turn
LEAST_WAIT_SECONDS, MOST_WAIT_SECONDS = 1.0, 3600.0  # that a receiver may ask for
ASKS_TO_WAIT = (429, 503)
CONTENT_TYPE = "application/cloudevents+json"


def deliver_due_events(stop: Stop | None = None) -> int:
    """Collect events and try every delivery that is due now, each endpoint in turn; return how many were tried."""
    stop, tried = stop or Stop(), 0
    events.collect()
    while not stop.asked:
        reachable = WebhookEndpoint.objects.live().filter(Q(paused_until=None) | Q(paused_until__lte=Now()))
        turns = [_turn(endpoint, stop) for endpoint in reachable.order_by("pk")]
        tried += sum(turns)
        if not any(turns):
            break
    return tried


def _deliver_event(delivery: WebhookDelivery, endpoint: WebhookEndpoint) -> bool:
    """Send a delivery that we hold and record what became of it; tell whether the endpoint can take more now."""
    started = time.monotonic()
    changes, outcome, wait = _try_delivery(delivery, endpoint)
    if not patiently(partial(give_back, delivery, **changes), seconds=settings.WEBHOOK_LEASE):
        outcome = "late"
    elif outcome == Failure.GONE:
        endpoints.disable(endpoint, why=Failure.GONE)
    elif wait:
        deliveries.pause_endpoint(endpoint, seconds=wait, why=Failure(outcome))
    level = logging.WARNING if "given_up_at" in changes else logging.INFO
    facts = {
        "delivery": delivery.pk,
        "endpoint": delivery.endpoint_id,
        "happening": delivery.event.happening_id,  # which a restore brings back (restored_events.py)
        "id": delivery.event.uid,
        "outcome": outcome,
        "attempt": delivery.attempts,
        "ms": round((time.monotonic() - started) * 1000),
    }
    logger.log(level, "event %s: %s", delivery.event_id, outcome, extra=facts)
    return outcome != Failure.GONE and not wait


def _turn(endpoint: WebhookEndpoint, stop: Stop) -> int:
    until, tried = time.monotonic() + TURN_SECONDS, 0
    while not stop.asked and time.monotonic() < until:
        delivery = deliveries.claim_delivery(endpoint)
        if delivery is None:
            break
        tried += 1
        if not _deliver_event(delivery, endpoint):
            break
    return tried


def _try_delivery(delivery: WebhookDelivery, endpoint: WebhookEndpoint) -> tuple[dict[str, Any], str, float]:
    """Try to send a delivery.

    Return the changes to record, the word for the log, and for how many seconds to pause the endpoint.
    """
    now = timezone.now()
    if now >= delivery.tried_until and delivery.attempts > 1:  # no worker came back from its last try
        return _failed_try(delivery, Failure(delivery.failure or Failure.ERROR), now)
    try:
        answer = _post_event(delivery, endpoint)
    except NotAnswered as reason:
        return _failed_try(delivery, reason.failure, now, wait=settings.WEBHOOK_PAUSE)
    except Exception as error:  # a fault in one delivery must not stop the others
        log_fault(logger, error, delivery=delivery.pk)
        return _failed_try(delivery, Failure.ERROR, now)
    return _judge(delivery, answer, now)


def _post_event(delivery: WebhookDelivery, endpoint: WebhookEndpoint) -> Answer:
    body = events.cloud_event(delivery.event).model_dump_json().encode()
    id_, timestamp = delivery.event.uid, int(time.time())
    headers = {
        "Content-Type": CONTENT_TYPE,
        "User-Agent": "heka-confirm",
        "webhook-id": id_,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": endpoints.signatures(endpoint, id_=id_, timestamp=timestamp, body=body),
    }
    return calling.post(endpoint.url, body, headers)


def _judge(delivery: WebhookDelivery, answer: Answer, now: dt.datetime) -> tuple[dict[str, Any], str, float]:
    status = answer.status
    if 200 <= status < 300:
        return {"delivered_at": Now(), "failure": "", "status_code": status}, "delivered", 0
    if status == 410:
        return {"given_up_at": Now(), "failure": Failure.GONE, "status_code": status}, Failure.GONE, 0
    if status in ASKS_TO_WAIT:
        wait = _asked_wait(answer.retry_after, now)
        return _failed_try(delivery, Failure.BUSY, now, wait=wait, status_code=status)
    failure = Failure.REDIRECT if 300 <= status < 400 else Failure.STATUS
    return _failed_try(delivery, failure, now, status_code=status)


def _failed_try(
    delivery: WebhookDelivery, failure: Failure, now: dt.datetime, *, wait: float = 0, **facts: Any
) -> tuple[dict[str, Any], str, float]:
    changes = deliveries.retry_delivery(delivery, now=now, least=wait)
    return {**changes, "failure": failure, **facts}, failure.value, wait


def _asked_wait(text: str | None, now: dt.datetime) -> float:
    """Return how many seconds a receiver asks us to wait (Retry-After, RFC 9110 § 10.2.3), within bounds."""
    wait = float(settings.WEBHOOK_PAUSE)
    if text and text.isascii() and text.isdecimal():
        wait = float(text[:9])
    elif text:
        with contextlib.suppress(ValueError, TypeError):  # the latter for a date without a zone
            wait = (email.utils.parsedate_to_datetime(text) - now).total_seconds()
    return min(max(wait, LEAST_WAIT_SECONDS), MOST_WAIT_SECONDS)
