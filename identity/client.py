"""Calls to the broker, or to the City's directory, over HTTP, without Django's requests and without the database.

Only the configured addresses are called, without redirects, and by EGRESS_PROXY where it is set. Nobody waits longer
than one deadline for the whole exchange, whatever the broker or the name server does.
"""

import base64
import json
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillRunning
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote_plus, urlencode

from django.conf import settings
from urllib3 import BaseHTTPResponse, Timeout
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ReadTimeoutError

from core.egress import BodyTooLarge, read_body, way_out
from core.transactions import give_connection_back
from identity import signed_keys, tokens
from identity.directory import CLIENT_SECRET_BASIC, CLIENT_SECRET_POST, Issuer
from identity.providers import PRIVATE_KEY_JWT, Provider
from identity.refusals import BrokerRefused, BrokerUnreachable
from identity.signatures import SIGNING

DEADLINE_SECONDS = 10.0  # for all calls of one identification
CONNECT_SECONDS, READ_SECONDS = 3.05, 8.0  # for one step of one call
LARGEST_ANSWER_BYTES = 1024 * 1024
AGAIN_SECONDS = 0.3  # before a connection that was not made is tried once more
REFETCH_SECONDS = 60.0  # between fetches of one provider's keys
KEYS_LIFETIME_SECONDS = 60 * 60.0  # after which a key that its broker has withdrawn is forgotten
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

Json = dict[str, Any]
T = TypeVar("T")


class Deadline:
    """The end of the time for one identification."""

    def __init__(self, seconds: float = DEADLINE_SECONDS) -> None:
        self.until = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left, more than 0. Raises BrokerUnreachable when the time is over."""
        seconds = self.until - time.monotonic()
        if seconds <= 0:
            raise BrokerUnreachable("timeout")
        return seconds


# Fewer than the threads of a web worker: while a broker hangs, the others go on serving pages.
_POOL = ThreadPoolExecutor(settings.IDENTITY_CALLS_AT_ONCE, thread_name_prefix="broker")
_FREE = threading.BoundedSemaphore(settings.IDENTITY_CALLS_AT_ONCE)


def within(deadline: Deadline, call: Callable[[], T]) -> T:
    """Return the result of the call. Raises BrokerUnreachable when it does not come in time.

    The call runs in a thread of its own, because no timeout of a socket covers a slow name server, or an answer that
    comes a byte at a time.
    """
    free = _FREE
    give_connection_back()
    if not free.acquire(blocking=False):
        raise BrokerUnreachable("busy")
    future = _POOL.submit(call)
    future.add_done_callback(lambda _: free.release())
    try:
        return future.result(timeout=deadline.left())
    except StillRunning:
        future.cancel()
        raise BrokerUnreachable("timeout") from None


def exchange(provider: Issuer, *, code: str, verifier: str, redirect_uri: str, deadline: Deadline) -> Json:
    """Return the token endpoint's answer for an authorization code.

    Raises BrokerUnreachable and BrokerRefused.
    """
    form = token_form(provider, code=code, verifier=verifier, redirect_uri=redirect_uri)
    headers = {}
    if provider.token_auth == CLIENT_SECRET_BASIC:  # RFC 6749, 2.3.1
        known = f"{quote_plus(provider.client_id)}:{quote_plus(provider.client_secret)}"
        headers["Authorization"] = f"Basic {base64.b64encode(known.encode()).decode()}"
    return _json(within(deadline, lambda: _call("POST", provider.token_endpoint, deadline, form, headers)))


def token_form(provider: Issuer, *, code: str, verifier: str, redirect_uri: str) -> dict[str, str]:
    """Return what goes to the token endpoint for an authorization code."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "client_id": provider.client_id,
    }
    if provider.token_auth == PRIVATE_KEY_JWT:
        form |= {"client_assertion_type": ASSERTION_TYPE, "client_assertion": tokens.client_assertion(provider)}
    if provider.token_auth == CLIENT_SECRET_POST:
        form["client_secret"] = provider.client_secret
    if provider.pkce:
        form["code_verifier"] = verifier
    return form


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer of any status."""

    status: int
    date: str  # the header, empty without it
    body: bytes

    @classmethod
    def read(cls, response: BaseHTTPResponse, deadline: Deadline) -> "Answer":
        body = read_body(response, until=deadline.until, most=LARGEST_ANSWER_BYTES)
        return cls(status=response.status, date=response.headers.get("Date", ""), body=body)


def look(method: str, url: str, form: dict[str, str] | None = None) -> Answer:
    """Return the answer of a configured address, whatever its status. Raises BrokerUnreachable.

    For an operator who wants to know what is wrong; identifying uses the others.
    """
    deadline = Deadline()
    return within(deadline, lambda: _reach(method, url, deadline, form, {}, Answer.read))


def fetch_keys(provider: Provider) -> list[Json]:
    """Return the provider's keys that may sign tokens, fetched now. Raises BrokerUnreachable."""
    return _fetch_keys(provider, Deadline())[0]


