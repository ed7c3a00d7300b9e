"""Leaving a shared computer, which then keeps nothing about the customer (C8)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from identity import broker_sessions, sessions
from identity.origin import same_origin_forms


@same_origin_forms
def leave(request: HttpRequest) -> HttpResponse:
    """Show a button that ends the session, if there is one, and empties the browser.

    The acceptance of cookies goes too, so that the next customer is asked for their own.
    """
    if request.method != "POST":
        return render(request, "identity/leave.html")
    next_url = reverse("identity:left")
    at_broker = broker_sessions.session_end_of(request.session, next_url)
    sessions.end(request)
    response = (
        render(request, "identity/leaving_broker.html", {"address": at_broker, "next_page": next_url})
        if at_broker
        else redirect(next_url)
    )
    response["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    for name in request.COOKIES:
        response.delete_cookie(name, samesite="Lax")  # for browsers that do not know the header
    return response


@require_safe
def left(request: HttpRequest) -> HttpResponse:
    return render(request, "identity/left.html")
