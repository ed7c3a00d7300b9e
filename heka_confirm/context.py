"""What every page needs: the same page in the other languages, the steps, and when the session ends."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

STEPS = (
    _("Cookies"),
    _("Identification"),
    _("Terms of use"),
    _("Choose the application"),
    _("Check and confirm"),
    _("Receipt"),
)


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the context of base.html and _steps.html."""
    return {
        "languages": _languages(request),
        "public_url": settings.PUBLIC_URL,
        "steps": STEPS,
        "session_seconds": _session_seconds(request),
        "session_warning_seconds": settings.IDLE_WARNING_MINUTES * 60,
    }


def _languages(request: HttpRequest) -> list[dict[str, Any]]:
    here = get_language()
    return [
        {"code": code, "name": name, "url": _in_language(request, code), "current": code == here}
        for code, name in settings.LANGUAGES
    ]


def _in_language(request: HttpRequest, code: str) -> str:
    """Return the address of this page in another language, query included.

    By its prefix, so that the page for an unknown address has the switch too. An address without a
    language leads to the front page.
    """
    prefix, path = f"/{get_language()}/", request.get_full_path()
    return f"/{code}/{path[len(prefix) :]}" if path.startswith(prefix) else f"/{code}/"


def _session_seconds(request: HttpRequest) -> int | None:
    """Return the seconds until the session of a signed-in person ends (R21)."""
    ends_at = getattr(request, "session_ends_at", None)
    return max(0, int((ends_at - timezone.now()).total_seconds())) if ends_at else None
