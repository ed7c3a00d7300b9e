"""Correcting a person's contact details (C7), and sending their invitation again."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications import everywhere, invitations
from applications.everywhere import Offer
from applications.models import Applicant
from core.requests import act_of, read_or_act
from counter import account_issue, contacts, id_checks
from counter.desk import access_log
from counter.desk.access import desk_actor, desk_page, desk_view, find_slot, staff_of
from counter.desk.accounts import REFUSALS, count_letter, why
from counter.desk.checks import to_slot
from counter.desk.forms import NewContactDetailsForm, ShownContactDetailsForm
from identity import accounts
from identity.accounts import normal
from identity.models import Account

ACCOUNT = "account"  # among the places in which to correct an address, the others of which are numbers

WHERE = gettext_lazy(
    "The boxes are already ticked where the address is the same. If the phone number is the same there, it will be "
    "corrected too."
)


@desk_view("counter.use_desk")
@read_or_act
def contact_page(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Correct the email address, phone number and language. The present ones are shown to those who ask (R16)."""
    slot = find_slot(reference, position)
    access_log.record_opening(request, slot)
    if not slot.version.application.is_open:
        messages.error(request, str(id_checks.CannotCheckEnded()))
        return to_slot(slot)
    may_move = staff_of(request).has_perm("counter.issue_account")
    account = accounts.of_person(slot.hetu_indexes) if may_move else None
    others = everywhere.other_places(slot)
    same = [application.reference for other, application in others if other.email == slot.email]
    places = everywhere.offered([application for _other, application in others], ticked=same)
    if account and not account.verified_at:  # the address of one in use is corrected on its own page
        places.append((ACCOUNT, _("Account"), account.email == normal(slot.email)))
    form = _form(request, slot, places)
    if places:
        form.fields["also"].help_text = WHERE
    if form.is_valid():
        _save(request, slot, account, form.corrections)
        return to_slot(slot)
    context = {
        "title": _("Contact details"),
        "form": form,
        "is_hidden": "ask" in request.POST and not form.is_shown,
        "slot": slot,
        "application": slot.version.application,
        "account": account,
    }
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


def _form(
    request: HttpRequest, slot: Applicant, places: list[Offer]
) -> NewContactDetailsForm | ShownContactDetailsForm:
    """Return what was sent, or a form with the present details for staff who ask for them and may see them now."""
    initial = {"language": slot.language}
    if request.method != "POST":
        return NewContactDetailsForm(initial=initial, places=places)
    if "ask" not in request.POST:
        kind = ShownContactDetailsForm if "is_shown" in request.POST else NewContactDetailsForm
        return kind(request.POST, places=places)
    contact = access_log.open_contact_details(request, slot)
    if contact is None:
        return NewContactDetailsForm(initial=initial, places=places)
    present = {**initial, "email": contact.email, "phone": contact.phone}
    return ShownContactDetailsForm(initial=present, places=places)


def _save(request: HttpRequest, slot: Applicant, account: Account | None, corrections: dict[str, Any]) -> None:
    """Save the corrections, and say what became of the invitation, of other applications and of the account."""
    email, unmoved = corrections["email"], ""
    is_new = email not in {None, "", slot.email}
    # Of one in use it is said, ticked or not, why it stays.
    is_of_account = (
        account is not None
        and is_new
        and normal(email) != account.email
        and (ACCOUNT in corrections["also"] or account.verified_at is not None)
    )
    try:
        if account and is_of_account:
            corrected, unmoved = _save_with_account(request, slot, account, corrections)
        else:
            corrected = contacts.correct_contact_details(slot, **corrections, by=desk_actor(request))
    except id_checks.CannotCheck as refusal:
        messages.error(request, str(refusal))
        return
    if corrected.is_invited:
        messages.success(request, _("The new address has been saved, and we will send the invitation there."))
    else:
        messages.success(request, _("The contact details have been saved."))
    if corrected.also:
        messages.success(request, everywhere.corrected_too(corrected.also))
    if is_of_account and not unmoved:
        messages.success(request, _("The account has the new address too. We will send its link there."))
    elif unmoved:
        messages.warning(request, _("The account still has its earlier address. %(why)s") % {"why": unmoved})


def _save_with_account(
    request: HttpRequest, slot: Applicant, account: Account, corrections: dict[str, Any]
) -> tuple[invitations.Corrected, str]:
    """Move the account along if it may be moved. Tell what was corrected, and why the account was not moved."""
    by = desk_actor(request)
    try:
        count_letter(slot)
        return account_issue.correct_contact_details(account, **corrections, applicant=slot, by=by), ""
    except REFUSALS as refusal:
        return contacts.correct_contact_details(slot, **corrections, by=by), why(refusal)
