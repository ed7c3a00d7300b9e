"""The demo's housing system: a client of the API whose token everybody knows, and what it has heard.

Its token works only after `manage.py demo`, which serves this machine alone.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from contextlib import suppress

from django.conf import settings
from django.db.models import F
from django.urls import reverse

from demo.models import DemoEvent
from upstream import clients, endpoints, events
from upstream.models import ApiClient, WebhookEndpoint

NAME = "Demo housing system"
TOKEN = "heka_the-demo-housing-system"  # noqa: S105  # meant to be known
TOLERANCE_SECONDS = 5 * 60


def client() -> ApiClient:
    """Return the client whose applications the demo's are. It is made with a token that nobody has seen."""
    return ApiClient.objects.filter(name=NAME).first() or clients.issue(NAME)[0]


def ensure() -> None:
    """Let TOKEN work, and send events to the demo's own receiver: from now on, not those of what is here already."""
    own = client()
    ApiClient.objects.filter(pk=own.pk).update(token_hash=clients.digest_of(TOKEN), revoked_at=None)
    with suppress(clients.AnotherReceives):
        clients.settle(own, receives_forms=True)
    here, url = reverse("demo:receive_event"), receiver_url()
    receivers = list(WebhookEndpoint.objects.live().filter(client=own, url__endswith=here))
    endpoints.disable(*(each for each in receivers if each.url != url))  # the demo ran at another port
    if url not in [each.url for each in receivers]:
        events.collect()
        endpoints.add(own, url)


def receiver_url() -> str:
    """Return the address at which the demo takes its events."""
    return f"{settings.PUBLIC_URL}{reverse('demo:receive_event')}"


def receive(headers: Mapping[str, str], body: bytes) -> bool:
    """Keep an event whose signature and time are right, once however often it comes; tell whether they are."""
    id_, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit()) or abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    receiver = WebhookEndpoint.objects.live().filter(client__name=NAME, url=receiver_url()).first()
    if receiver is None:
        return False
    key = base64.b64decode((receiver.secret or "").removeprefix(endpoints.PREFIX))
    expected = base64.b64encode(hmac.digest(key, f"{id_}.{timestamp}.".encode() + body, hashlib.sha256))
    given = [each.partition(",") for each in headers.get("webhook-signature", "").split()]
    if not any(version == "v1" and hmac.compare_digest(expected, one.encode()) for version, _, one in given):
        return False
    _kept, is_new = DemoEvent.objects.get_or_create(webhook_id=id_, defaults={"event": json.loads(body)})
    if not is_new:
        DemoEvent.objects.filter(webhook_id=id_).update(times=F("times") + 1)
    return True
