"""Correcting how to reach a person (C7), and sending their invitation again."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from applications import invitations
from applications.forms import ContactDetailsForm
from applications.models import Applicant
from counter import contacts, id_checks
from counter.desk import visits
from counter.desk.access import desk_view, find_slot, page, staff_of
from counter.desk.checking import to_slot


@desk_view("counter.use_desk")
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Correct email address, phone number and language; of a protected person only by right (R16)."""
    slot = find_slot(reference, position)
    if not visits.may_see_details(request, slot):
        raise PermissionDenied
    visits.opened(request, slot)
    if not slot.version.application.is_open:
        messages.error(request, str(id_checks.Ended.message))
        return to_slot(slot)
    visits.look_at_details(request, slot)
    present = {"email": slot.email, "phone": slot.phone, "language": slot.language}
    form = ContactDetailsForm(request.POST if request.method == "POST" else None, initial=present)
    if form.is_valid():
        return _save(request, slot, form)
    context = {"title": _("Contact details"), "form": form, "slot": slot, "application": slot.version.application}
    return page(request, "counter/desk/contact.html", context)


@desk_view("counter.use_desk")
@require_POST
def invitation(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Send a co-applicant's invitation again; the one before ends."""
    slot = find_slot(reference, position)
    try:
        contacts.send_invitation(slot, by=staff_of(request))
    except invitations.CannotInvite as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("We are sending a new invitation. The former link and code do not work any more."))
    return to_slot(slot)


def _save(request: HttpRequest, slot: Applicant, form: ContactDetailsForm) -> HttpResponse:
    try:
        contacts.correct(slot, **form.cleaned_data, by=staff_of(request))
    except id_checks.CannotCheck as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("The contact details have been saved."))
    return to_slot(slot)
