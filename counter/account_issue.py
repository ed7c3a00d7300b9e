"""Issuing accounts to people without bank codes, after an ID check (J4, J5)."""

import uuid
from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from applications.invitations import Corrected
from applications.models import Applicant, Application, IdCheck
from applications.trail import ApplicationEvent, record_events
from core.actors import Actor
from core.refusals import Refused
from core.transactions import atomically
from counter import contacts, id_checks
from counter.counter_confirmation import person_checked
from identity import accounts
from identity.enums import Language
from identity.models import Account
from records.enums import Event


class CannotIssue(Refused):
    """No account was issued."""


class NotChecked(CannotIssue):
    message = _(
        "To create an account, you need an ID check from the last 7 days. Check the identity of the person first."
    )


class AccountInUse(CannotIssue):
    """Whoever receives the letters of an account can take it over."""

    message = _("This person already uses the account. Check their identity today before you change its address.")


class AccountLocked(CannotIssue):
    """Whoever tries the ends of codes may read the letters of the account."""

    message = _(
        "The end of the personal identity code was entered wrongly too many times. Check the identity of the person "
        "today, then send a new link."
    )


class MoveNotChecked(CannotIssue):
    """A telephone call does not move an account, used or not."""

    message = _(
        "To change the address, you need an ID check from the last 7 days. Check the identity of the person first."
    )


class Represented(CannotIssue):
    """A guardian or proxy confirms at the counter only (C6)."""

    message = _(
        "Somebody else was here for this person. This person can confirm the application only at customer service."
    )


class HolderWithoutCode(CannotIssue):
    """R3"""

    message = _(
        "A person without a Finnish personal identity code can confirm the application only at customer service."
    )


@atomically
def issue_account(check: IdCheck, *, email: str, by: Actor) -> Account:
    """Issue an account to the person whose identity was checked, and send the link to their own address.

    Emails about their open applications go there too, from now on. Raises CannotIssue and accounts.AddressTaken.
    """
    sound, key = _lock_bearing(check, refusal=NotChecked)
    person = person_checked(sound)
    if person is None:
        raise HolderWithoutCode
    applications = contacts.lock_open_applications(sound.applicant)
    account = accounts.issue_account(person, email=email, id_check=key)
    contacts.follow_account(sound.applicant, applications, email=email, by=by)
    _record_event(sound.applicant, Event.ACCOUNT_ISSUED, by)
    return account


@atomically
def correct_account_address(account: Account, *, email: str, applicant: Applicant, by: Actor) -> None:
    """Move the account to another address and send a new link there; the former link ends.

    Whoever receives its letters can take it over, so a move needs a check as issuing does: one of today if the
    account is in use. The account then rests on that check (C5). Emails about the person's open applications go to
    the new address too. Raises CannotIssue and accounts.AddressTaken.
    """
    key, applications = _lock_for_move(account, applicant)
    accounts.correct_account_address(account, email=email, id_check=key)
    contacts.follow_account(applicant, applications, email=email, by=by)
    _record_event(applicant, Event.ACCOUNT_ADDRESS_CHANGED, by)


@atomically
def correct_contact_details(
    account: Account,
    *,
    email: str,
    phone: str | None,
    language: Language,
    also: Collection[str] = (),
    applicant: Applicant,
    by: Actor,
) -> Corrected:
    """Correct how a person is reached, and move their account along, which they do not use yet.

    Raises CannotIssue, accounts.AccountRefused, id_checks.SecondLookWaits and what contacts.correct_contact_details()
    raises.
    """
    if account.verified_at:
        raise AccountInUse
    key, _applications = _lock_for_move(account, applicant)
    accounts.correct_account_address(account, email=email, id_check=key)
    corrected = contacts.correct_contact_details(
        applicant, email=email, phone=phone, language=language, also=also, by=by
    )
    _record_event(applicant, Event.ACCOUNT_ADDRESS_CHANGED, by)
    return corrected


@atomically
def send_account_link(account: Account, *, applicant: Applicant, by: Actor) -> None:
    """Send a new link, which ends the former one. After a check today it works for a locked account too.

    Raises AccountLocked and accounts.AccountClosed.
    """
    check = id_checks.made_today(applicant)
    is_checked = check is not None and not check.representative
    if account.is_locked and not is_checked:
        raise AccountLocked
    accounts.send_link(account, is_checked=is_checked)
    _record_event(applicant, Event.ACCOUNT_LINK_SENT, by)


def bearing_check(applicant: Applicant) -> IdCheck | None:
    """Return the latest check of this person on which an account can rest, or else one that shows why none can."""
    same = Applicant.objects.same_person(applicant)
    sound = list(IdCheck.objects.sound().with_outcome().filter(applicant__in=same).order_by("-pk"))
    return next((check for check in sound if check.may_bear_account), sound[0] if sound else None)


def _lock_for_move(account: Account, applicant: Applicant) -> tuple[uuid.UUID, list[Application]]:
    """Return the key of the check that allows the move, and the person's open applications, all locked."""
    # The check before the applications, and both before the account, as undoing locks them.
    today = id_checks.made_today(applicant)
    refusal: type[CannotIssue] = AccountInUse if account.verified_at else MoveNotChecked
    check = today if account.verified_at else bearing_check(applicant)
    if check is None:
        raise refusal
    _sound, key = _lock_bearing(check, refusal=refusal)
    applications = contacts.lock_open_applications(applicant)
    # Its holder may have set a password just now.
    if check != today and Account.objects.select_for_update().get(pk=account.pk).verified_at:
        raise AccountInUse
    return key, applications


def _lock_bearing(check: IdCheck, *, refusal: type[CannotIssue]) -> tuple[IdCheck, uuid.UUID]:
    """Return the check, locked, on which an account is to rest, and the key by which the account refers to it.

    Raises Represented, and `refusal` if no account can rest on it for another reason.
    """
    sound = id_checks.lock_sound(check)
    if sound is not None and sound.representative:
        raise Represented
    if sound is None or sound.account_key is None or not sound.may_bear_account:
        raise refusal
    return sound, sound.account_key


def _record_event(applicant: Applicant, event: Event, by: Actor) -> None:
    record_events(applicant.version.application, ApplicationEvent(event, applicant), by=by)
