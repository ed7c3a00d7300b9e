"""Ending and extending a session."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.requests import act_of
from identity import access, broker_sessions, cookies, sessions, staff, unsent_forms
from identity.origin import same_origin_forms
from identity.redirects import is_within, safe_next, with_next, within


@access.identified_person_required
def extend(request: HttpRequest) -> HttpResponse:
    """Answer the script of the warning with 204, and its form with the page from which it came.

    IdleMiddleware has extended the session already, as it does for any request.
    """
    return _extended(request, settings.IDENTIFIED_URL)


@act_of("admin:index")
def extend_staff_session(request: HttpRequest) -> HttpResponse:
    """Answer the script of the warning, or its form, of staff who have logged in at least with their password."""
    if not staff.is_half_in(request):
        return redirect(with_next("account_login", safe_next(request)))
    return _extended(request, "admin:index")


def _extended(request: HttpRequest, own_page: str) -> HttpResponse:
    if request.method == "POST" and "text/html" not in request.headers.get("Accept", ""):
        return HttpResponse(status=204)
    return redirect(safe_next(request) or own_page)


@same_origin_forms
def staff_session_ended(request: HttpRequest) -> HttpResponse:
    """End the session of staff, as the script of the warning asks, keep what they had typed, and lead to the log-in.

    `next` names the page on which they typed. Reading the address ends nothing.
    """
    address = within(request.GET.get("next", "")) or reverse("admin:index")
    if request.method != "POST" or access.is_identified(request):
        return redirect(with_next("account_login", address, ended="yes"))
    if staff.is_staff(request):
        request.form_sender = unsent_forms.sender(request)  # type: ignore[attr-defined]  # ours
        if request.form_sender != str(request.user.pk):  # type: ignore[attr-defined]
            # A page of a former session: somebody has logged in since, in another tab.
            return redirect(with_next("account_login", address, ended="yes"))
        sessions.end(request)
    if request.POST.keys() <= {"csrfmiddlewaretoken", "next"}:  # nothing was typed
        return redirect(with_next("account_login", address, ended="yes"))
    return sessions.keep_and_log_in(request, address)


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
