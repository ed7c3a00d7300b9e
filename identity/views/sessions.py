"""Ending and extending a session."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.requests import act_of
from identity import access, broker_sessions, cookies, sessions
from identity.origin import same_origin_forms
from identity.redirects import is_within, safe_next, with_next, within


@access.identified_person_required
def extend(request: HttpRequest) -> HttpResponse:
    """Answer the script of the warning with 204, and its form with the page from which it came.

    IdleMiddleware has extended the session already, as it does for any request.
    """
    if request.method == "POST" and "text/html" not in request.headers.get("Accept", ""):
        return HttpResponse(status=204)
    return redirect(safe_next(request) or settings.IDENTIFIED_URL)


@access.identified_person_required
@act_of(settings.IDENTIFIED_URL)
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, and have the browser forget what it kept of the pages.

    The acceptance of cookies stays, as it says nothing about the person; a draft is forgotten. `next` names the page
    that follows, so that another person can identify themselves at once.
    """
    next_url = safe_next(request) or reverse("identity:signed_out")
    at_broker = broker_sessions.session_end_of(request.session, next_url)
    sessions.end(request)
    # A page and not a redirect: browsers apply the form-action of our CSP to the redirects of a form.
    response = (
        render(request, "identity/leaving_broker.html", {"address": at_broker, "next_page": next_url})
        if at_broker
        else redirect(next_url)
    )
    response["Clear-Site-Data"] = '"cache", "storage"'
    response.delete_cookie(cookies.draft_name(), samesite="Lax")
    return response


@require_safe
def signed_out(request: HttpRequest) -> HttpResponse:
    return render(request, "identity/signed_out.html")


@require_safe
@never_cache
def signed_out_at_broker(request: HttpRequest) -> HttpResponse:
    """Receive the browser back from a broker that ended its session, and lead on."""
    next_url = broker_sessions.next_after_broker(request.GET.get("state", ""))
    return redirect(next_url if is_within(next_url) else "identity:signed_out")


@same_origin_forms
def ended(request: HttpRequest) -> HttpResponse:
    """Say that the session ended, and first what was not done if somebody pressed a button; with a way back.

    A long text that somebody had written is shown once more: they can copy it.
    """
    next_url = request.GET.get("next", "")
    context = {
        "way_back": with_next("identity:identify", within(next_url)),
        "act": request.GET.get("act", ""),
        "text": request.POST.get("text", ""),
    }
    return render(request, "identity/session_ended.html", context)
