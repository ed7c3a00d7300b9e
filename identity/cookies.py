"""The acceptance of cookies, and the list of the cookies that this service sets."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from identity import attempts, directory, providers
from identity.redirects import with_next

VERSION = "2"  # another list of cookies needs another acceptance
YEAR_SECONDS = 365 * 24 * 60 * 60


@dataclass(frozen=True)
class Cookie:
    """One row of the cookie page."""

    name: str
    purpose: str
    lifetime: str


def acceptance_name() -> str:
    return f"{settings.COOKIE_PREFIX}cookies"


def draft_name() -> str:
    """Return the name of the cookie that remembers a draft (applications/draft_access.py)."""
    return f"{settings.COOKIE_PREFIX}draft"


def all_cookies() -> list[Cookie]:
    """Return every cookie that the service can set, in the language in use."""
    of_staff = Cookie(
        f"{attempts.cookie_prefix(attempts.OF_STAFF)}…",
        _("Only for staff: brings you back from the City’s log-in to the same place."),
        _("15 minutes, or until you return"),
    )
    return [
        Cookie(acceptance_name(), _("Remembers that you accepted the cookies."), _("1 year")),
        Cookie(
            f"{attempts.cookie_prefix()}…",
            _(
                "Brings you back from your bank or mobile operator to the same place. Also tells your browser apart "
                "from others on the same connection."
            ),
            _("15 minutes, or until you return"),
        ),
        Cookie(
            settings.SESSION_COOKIE_NAME,
            _(
                "Keeps you logged in while you use the service. Also keeps open the application that you are filling "
                "in."
            ),
            _("Until you log out, or until you have done nothing for %(minutes)d minutes")
            % {"minutes": settings.IDLE_MINUTES},
        ),
        Cookie(
            draft_name(),
            _(
                "Remembers which application you are filling in, in case you close the browser. It contains nothing "
                "that you type."
            ),
            _("Until you send the application or log out, or until you have not continued it for %(days)d days")
            % {"days": settings.DRAFT_DAYS},
        ),
        *([of_staff] if directory.configured() else []),
    ]


def accepted(request: HttpRequest) -> bool:
    return request.COOKIES.get(acceptance_name()) == VERSION


def question(request: HttpRequest) -> dict[str, Any]:
    """Return the context of a page that asks for the acceptance, unless it was given before."""
    brokers = tuple(provider.label for provider in providers.all_providers())
    return {"accepted": accepted(request), "cookies": tuple(all_cookies()), "brokers": brokers}


def accept_and_go_on(next_url: str) -> HttpResponse:
    """Return the answer to somebody who accepts: it leads to `next_url`, by a page that sees whether they are kept."""
    response = redirect(with_next("identity:cookies_blocked", next_url))
    response.set_cookie(
        acceptance_name(),
        VERSION,
        max_age=YEAR_SECONDS,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return response


def withdraw(response: HttpResponse) -> None:
    response.delete_cookie(acceptance_name(), samesite="Lax")
    response.delete_cookie(draft_name(), samesite="Lax")
