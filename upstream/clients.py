"""The tokens by which clients of the API are known: random, shown once, stored only as a digest."""

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any, TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models import Origin
from core.refusals import Refused
from upstream.models import ApiClient

PREFIX = "heka_"  # lets scanners for leaked secrets recognise one
RANDOM_BYTES = 32


class NameTaken(Exception):
    """A client of that name exists already."""


class AnotherReceives(Refused):
    """One client receives the applications filled in here (J8)."""

    message = _("Another client already receives the applications filled in here. Remove the tick there first.")


class Settings(TypedDict, total=False):
    """What the operator settles of a client; what is left out stays as it is."""

    origin: Mapping[str, str]  # fields of Origin: where its applications are edited, those too that it has sent (J6.4)
    requests_a_minute: int
    receives_forms: bool  # whether it is the one that receives the applications filled in here (J8)


@transaction.atomic
def issue(name: str, **settings: Unpack[Settings]) -> tuple[ApiClient, str]:
    """Make a client of that name; return it with its token, which cannot be read again.

    Its applications are edited in both places unless the settings say otherwise. Raises NameTaken, and what settle
    raises; then there is no client.
    """
    token = _new_token()
    try:
        with transaction.atomic():
            origin = Origin.objects.create(name_fi=name)
            client = ApiClient.objects.create(name=name, token_hash=digest_of(token), origin=origin)
    except IntegrityError:
        raise NameTaken from None
    settle(client, **settings)
    return client, token


@transaction.atomic
def settle(client: ApiClient, **settings: Unpack[Settings]) -> None:
    """Give a client these settings. Raises AnotherReceives; then none of them is changed."""
    _set(client.origin, settings.pop("origin", {}))
    try:
        _set(client, settings)
    except IntegrityError:
        raise AnotherReceives from None


def replace_token(client: ApiClient) -> str:
    """Give a client, revoked or not, a new token in place of its old one, and return it.

    One that was revoked receives no forms, as another may have come to receive them.
    """
    token, own = _new_token(), ApiClient.objects.filter(pk=client.pk)
    own.exclude(revoked_at=None).update(receives_forms=False)
    own.update(token_hash=digest_of(token), revoked_at=None)
    return token


def revoke(*clients: ApiClient) -> int:
    """Refuse these clients from now on, and return how many were live until now. They receive nothing any more."""
    live = ApiClient.objects.filter(pk__in=[client.pk for client in clients], revoked_at=None)
    return live.update(revoked_at=timezone.now(), receives_forms=False)


def of_token(token: str) -> ApiClient | None:
    """Return the live client that holds a token; None if there is none."""
    live = ApiClient.objects.filter(token_hash=digest_of(token), revoked_at=None)
    return live.select_related("origin").first()


def digest_of(token: str) -> str:
    """Return by what a token is known here. Its 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def _new_token() -> str:
    return PREFIX + secrets.token_urlsafe(RANDOM_BYTES)


def _set(row: Model, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=values)