def fetch_userinfo(provider: Issuer, access_token: str | None, deadline: Deadline) -> Json:
    """Return what the userinfo endpoint says of the person of an access token (OpenID Connect Core 5.3).

    Raises BrokerUnreachable and BrokerRefused.
    """
    if not access_token or not access_token.isascii() or not access_token.isprintable():  # goes into a header
        raise BrokerUnreachable("no-access-token")
    bearer = {"Authorization": f"Bearer {access_token}"}
    return _json(within(deadline, lambda: _call("GET", provider.userinfo_endpoint, deadline, headers=bearer)))


def fetch_json(address: str, deadline: Deadline) -> Json:
    """Return the JSON object at a configured address. Raises BrokerUnreachable and BrokerRefused."""
    return _json(within(deadline, lambda: _call("GET", address, deadline)))


class _NeverReached(BrokerUnreachable):
    """No connection was made, so that nothing was sent: a code is still as good as new."""


def _good_body(response: BaseHTTPResponse, deadline: Deadline) -> bytes:
    if 400 <= response.status < 500:
        raise BrokerRefused("status-4xx")
    if response.status != 200:
        raise BrokerUnreachable("redirect" if response.get_redirect_location() else "status")
    return read_body(response, until=deadline.until, most=LARGEST_ANSWER_BYTES)


