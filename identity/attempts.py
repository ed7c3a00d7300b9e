"""An attempt to identify oneself, kept in one signed cookie until the broker, or the directory, sends them back.

There is no session, and so no session cookie, before the person is known. Several tabs may each have an attempt. The
attempts of one browser share the beginning of their ids, so that limits tell one browser from the many others that may
share its address.
"""

import secrets
import time
from dataclasses import asdict, dataclass, field

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare

LIFETIME_SECONDS = 15 * 60
MOST = 5  # attempts at once in one browser
SALT = "identity.attempt"


@dataclass(frozen=True)
class Kind:
    """Where the browser keeps attempts of one kind. No cookie of one is read as that of another."""

    name: str  # with which the names of its cookies begin
    path: str  # start must see them too, to keep to MOST
    salt: str


AT_BROKER = Kind("attempt-", "/identification/", SALT)
OF_STAFF = Kind("staff-attempt-", "/staff/", "identity.staff-attempt")  # at the City's directory


def _secret() -> str:
    return secrets.token_urlsafe(32)


def new_browser() -> str:
    """Return the name of a browser that has no attempt yet."""
    return secrets.token_hex(8)


def new_attempt_id(browser: str) -> str:
    # A part of the id, and no field of its own: an earlier release must read what this one writes.
    return f"{browser}-{secrets.token_hex(4)}"


def known_browser(request: HttpRequest) -> str | None:
    """Return the name that the attempts at brokers of this browser carry, or None while it has none."""
    found = sorted(_all(request), key=lambda attempt: attempt.started)
    return found[0].browser if found else None


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What must come back from the broker unchanged, and where the person goes then."""

    provider: str
    language: str
    next: str  # an address within this service, or ""
    means: str = ""  # the bank or app that the person chose here already, by the broker's id of it
    id: str = field(default_factory=lambda: new_attempt_id(new_browser()))
    state: str = field(default_factory=_secret)
    nonce: str = field(default_factory=_secret)
    verifier: str = field(default_factory=_secret)  # PKCE, RFC 7636
    started: int = field(default_factory=lambda: int(time.time()))  # seconds since 1970

    @property
    def browser(self) -> str:
        """The name of the browser, which all its attempts carry."""
        return self.id.partition("-")[0]


def cookie_prefix(kind: Kind = AT_BROKER) -> str:
    # __Host- would demand the path /, so that the browser would send the cookie to every page.
    return f"{'__Secure-' if settings.HTTPS else ''}{kind.name}"


def remember(request: HttpRequest, response: HttpResponse, attempt: Attempt, kind: Kind = AT_BROKER) -> None:
    """Keep the attempt in the browser, and drop the oldest ones past MOST."""
    others = sorted(_all(request, kind), key=lambda other: other.started)
    for old in others[: max(0, len(others) - MOST + 1)]:
        forget(response, old, kind)
    response.set_cookie(
        cookie_prefix(kind) + attempt.id,
        signing.dumps(asdict(attempt), salt=kind.salt),
        max_age=LIFETIME_SECONDS,
        path=kind.path,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",  # a Strict cookie would be missing when the broker sends the person back
    )


def find(request: HttpRequest, state: str, kind: Kind = AT_BROKER) -> Attempt | None:
    """Return the attempt of this browser with that state, or None if it has ended or never was."""
    return next((attempt for attempt in _all(request, kind) if constant_time_compare(attempt.state, state)), None)


def forget(response: HttpResponse, attempt: Attempt, kind: Kind = AT_BROKER) -> None:
    """Remove the attempt from the browser, as each is used once."""
    response.delete_cookie(cookie_prefix(kind) + attempt.id, path=kind.path, samesite="Lax")


def _all(request: HttpRequest, kind: Kind = AT_BROKER) -> list[Attempt]:
    prefix, found = cookie_prefix(kind), []
    for name in request.COOKIES:
        if not name.startswith(prefix):
            continue
        try:
            attempt = Attempt(**signing.loads(request.COOKIES[name], salt=kind.salt, max_age=LIFETIME_SECONDS))
        except (signing.BadSignature, TypeError):  # forged, too old, or written by another release
            continue
        if name == prefix + attempt.id:
            found.append(attempt)
    return found
