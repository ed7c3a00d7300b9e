"""Issuing accounts to people without bank codes, after an ID check (J4, J5)."""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from applications.models import Applicant, IdCheck
from applications.trail import ApplicationEvent, record_events
from core.actors import Actor
from core.refusals import Refused
from core.transactions import atomically
from counter import id_checks
from counter.counter_confirmation import person_checked
from identity import accounts
from identity.models import Account
from records.enums import Event


class CannotIssue(Refused):
    """No account was issued."""


class NotChecked(CannotIssue):
    message = _("An account needs an ID check of the last 7 days. Check the identity of the person first.")


class AccountInUse(CannotIssue):
    """Whoever receives the letters of an account can take it over."""

    message = _("This person already uses the account. Check their identity today before you change its address.")


class Represented(CannotIssue):
    """A guardian or proxy confirms at the counter only (C6)."""

    message = _("Somebody else was here for this person. They confirm at the counter only.")


class HolderWithoutCode(CannotIssue):
    """R3"""

    message = _("A person without a Finnish personal identity code confirms at the counter only.")


@atomically
def issue_account(check: IdCheck, *, email: str, by: Actor) -> Account:
    """Issue an account to the person whose identity was checked, and send the link to their own address.

    Raises CannotIssue and accounts.AddressTaken.
    """
    sound = id_checks.lock_sound(check)
    if sound is not None and sound.representative:
        raise Represented
    if sound is None or not sound.may_bear_account:
        raise NotChecked
    person = person_checked(sound)
    if person is None:
        raise HolderWithoutCode
    account = accounts.issue_account(person, email=email, id_check=sound.pk)
    _record_event(sound.applicant, Event.ACCOUNT_ISSUED, by)
    return account


@atomically
def correct_account_address(account: Account, *, email: str, applicant: Applicant, by: Actor) -> None:
    """Move the account to another address and send a new link there; the former link ends.

    Raises AccountInUse and accounts.AddressTaken.
    """
    # The check before the account, as undoing locks them. Its holder may have set a password just now.
    made = id_checks.made_today(applicant)
    is_checked = made is not None and id_checks.lock_sound(made) is not None
    if Account.objects.select_for_update().get(pk=account.pk).verified_at and not is_checked:
        raise AccountInUse
    _with_record(
        lambda: accounts.correct_account_address(account, email=email), applicant, Event.ACCOUNT_ADDRESS_CHANGED, by
    )


def send_account_link(account: Account, *, applicant: Applicant, by: Actor) -> None:
    """Send a new link, which ends the former one. Raises accounts.AccountClosed."""
    _with_record(lambda: accounts.send_link(account), applicant, Event.ACCOUNT_LINK_SENT, by)


@atomically
def _with_record(act: Callable[[], None], applicant: Applicant, event: Event, by: Actor) -> None:
    act()
    _record_event(applicant, event, by)


def _record_event(applicant: Applicant, event: Event, by: Actor) -> None:
    record_events(applicant.version.application, ApplicationEvent(event, applicant), by=by)