def _call(
    method: str,
    url: str,
    deadline: Deadline,
    form: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> bytes:
    return _reach(method, url, deadline, form, headers or {}, _good_body)


Read = Callable[[BaseHTTPResponse, Deadline], T]


def _reach(
    method: str, url: str, deadline: Deadline, form: dict[str, str] | None, headers: dict[str, str], read: Read[T]
) -> T:
    """Return what `read` makes of the answer. A connection that was not made is tried once more."""
    try:
        return _send(method, url, deadline, form, headers, read)
    except _NeverReached:
        time.sleep(min(AGAIN_SECONDS, deadline.left()))
        return _send(method, url, deadline, form, headers, read)


def _send(
    method: str, url: str, deadline: Deadline, form: dict[str, str] | None, headers: dict[str, str], read: Read[T]
) -> T:
    sent = {"Accept": "application/json", "Accept-Encoding": "identity", **headers}
    if form is not None:
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        with (
            way_out() as connections,
            connections.urlopen(
                method,
                url,
                body=urlencode(form) if form is not None else None,
                headers=sent,
                timeout=Timeout(
                    connect=min(CONNECT_SECONDS, deadline.left()), read=min(READ_SECONDS, deadline.left())
                ),
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,  # what is not asked for could unpack to any size
            ) as response,
        ):
            return read(response, deadline)
    except BodyTooLarge:
        raise BrokerUnreachable("too-large") from None
    except (ReadTimeoutError, TimeoutError):
        raise BrokerUnreachable("timeout") from None
    except (HTTPError, OSError) as error:
        fault = getattr(error, "original_error", error)  # of a proxy that was not reached
        if isinstance(fault, NewConnectionError):
            raise _NeverReached("connection") from None
        if isinstance(fault, ConnectTimeoutError):
            raise _NeverReached("timeout") from None
        raise BrokerUnreachable("connection") from None


def _json(body: bytes) -> Json:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise BrokerUnreachable("not-json") from None
    if not isinstance(answer, dict):
        raise BrokerUnreachable("not-json")
    return answer


@dataclass
class _KeyStore:
    """One provider's keys from the last fetch. One thread holds the lock and fetches while the others wait."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    keys: list[Json] = field(default_factory=list)
    fetched: float | None = None  # both by the monotonic clock
    tried: float | None = None
    ends: float = math.inf  # seconds since 1970, after which a signed set must not be used

    def is_over(self) -> bool:
        return time.time() > self.ends + signed_keys.LEEWAY_SECONDS

    def find(self, kid: str) -> Json | None:
        if self.is_over():
            return None
        return next((key for key in self.keys if key.get("kid") == kid), None)


_STORES: dict[tuple[str, str], _KeyStore] = {}  # by the issuer's id, as its own entity keys vouch for a signed set
_STORES_LOCK = threading.Lock()


def signing_key(provider: Issuer, kid: str, deadline: Deadline) -> Json | None:
    """Return the provider's public key of that id as a JWK, or None if it has no such key.

    Keys are kept. For an unknown id they are fetched again, but at most once a minute, so that a flood of invented
    ids does not call the broker. Raises BrokerUnreachable.
    """
    with _STORES_LOCK:
        store = _STORES.setdefault((provider.id, provider.signed_jwks_uri or provider.jwks_uri), _KeyStore())
    if not store.lock.acquire(timeout=deadline.left()):
        raise BrokerUnreachable("timeout")
    try:
        return _find_or_fetch(store, provider, kid, deadline)
    finally:
        store.lock.release()


def _find_or_fetch(store: _KeyStore, provider: Issuer, kid: str, deadline: Deadline) -> Json | None:
    key, now = store.find(kid), time.monotonic()
    fresh = store.fetched is not None and now - store.fetched < KEYS_LIFETIME_SECONDS
    tried_just_now = store.tried is not None and now - store.tried < REFETCH_SECONDS
    if tried_just_now and store.is_over():
        raise BrokerUnreachable("keys-expired")
    if tried_just_now and key is None and store.tried != store.fetched:  # that try failed: there may be such a key
        raise BrokerUnreachable("no-keys")
    if (key and fresh) or tried_just_now:
        return key
    try:
        store.keys, store.ends = _fetch_keys(provider, deadline)
        store.fetched = store.tried = now
    except BrokerUnreachable:
        if store.fetched is None:  # there are no older keys, so the next person may try at once
            raise
        store.tried = now
        if key is None:
            raise
    return store.find(kid)


def _fetch_keys(provider: Issuer, deadline: Deadline) -> tuple[list[Json], float]:
    """Return the keys that may sign tokens, and when they end."""
    address = provider.signed_jwks_uri or provider.jwks_uri
    accept = {"Accept": "application/jwk-set+jwt"} if provider.signed_jwks_uri else {}
    try:
        body = within(deadline, lambda: _call("GET", address, deadline, headers=accept))
    except BrokerRefused:
        raise BrokerUnreachable("no-keys") from None
    keys: object
    if not provider.signed_jwks_uri:
        keys, ends = _json(body).get("keys"), math.inf
    else:
        signed = signed_keys.read_signed_keys(body.decode("ascii", "replace"), provider)
        keys, ends = signed.keys, signed.ends
    if not isinstance(keys, list):
        raise BrokerUnreachable("no-keys")
    usable = [
        key
        for key in keys
        if isinstance(key, dict)
        and key.get("kty") == "RSA"
        and key.get("use", "sig") == "sig"
        and key.get("alg", SIGNING) == SIGNING
    ]
    return usable, ends


def ends_of_keys() -> dict[str, float]:
    """Return when the signed sets of keys end that this process has (seconds since 1970), by their providers' ids."""
    with _STORES_LOCK:
        return {provider: store.ends for (provider, _), store in _STORES.items() if store.ends < math.inf}


def forget_keys() -> None:
    """Forget every provider's keys, so that they are fetched again."""
    with _STORES_LOCK:
        _STORES.clear()
