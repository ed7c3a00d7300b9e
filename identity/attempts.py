"""An attempt to identify oneself, kept in one signed cookie until the broker sends the person back.

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
PATH = "/identification/"  # start must see them too, to keep to MOST
SALT = "identity.attempt"


def _secret() -> str:
    return secrets.token_urlsafe(32)


def new_browser() -> str:
    """Return the name of a browser that has no attempt yet."""
    return secrets.token_hex(8)


def new_attempt_id(browser: str) -> str:
    # A part of the id, and no field of its own: an earlier release must read what this one writes.
    return f"{browser}-{secrets.token_hex(4)}"


def known_browser(request: HttpRequest) -> str | None:
    """Return the name that the attempts of this browser carry, or None while it has none."""
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


def cookie_prefix() -> str:
    # __Host- would demand the path /, so that the browser would send the cookie to every page.
    return f"{'__Secure-' if settings.HTTPS else ''}attempt-"


def remember(request: HttpRequest, response: HttpResponse, attempt: Attempt) -> None:
    """Keep the attempt in the browser, and drop the oldest ones past MOST."""
    others = sorted(_all(request), key=lambda other: other.started)
    for old in others[: max(0, len(others) - MOST + 1)]:
        forget(response, old)
    response.set_cookie(
        cookie_prefix() + attempt.id,
        signing.dumps(asdict(attempt), salt=SALT),
        max_age=LIFETIME_SECONDS,
        path=PATH,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",  # a Strict cookie would be missing when the broker sends the person back
    )


def find(request: HttpRequest, state: str) -> Attempt | None:
    """Return the attempt of this browser with that state, or None if it has ended or never was."""
    return next((attempt for attempt in _all(request) if constant_time_compare(attempt.state, state)), None)


def forget(response: HttpResponse, attempt: Attempt) -> None:
    """Remove the attempt from the browser, as each is used once."""
    response.delete_cookie(cookie_prefix() + attempt.id, path=PATH, samesite="Lax")


def _all(request: HttpRequest) -> list[Attempt]:
    prefix, found = cookie_prefix(), []
    for name in request.COOKIES:
        if not name.startswith(prefix):
            continue
        try:
            attempt = Attempt(**signing.loads(request.COOKIES[name], salt=SALT, max_age=LIFETIME_SECONDS))
        except (signing.BadSignature, TypeError):  # forged, too old, or written by another release
            continue
        if name == prefix + attempt.id:
            found.append(attempt)
    return found
