"""The tokens by which clients of the API are known: random, shown once, stored only as a digest."""

import hashlib
import secrets

from django.db import IntegrityError, transaction
from django.utils import timezone

from upstream.models import REQUESTS_A_MINUTE, ApiClient

PREFIX = "heka_"  # lets scanners for leaked secrets recognise one
RANDOM_BYTES = 32


class NameTaken(Exception):
    """A client of that name exists already."""


def issue(name: str, *, requests_a_minute: int = REQUESTS_A_MINUTE) -> tuple[ApiClient, str]:
    """Make a client of that name; return it with its token, which cannot be read again. Raises NameTaken."""
    token = _new_token()
    try:
        with transaction.atomic():
            client = ApiClient.objects.create(
                name=name, token_hash=_digest(token), requests_a_minute=requests_a_minute
            )
            return client, token
    except IntegrityError:
        raise NameTaken from None


def allow_requests(client: ApiClient, requests_a_minute: int) -> None:
    """Let a client make so many requests within a minute from now on."""
    ApiClient.objects.filter(pk=client.pk).update(requests_a_minute=requests_a_minute)


def replace_token(client: ApiClient) -> str:
    """Give a client, revoked or not, a new token in place of its old one, and return it."""
    token = _new_token()
    ApiClient.objects.filter(pk=client.pk).update(token_hash=_digest(token), revoked_at=None)
    return token


def revoke(*clients: ApiClient) -> int:
    """Refuse these clients from now on, and return how many were live until now."""
    live = ApiClient.objects.filter(pk__in=[client.pk for client in clients], revoked_at=None)
    return live.update(revoked_at=timezone.now())


def of_token(token: str) -> ApiClient | None:
    """Return the live client that holds a token; None if there is none."""
    return ApiClient.objects.filter(token_hash=_digest(token), revoked_at=None).first()


def _new_token() -> str:
    return PREFIX + secrets.token_urlsafe(RANDOM_BYTES)


def _digest(token: str) -> str:
    # 256 random bits need no slow hash.
    return hashlib.sha256(token.encode()).hexdigest()
