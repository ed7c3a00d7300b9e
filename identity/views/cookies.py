"""The cookie page, its answers, and what each leads to."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core.requests import act_of
from identity import cookies, sessions
from identity.origin import same_origin_forms
from identity.redirects import safe_next, with_next


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    next_url, identify = safe_next(request), reverse("identity:identify")
    context = {
        **cookies.question(request),
        "next": next_url,
        "next_page": next_url or identify,
        # Whoever reads about cookies, fills in an application or logs in as staff is on no step of confirming.
        "is_step": next_url.startswith(identify),
    }
    return render(request, "identity/cookies.html", context)


@same_origin_forms
@act_of("identity:cookies")
def accept(request: HttpRequest) -> HttpResponse:
    return cookies.accept_and_go_on(safe_next(request))


@require_safe
def blocked(request: HttpRequest) -> HttpResponse:
    """Go on if the browser kept the cookie. Otherwise say that it did not, and what to do."""
    if cookies.accepted(request):
        return HttpResponseRedirect(safe_next(request) or reverse("identity:identify"))
    return render(request, "identity/cookies_blocked.html", {"next": safe_next(request)})


@same_origin_forms
@act_of("identity:cookies")
def decline(request: HttpRequest) -> HttpResponse:
    """Withdraw any acceptance, and end the session that depends on it."""
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        sessions.end(request)
    response = redirect(with_next("identity:cookies_declined", safe_next(request)))
    cookies.withdraw(response)
    return response


@require_safe
def declined(request: HttpRequest) -> HttpResponse:
    return render(request, "identity/cookies_declined.html", {"next": safe_next(request)})
