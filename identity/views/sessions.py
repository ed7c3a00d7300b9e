"""The end of a session, and putting it off."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from identity import access, sessions
from identity.redirects import safe_next, with_next


@access.identified_person_required
def extend(request: HttpRequest) -> HttpResponse:
    """Answer 204 to the script of the warning, and go back to the page for its form.

    IdleMiddleware has put off the end already, as any request does.
    """
    if request.method == "POST" and "text/html" not in request.headers.get("Accept", ""):
        return HttpResponse(status=204)
    return redirect(safe_next(request) or settings.IDENTIFIED_URL)


@access.identified_person_required
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, and have the browser forget what it kept of the pages.

    The acceptance of cookies stays: it says nothing of the person. `next` leads on, so that another
    person can identify themselves at once.
    """
    if request.method != "POST":
        return redirect(settings.IDENTIFIED_URL)
    sessions.end(request)
    response = redirect(safe_next(request) or "identity:signed_out")
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@require_safe
def signed_out(request: HttpRequest) -> HttpResponse:
    return render(request, "identity/signed_out.html")


@require_safe
def ended(request: HttpRequest) -> HttpResponse:
    """Say that the session ended and that nothing is lost; the way back leads by identification."""
    way_back = with_next("identity:identify", safe_next(request))
    return render(request, "identity/session_ended.html", {"way_back": way_back})
