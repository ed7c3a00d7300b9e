"""What programs look for at addresses that are the same on every site (RFC 8615)."""

import datetime as dt

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from identity.staff import is_staff

# RFC 9116 wants less than a year. Whoever runs the service is still there each day on which it answers.
SECURITY_TXT_DAYS = 180


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Say to whom weaknesses are reported (RFC 9116). Raises Http404 where the operator has named nobody."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    last_day = timezone.now().astimezone(dt.UTC).date() + dt.timedelta(days=SECURITY_TXT_DAYS)
    lines = [
        *(f"Contact: {address}" for address in settings.SECURITY_CONTACT),
        f"Expires: {last_day}T00:00:00Z",
        f"Preferred-Languages: {', '.join(code for code, _name in settings.LANGUAGES)}",
        f"Canonical: {settings.PUBLIC_URL}{request.path}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def change_password(request: HttpRequest) -> HttpResponse:
    """Lead a password manager to where a password is changed (W3C, A Well-Known URL for Changing Passwords)."""
    return redirect("admin:password_change" if is_staff(request) else "identity:forgotten_password")
