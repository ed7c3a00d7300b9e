"""What can be done for a person now, the most likely first. Each page checks again what it does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications.enums import CheckStatus
from applications.models import Applicant, IdCheck
from counter.desk import access_log
from identity.models import Account, User


@dataclass(frozen=True)
class Action:
    """The name of its page in the admin, and what its link or button says."""

    page: str
    label: str | Promise
    by_post: bool = False

    @property
    def address(self) -> str:
        """The page, as the url tag names it."""
        return f"admin:{self.page}"


def available_actions(
    slot: Applicant, checks: Sequence[IdCheck], account: Account | None, *, staff: User
) -> list[Action]:
    """Return what a member of staff can do for the person in this slot, of whom these checks were made."""
    own = [check for check in checks if check.applicant_id == slot.pk]
    actions = [*_check_actions(slot, own, account)]
    if staff.has_perm("counter.issue_account"):
        actions += _account_actions(slot, own, account)
    return [*actions, *_other_actions(slot, staff)]


def _check_actions(slot: Applicant, checks: Sequence[IdCheck], account: Account | None) -> Iterator[Action]:
    application = slot.version.application
    is_checked = any(c.is_sound and timezone.localdate(c.checked_at) == timezone.localdate() for c in checks)
    waits = any(c.status == CheckStatus.WAITING for c in checks)
    is_wanted = slot.is_awaited or bool(account and account.verified_at and not account.closed_at)
    if application.awaits(slot) and is_checked:
        yield Action("desk_confirm", _("Confirm application"))
    elif application.is_open and is_wanted and not is_checked and not waits:
        yield Action("desk_check", _("Check the identity"))


def _account_actions(slot: Applicant, checks: Sequence[IdCheck], account: Account | None) -> Iterator[Action]:
    """An account stands on a check at which nobody else was there for the person (C6)."""
    if account and account.closed_at is None:
        yield Action("desk_account", _("See the account"))
    elif slot.hetu and any(check.may_bear_account for check in checks):
        yield Action("desk_account", _("Create account"))


def _other_actions(slot: Applicant, staff: User) -> Iterator[Action]:
    application = slot.version.application
    if slot.confirmed:
        yield Action("desk_confirm", _("See the receipt"))
    if application.is_open and (not access_log.is_restricted(slot) or staff.has_perm("counter.see_protected")):
        yield Action("desk_contact", _("Correct the contact details"))
    if application.awaits(slot) and not slot.is_main and slot.email:
        yield Action("desk_invitation", _("Send the invitation again"), by_post=True)
    if staff.has_perm("counter.set_protected"):
        yield Action(
            "desk_protection", _("Remove the non-disclosure") if slot.protected else _("Set the non-disclosure")
        )
    if staff.has_perm("counter.read_trail"):
        yield Action("desk_access_log", _("See who looked at this person"))
    if not application.is_open and staff.has_perm("counter.erase_person"):
        yield Action("desk_erase", _("Erase this person’s data"))
