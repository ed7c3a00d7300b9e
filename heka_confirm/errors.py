"""The pages for errors, in the language of the address.

Page templates stand in templates/errors/. The housing system gets problem+json (RFC 9457) instead.
"""

import http
import sys

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation

from core.transactions import DATABASE_AWAY
from identity.limits import TooMany
from identity.origin import is_same_origin
from identity.redirects import is_of_staff, with_next
from identity.staff import is_staff
from identity.unsent_forms import keep

RETRY_AFTER_SECONDS = 10  # a restarted database is back by then


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 404)


def not_allowed(request: HttpRequest, methods: str) -> HttpResponse:
    """Answer a method that an address does not take, with those that it takes."""
    response = _answer(request, 405)
    response["Allow"] = methods
    return response


def too_many(request: HttpRequest, exception: TooMany) -> HttpResponse:
    """Answer somebody who reached a limit; the page and the header say the same time."""
    minutes = -(-exception.retry_after // 60) if exception.retry_after > 60 else 0
    seconds = minutes * 60 or exception.retry_after
    response = _answer(request, 429, context={"minutes": minutes, "seconds": seconds})
    response["Retry-After"] = str(seconds)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that was sent without its token, most often after the session ended. Nothing was done.

    A page in which people type long is sent on, from our own pages only, to where what they typed is shown again. So
    is a form of the desk, if staff have logged in anew since (ADR 42).
    """
    if is_staff(request) and keep(request, request.get_full_path(), typed_by=""):
        return HttpResponseRedirect(request.get_full_path())
    match = request.resolver_match
    if match and getattr(match.func, "shows_refused", False) and is_same_origin(request):
        page = with_next(getattr(match.func, "after_end", ""), "", act=match.url_name or "")
        return HttpResponseRedirect(page, preserve_request=True)
    return _answer(request, 403, template="csrf")


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer an uncaught exception with 503 when the database cannot serve, and otherwise with 500."""
    if not is_database_down(sys.exc_info()[1]):
        return _answer(request, 500, alone=True)
    response = _answer(request, 503, alone=True)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def is_database_down(error: BaseException | None) -> bool:
    """Tell whether an exception comes from a database that cannot serve now."""
    while error:
        if isinstance(error, DATABASE_AWAY):
            return True
        error = error.__cause__
    return False


def is_for_staff(request: HttpRequest) -> bool:
    """Tell whether an error is shown to staff: on their pages and on the way to them, or while they are logged in.

    An error may come before anybody has looked who is logged in.
    """
    try:
        leads_on = request.GET.get("next", "")
    except TooManyFieldsSent:  # the error that is answered
        leads_on = ""
    is_there = is_of_staff(request.path_info) or is_of_staff(leads_on)
    return is_there or (hasattr(request, "user") and is_staff(request))


def _answer(
    request: HttpRequest,
    status: int,
    *,
    template: str = "",
    alone: bool = False,
    context: dict[str, int] | None = None,
) -> HttpResponse:
    if request.path_info.startswith("/api/"):
        title = http.HTTPStatus(status).phrase
        return JsonResponse({"title": title, "status": status}, status=status, content_type="application/problem+json")
    # An error may come before LocaleMiddleware has read the address.
    language = translation.get_language_from_request(request, check_path=True)
    with translation.override(language):
        for_staff = not alone and is_for_staff(request)
        # Alone means without session and database, which may be what failed.
        frame = {"frame": "staff_base.html" if for_staff else "base.html", "is_for_staff": for_staff}
        whole = {**frame, **(context or {})}
        page = render_to_string(f"errors/{template or status}.html", whole, None if alone else request)
    response = HttpResponse(page, status=status, content_type="text/html; charset=utf-8")
    response["Content-Language"] = language
    return response
