"""The addresses to which events are sent, and the secrets that sign them (Standard Webhooks)."""

import base64
import datetime as dt
import hashlib
import hmac
import secrets

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.refusals import Refused
from upstream import calling
from upstream.enums import Failure
from upstream.models import ApiClient, WebhookDelivery, WebhookEndpoint

PREFIX = "whsec_"
RANDOM_BYTES = 32


class CannotAdd(Refused):
    """No such receiver was made."""


class NotAnAddress(CannotAdd):
    """Nothing is sent to that address."""

    message = _("Enter an https address of a public host, without a username and without a fragment.")


class Taken(CannotAdd):
    """The client has a receiver at that address."""

    message = _("This client already has a receiver at that address. Enter another address.")


def add(client: ApiClient, url: str) -> tuple[WebhookEndpoint, str]:
    """Make an endpoint to which a client's events are sent from now on; return it with its secret.

    Raises NotAnAddress or Taken.
    """
    if not calling.is_callable(url):
        raise NotAnAddress
    secret = _new_secret()
    try:
        with transaction.atomic():
            return WebhookEndpoint.objects.create(client=client, url=url, secret=secret), secret
    except IntegrityError:
        raise Taken from None


@transaction.atomic
def rotate(endpoint: WebhookEndpoint) -> str:
    """Give an endpoint a new secret and return it. For WEBHOOK_FORMER_SECRET_HOURS the former one signs too."""
    locked = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    locked.former_secret, locked.secret = locked.secret, _new_secret()
    locked.former_until = timezone.now() + dt.timedelta(hours=settings.WEBHOOK_FORMER_SECRET_HOURS)
    locked.save(update_fields=["secret", "former_secret", "former_until"])
    return locked.secret


@transaction.atomic
def disable(*endpoints: WebhookEndpoint, why: Failure = Failure.DISABLED) -> int:
    """Send nothing more to these endpoints and give up what waits for them. Return how many were live until now."""
    live = WebhookEndpoint.objects.filter(pk__in=[endpoint.pk for endpoint in endpoints], disabled_at=None)
    number = live.update(disabled_at=Now())
    waiting = WebhookDelivery.objects.unended().filter(endpoint__in=endpoints)  # those that are being sent too
    waiting.update(given_up_at=Now(), failure=why, lease=None, leased_until=None, held_at=None)
    return number


def signatures(endpoint: WebhookEndpoint, *, id_: str, timestamp: int, body: bytes) -> str:
    """Return the value of the header webhook-signature: one signature for each live secret, the newest first."""
    live = [endpoint.secret]
    if endpoint.former_secret and endpoint.former_until and endpoint.former_until > timezone.now():
        live.append(endpoint.former_secret)
    signed = f"{id_}.{timestamp}.".encode() + body
    keys = [base64.b64decode((secret or "").removeprefix(PREFIX)) for secret in live]
    digests = [hmac.new(key, signed, hashlib.sha256).digest() for key in keys]
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)


def _new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(RANDOM_BYTES)).decode()
