"""What every page needs: its address in each language, the steps, and the end of the session."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language

from core.request_ids import spoken_id
from heka_confirm import search_engines

# The City's pages on which people find help with using devices and online services.
DIGITAL_SUPPORT = {code: f"https://digituki.hel.fi/{code}/" for code in ("fi", "sv", "en")}


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the context of base.html.

    `session_seconds` is the time until the session of the signed-in person, or of staff, ends (R21).
    """
    here, address = get_language(), request.get_full_path()
    # The prefix is replaced, so that the page for an unknown address has the language switch too. An address
    # without a language leads to the front page.
    prefix = f"/{here}/"
    behind_language = address.removeprefix(prefix) if address.startswith(prefix) else ""
    ends_at = getattr(request, "session_ends_at", None) or getattr(request, "staff_session_ends_at", None)
    return {
        "page_address": address,
        "page_path": request.path,
        # Of each language its code, its name, and how an address begins; what follows is the same in all of them.
        "languages": tuple((code, name, f"/{code}/") for code, name in settings.LANGUAGES),
        "behind_language": behind_language,
        "answers_form": "",  # pages with a form say which it is
        "typed_form": "",
        "public_url": settings.PUBLIC_URL,
        "description": search_engines.description_of(request),
        "digital_support_url": DIGITAL_SUPPORT.get(here or settings.LANGUAGE_CODE),
        "session_seconds": max(0, int((ends_at - timezone.now()).total_seconds())) if ends_at else None,
        "request_code": spoken_id(),
        "session_warning_seconds": settings.IDLE_WARNING_MINUTES * 60,
    }
