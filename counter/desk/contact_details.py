"""Correcting a person's contact details (C7), and sending their invitation again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from applications import invitations
from core.requests import act_of, read_or_act
from counter import contacts, id_checks
from counter.desk import access_log
from counter.desk.access import desk_actor, desk_page, desk_view, find_slot
from counter.desk.checks import to_slot
from counter.desk.forms import NewContactDetailsForm


@desk_view("counter.use_desk")
@read_or_act
def contact_page(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Correct the email address, phone number and language, without showing the present ones (R16)."""
    slot = find_slot(reference, position)
    access_log.record_opening(request, slot)
    if not slot.version.application.is_open:
        messages.error(request, str(id_checks.CannotCheckEnded()))
        return to_slot(slot)
    form = NewContactDetailsForm(
        request.POST if request.method == "POST" else None, initial={"language": slot.language}
    )
    if form.is_valid():
        try:
            contacts.correct_contact_details(slot, **form.corrections, by=desk_actor(request))
        except id_checks.CannotCheck as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The contact details have been saved."))
        return to_slot(slot)
    context = {"title": _("Contact details"), "form": form, "slot": slot, "application": slot.version.application}
    return desk_page(request, "counter/desk/contact.html", context)


@desk_view("counter.use_desk")
@act_of("admin:desk_applicant", "reference", "position")
def send_invitation(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Send a co-applicant a new invitation, which ends the former one."""
    slot = find_slot(reference, position)
    try:
        invitations.resend(slot, by=desk_actor(request))
    except invitations.CannotInvite as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("We will send a new invitation. The earlier link and code no longer work."))
    return to_slot(slot)
