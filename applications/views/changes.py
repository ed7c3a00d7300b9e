"""What applicants do to a whole application: change, renew and withdraw it, and remove somebody from it (J6)."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from applications import changes, dates, details, drafts, present, rivals
from applications.access import Visitor, applicant_view
from applications.draft_access import hold_draft, session_draft
from applications.enums import State
from applications.form.change import data_of_change, take_over
from applications.forms import ConfirmForm
from applications.models import Draft
from core.requests import read_or_act


@applicant_view
@read_or_act
def renew_application(request: HttpRequest, visitor: Visitor, reference: str) -> HttpResponse:
    """Say what renewing does, and renew a valid application (R7)."""
    application, me = visitor.find(reference)
    if request.method == "POST":
        with _telling_refusal(request):
            changes.renew(application, by=visitor.actor)
            application.refresh_from_db(fields=["valid_until"])
            day = date_format(application.valid_until)
            messages.success(request, _("You have renewed the application. It is valid until %(day)s.") % {"day": day})
        return redirect("applications:status", reference)
    if not (application.is_valid and me.confirmed):
        return redirect("applications:status", reference)
    if not application.gains_by_renewal:
        messages.info(request, str(changes.NothingGained()))
        return redirect("applications:status", reference)
    until = dates.valid_until(timezone.now())
    replaced = [each for each in rivals.own_rivals(application, visitor.person) if each.state == State.VALID]
    context = {"application": application, "until": until, "rivals": replaced}
    return render(request, "applications/renew.html", context)


@applicant_view
@read_or_act
def withdraw_as_applicant(request: HttpRequest, visitor: Visitor, reference: str) -> HttpResponse:
    """Say what withdrawing does, and withdraw an open application (R11)."""
    application, me = visitor.find(reference)
    if request.method == "POST":
        with _telling_refusal(request):
            changes.withdraw(application, by=visitor.actor)
            told = _("You have withdrawn the application. We will tell the other applicants.")
            messages.success(request, _("You have withdrawn the application.") if application.has_one_adult else told)
        return redirect("applications:status", reference)
    if not (application.is_open and me.is_adult):
        return redirect("applications:status", reference)
    return render(request, "applications/withdraw.html", {"application": application})


@applicant_view
@read_or_act
def remove_co_applicant(request: HttpRequest, visitor: Visitor, reference: str, position: int) -> HttpResponse:
    """Say what removing a co-applicant does, and remove somebody who declined or does not answer."""
    application, me = visitor.find(reference)
    if application.edited_elsewhere:
        return redirect("applications:change", reference)
    who = next((a for a in application.applicants if a.position == position), None)
    if who is None or not me.is_main or not changes.can_be_removed(who, application):
        return redirect("applications:status", reference)
    if request.method == "POST":
        removed = _("%(name)s is no longer in the application. Everyone must confirm the application again.") % {
            "name": who
        }
        with _telling_refusal(request):
            changes.remove(who, digest=ConfirmForm(request.POST).read, by=visitor.actor)
            messages.success(request, removed)
        return redirect("applications:status", reference)
    return render(request, "applications/remove.html", {"application": application, "who": who})


@applicant_view
@read_or_act
def begin_change(request: HttpRequest, visitor: Visitor, reference: str) -> HttpResponse:
    """Say what changing does, and begin with a copy of the present version, or go on with what was begun (J6.2).

    If people edit the application in another service, lead there (J6.4). What was begun here before can still be read.
    """
    application, me = visitor.find(reference)
    if not (application.is_open and me.is_adult):
        return redirect("applications:status", reference)
    begun = Draft.objects.of(visitor.person).filter(application=application).first()
    if application.edited_elsewhere:
        if request.method == "POST" and begun:
            hold_draft(request, begun)
            return redirect("applications:form_summary")
        return render(request, "applications/edit_elsewhere.html", {"application": application, "begun": begun})
    if request.method == "POST":
        if begun and "again" in request.POST:
            Draft.objects.unsent().filter(pk=begun.pk).delete()  # unless it has just been sent from another tab
            begun = None
        if begun is None:
            data = data_of_change(present.document(application.version), me)
            begun = drafts.begin_draft(data, language=me.language, person=visitor.person, application=application)
        hold_draft(request, begun)
        return redirect("applications:form_people")
    return render(request, "applications/change.html", {"application": application, "begun": begun})


@applicant_view
@read_or_act
def newer_version(request: HttpRequest, visitor: Visitor, reference: str) -> HttpResponse:
    """Show what somebody else has changed since the draft was begun, and take that over into the draft."""
    application, me = visitor.find(reference)
    draft = session_draft(request)
    if draft is None or draft.application_id != application.pk or draft.sent_id or not application.is_open:
        return redirect("applications:status", reference)
    if application.edited_elsewhere:
        return redirect("applications:change", reference)
    version = application.version
    if request.method == "POST" and ConfirmForm(request.POST).read == version.digest:
        document = present.document(version)
        drafts.rebase(draft, lambda data: take_over(data, document, me), digest=version.digest)
        messages.success(request, _("The newer version is now part of your draft. Check it, and send it."))
        return redirect("applications:form_summary")
    context = {"application": application, "sections": details.changes_since(draft.base_digest, application, me)}
    return render(request, "applications/change_newer.html", context)


@contextmanager
def _telling_refusal(request: HttpRequest) -> Iterator[None]:
    """Say on the next page why the application could not be changed."""
    try:
        yield
    except changes.CannotChange as refusal:
        messages.error(request, str(refusal))
