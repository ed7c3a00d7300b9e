"""Accounts for people without bank codes: issued after an ID check, followed until the letter has arrived (J4, J5)."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from applications.models import Applicant
from core.addresses import shown_address
from core.refusals import Refused
from core.requests import act_of, read_or_act
from counter import account_issue, contacts, id_checks
from counter.desk import access_log, visit
from counter.desk.access import desk_actor, desk_page, desk_view, find_slot
from counter.desk.checks import to_slot
from counter.desk.forms import AccountForm
from counter.desk.messages import Sent
from identity import accounts, limits
from identity.accounts import AccountRefused, AddressTaken, normal
from identity.models import Account
from mailing.enums import Status
from mailing.models import Letter
from records.names import account_subject, applicant_subject

REFUSALS = (AccountRefused, account_issue.CannotIssue, id_checks.SecondLookWaits, limits.TooMany)
MOST_LETTERS = 5  # to one person in an hour, among those that go out at once
WATCHED = dt.timedelta(minutes=3)  # for so long the page looks by itself whether the letter has arrived

account_view = desk_view("counter.use_desk", "counter.issue_account")


@account_view
@read_or_act
def account_page(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Read the address back, issue the account; afterwards, see whether its letter arrives.

    Whoever opens the page with the button asks for the address in the application, which is then read back at once.
    """
    slot = find_slot(reference, position)
    access_log.record_opening(request, slot)
    if issued := accounts.of_person(slot.hetu_indexes):
        return _account_status(request, slot, issued)
    check = account_issue.bearing_check(slot)
    if check is None or check.representative:
        messages.error(request, str(account_issue.Represented() if check else account_issue.NotChecked()))
        return to_slot(slot)
    return _two_steps(
        request,
        slot,
        lambda email: account_issue.issue_account(check, email=email, by=desk_actor(request)),
        issued=None,
    )


@account_view
@read_or_act
def account_address_page(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Correct the address of an account in the same two steps."""
    slot = find_slot(reference, position)
    access_log.record_opening(request, slot)
    issued = accounts.of_person(slot.hetu_indexes)
    if issued is None:
        return _to_account(slot)
    return _two_steps(
        request,
        slot,
        lambda email: account_issue.correct_account_address(
            issued, email=email, applicant=slot, by=desk_actor(request)
        ),
        issued=issued,
    )


@account_view
@act_of("admin:desk_account", "reference", "position")
def renew_account_link(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Send a new link to the same address; the former one ends."""
    slot = find_slot(reference, position)
    if issued := accounts.of_person(slot.hetu_indexes):
        try:
            count_letter(slot)
            account_issue.send_account_link(issued, applicant=slot, by=desk_actor(request))
        except (AccountRefused, account_issue.CannotIssue, limits.TooMany) as refusal:
            messages.error(request, why(refusal))
        else:
            messages.success(request, _("We will send a new link. The earlier link no longer works."))
    return _to_account(slot)


def _two_steps(
    request: HttpRequest, slot: Applicant, act: Callable[[str], object], *, issued: Account | None
) -> HttpResponse:
    is_post = request.method == "POST"
    if "email" not in request.POST if is_post else access_log.was_asked(request, slot):
        return _with_present_address(request, slot, issued)
    form = AccountForm(request.POST if is_post else None)
    context = {"form": form, "is_new": issued is None}
    if not form.is_valid() or "correct" in request.POST:
        return _account_page(request, slot, context)
    if "read_back" not in request.POST:
        return _read_back(request, slot, form, context)
    try:
        count_letter(slot)
        act(form.cleaned_data["email"])
    except REFUSALS as refusal:
        form.add_error("email", why(refusal))
        return _account_page(request, slot, context, status=409)
    messages.success(request, _("We will send this person a link for creating a password."))
    return _to_account(slot)


def _with_present_address(request: HttpRequest, slot: Applicant, issued: Account | None) -> HttpResponse:
    """Show the address that is in use to staff who may see it now: a new account's to be read back (R16)."""
    contact = access_log.open_contact_details(request, slot)
    present = "" if contact is None else issued.email if issued else contact.email
    context: dict[str, Any] = {
        "is_new": issued is None,
        "is_hidden": contact is None,
        "has_none": contact is not None and not present,
    }
    if issued or not present:
        return _account_page(request, slot, {**context, "form": AccountForm(initial={"email": present})})
    form = AccountForm({"email": present})
    context |= {"form": form, "is_of_application": True}
    return _read_back(request, slot, form, context) if form.is_valid() else _account_page(request, slot, context)


def _read_back(request: HttpRequest, slot: Applicant, form: AccountForm, context: dict[str, Any]) -> HttpResponse:
    email = form.cleaned_data["email"]
    if contacts.is_of_another(email, slot):
        form.add_error("email", AddressTaken.message)
        return _account_page(request, slot, context, status=409)
    spelled = {"email": email, "letters": _spelled(email), "is_shared": contacts.is_shared(slot)}
    return _account_page(request, slot, {**context, **spelled})


def _spelled(email: str) -> list[tuple[str, str]]:
    """Return each character, with its name if it may be misread or misheard."""
    names = {"@": _("at sign"), ".": _("dot"), "-": _("hyphen"), "_": _("underscore"), "+": _("plus")}
    names |= dict.fromkeys("0123456789", _("digit")) | dict.fromkeys("ilo", pgettext("of the alphabet", "letter"))
    return [(character, names.get(character, "")) for character in shown_address(normal(email))]


def _account_status(request: HttpRequest, slot: Applicant, issued: Account) -> HttpResponse:
    letter = Letter.objects.filter(recipient=account_subject(issued.pk), message="account_link").last()
    context = {
        "account": issued,
        "has_password": issued.user.has_usable_password(),
        "sent": Sent(letter) if letter else None,
        "is_watched": letter is not None and _is_undecided(letter),
        "focuses_search": True,
    }
    return _account_page(request, slot, context)


def _is_undecided(letter: Letter) -> bool:
    """Tell whether the status of a letter may change soon. A mail server without a provider reports no delivery."""
    is_on_its_way = letter.status in {Status.WAITING, Status.DELAYED} or (
        letter.status == Status.SENT and bool(letter.provider)
    )
    return is_on_its_way and timezone.now() - letter.created_at < WATCHED


def _account_page(request: HttpRequest, slot: Applicant, context: dict[str, Any], status: int = 200) -> HttpResponse:
    application = slot.version.application
    shown = {"title": _("Account"), "slot": slot, "application": application}
    everything = {**shown, "here": visit.present(request, application), **context}
    return desk_page(request, "counter/desk/account.html", everything, status=status)


def count_letter(slot: Applicant) -> None:
    """Count an email about an account to this person. Raises limits.TooMany."""
    limits.count("account letters", applicant_subject(slot.pk), most=MOST_LETTERS, seconds=limits.HOUR)


def why(refusal: Refused | limits.TooMany) -> str:
    """Return why nothing was done to an account, in the language of the moment."""
    if isinstance(refusal, limits.TooMany):
        return _("We have sent this person several emails within an hour. Wait an hour before you send the next one.")
    return str(refusal)


def _to_account(slot: Applicant) -> HttpResponse:
    return redirect("admin:desk_account", slot.version.application.reference, slot.position)
