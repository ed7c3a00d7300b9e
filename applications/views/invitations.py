"""The pages of an invitation (R13). Nobody is identified yet, so they show nothing of the application."""

import functools
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from applications import invitation_links, invitations, unnamed
from applications.forms import CodeForm
from applications.invitation_links import CannotUseInvitation, InvitationReplaced, UnknownInvitation
from applications.models import Invitation
from core.requests import TYPED, act_of, form_of
from identity import cookies, limits, sessions
from identity.access import is_identified, person_of
from identity.secret_pages import secret_of, secret_page

MOST_UNKNOWN_LINKS = 30  # a minute and address; links that we know always work

View = Callable[[HttpRequest], HttpResponse]


def answer_refusals(view: View) -> View:
    """Answer links and codes that do nothing any more: unknown, used, replaced or too late; nothing about people."""

    @functools.wraps(view)
    def answered(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except (CannotUseInvitation, invitations.CannotDecline) as refusal:
            is_unknown = isinstance(refusal, UnknownInvitation)
            context = {
                "refusal": refusal,
                "can_be_sent_again": isinstance(refusal, UnknownInvitation | InvitationReplaced),
            }
            template = "applications/invitation_dead.html"
            return render(request, template, context, status=404 if is_unknown else 410)

    return answered


@secret_page
@answer_refusals
def invitation_page(request: HttpRequest) -> HttpResponse:
    """The information page: who invites, and what to do. Without a link, a form whose code leads to its page."""
    if request.method != "POST" and "token" in request.GET:
        return _show_invitation(request, "applications/invitation.html")
    form, status = form_of(request, CodeForm), 200
    if form.is_valid():
        try:
            found = _typed_invitation(request, form.cleaned_data["code"])
            return HttpResponseRedirect(_invitation_address(invitation_links.invitation_pass(found)))
        except UnknownInvitation as refusal:
            form.add_error("code", str(refusal))
            status = 404
    context = {"form": form, "typed_form": TYPED}
    return render(request, "applications/invitation_code.html", context, status=status)


@secret_page
@act_of("applications:invitation")
@answer_refusals
def continue_to_application(request: HttpRequest) -> HttpResponse:
    """Continue to the application, by way of identification; `cookies` accepts them on the way.

    The session of anybody else ends: families share computers, and letters too (R15, R21).
    """
    invitation = _known_invitation(request, secret_of(request))
    invitation_links.check_invitation(invitation)
    invitations.opened(invitation)
    applicant = invitation.applicant
    if is_identified(request) and applicant.hetu_index not in person_of(request).hetu_indexes:
        sessions.end(request)
    onward = reverse("applications:confirm", args=[applicant.version.application.reference])
    return cookies.accept_and_go_on(onward) if "cookies" in request.POST else HttpResponseRedirect(onward)


@secret_page
@answer_refusals
def not_me_page(request: HttpRequest) -> HttpResponse:
    """Ask once, and decline without identification (R10). A second click gets the same answer and changes nothing."""
    if request.method == "POST":
        invitations.decline_by_link(_known_invitation(request, secret_of(request)))
        return redirect("applications:not_me_done")
    if "token" not in request.GET:
        return redirect("applications:invitation")
    return _show_invitation(request, "applications/not_me.html")


@require_safe
def not_me_done(request: HttpRequest) -> HttpResponse:
    """Say what happened, and nothing about anybody: anyone may open this page."""
    return render(request, "applications/not_me_done.html")


def _show_invitation(request: HttpRequest, template: str) -> HttpResponse:
    invitation = _known_invitation(request, request.GET["token"])
    invitation_links.check_invitation(invitation)
    applicant = invitation.applicant
    context = {
        "application": applicant.version.application,
        "inviter": unnamed.inviter(applicant),
        "only_at_counter": applicant.only_at_counter,
        "token": request.GET["token"],
        "address": _invitation_address(request.GET["token"]),
        **cookies.question(request),
    }
    return render(request, template, context)


def _typed_invitation(request: HttpRequest, code: str) -> Invitation:
    """Return the live invitation of a typed code. Raises CannotUseInvitation, and TooMany after many wrong codes.

    What cannot be a code guesses nothing, and is not counted.
    """
    limits.check_guesses("invitation code", request)
    try:
        return invitation_links.find_invitation(code)
    except UnknownInvitation:
        if invitation_links.may_be_code(code):
            limits.count_guess("invitation code", request)
        raise


def _known_invitation(request: HttpRequest, token: str) -> Invitation:
    """Return the invitation of a link, live or not. Raises UnknownInvitation, and TooMany after many unknown links."""
    try:
        return invitation_links.linked_invitation(token.strip())
    except UnknownInvitation:
        limits.count("invitation link", limits.client_network(request), most=MOST_UNKNOWN_LINKS)
        raise


def _invitation_address(token: str) -> str:
    query = QueryDict(mutable=True)
    query["token"] = token
    return f"{reverse('applications:invitation')}?{query.urlencode()}"
