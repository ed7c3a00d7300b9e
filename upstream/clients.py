"""The tokens by which clients of the API are known: random, shown once, stored only as a digest."""

import hashlib
import secrets
from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models import Origin
from core.refusals import Refused
from upstream.models import REQUESTS_A_MINUTE, ApiClient

PREFIX = "heka_"  # lets scanners for leaked secrets recognise one
RANDOM_BYTES = 32


class NameTaken(Exception):
    """A client of that name exists already."""


class AnotherReceives(Refused):
    """One client receives the applications filled in here (J8)."""

    message = _("Another client already receives the applications filled in here. Remove the tick there first.")


def issue(
    name: str, *, requests_a_minute: int = REQUESTS_A_MINUTE, origin: Mapping[str, str] | None = None
) -> tuple[ApiClient, str]:
    """Make a client of that name; return it with its token, which cannot be read again. Raises NameTaken.

    `origin` says where its applications are edited (the fields of Origin); in both places unless it says otherwise.
    """
    token = _new_token()
    try:
        with transaction.atomic():
            client = ApiClient.objects.create(
                name=name,
                token_hash=_digest(token),
                requests_a_minute=requests_a_minute,
                origin=Origin.objects.create(**{"name_fi": name, **(origin or {})}),
            )
            return client, token
    except IntegrityError:
        raise NameTaken from None


def allow_requests(client: ApiClient, requests_a_minute: int) -> None:
    """Let a client make so many requests within a minute from now on."""
    ApiClient.objects.filter(pk=client.pk).update(requests_a_minute=requests_a_minute)


def receive_forms(client: ApiClient, *, receives: bool) -> None:
    """Name the one client that receives the applications filled in here, or name none. Raises AnotherReceives."""
    try:
        with transaction.atomic():
            ApiClient.objects.filter(pk=client.pk).update(receives_forms=receives)
    except IntegrityError:
        raise AnotherReceives from None


def change_origin(client: ApiClient, **origin: str) -> None:
    """Say anew where the applications of a client are edited, those too that it has sent already (J6.4)."""
    Origin.objects.filter(client=client).update(**origin)


def replace_token(client: ApiClient) -> str:
    """Give a client, revoked or not, a new token in place of its old one, and return it."""
    token = _new_token()
    ApiClient.objects.filter(pk=client.pk).update(token_hash=_digest(token), revoked_at=None)
    return token


def revoke(*clients: ApiClient) -> int:
    """Refuse these clients from now on, and return how many were live until now. They receive nothing any more."""
    live = ApiClient.objects.filter(pk__in=[client.pk for client in clients], revoked_at=None)
    return live.update(revoked_at=timezone.now(), receives_forms=False)


def of_token(token: str) -> ApiClient | None:
    """Return the live client that holds a token; None if there is none."""
    live = ApiClient.objects.filter(token_hash=_digest(token), revoked_at=None)
    return live.select_related("origin").first()


def _new_token() -> str:
    return PREFIX + secrets.token_urlsafe(RANDOM_BYTES)


def _digest(token: str) -> str:
    # 256 random bits need no slow hash.
    return hashlib.sha256(token.encode()).hexdigest()
