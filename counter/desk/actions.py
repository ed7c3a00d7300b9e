"""What staff can do for a person now, the most likely first. Each page checks again whether it may be done."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications import inviting
from applications.enums import Act, CheckStatus
from applications.models import Applicant, IdCheck
from counter import counter_acts
from identity.models import Account, User


@dataclass(frozen=True)
class Action:
    """Something to do: the name of its page in the admin, and the text of its link or button.

    `is_here` tells that the person's page has its form, so that no link leads to it.
    """

    page: str
    label: str | Promise
    by_post: bool = False
    is_here: bool = False

    @property
    def address(self) -> str:
        """The name of the page for the url tag."""
        return f"admin:{self.page}"


def available_actions(
    slot: Applicant, checks: Sequence[IdCheck], account: Account | None, *, staff: User
) -> list[Action]:
    """Return what a member of staff can do for the person in this slot, given the person's checks and account."""
    application = slot.version.application
    own = [check for check in checks if check.applicant_id == slot.pk]
    is_checked = any(check.shows_person_is_here for check in own)
    waits = any(c.is_doubted for c in checks)
    actions = []
    if application.can_confirm(slot) and is_checked and not waits:
        actions.append(Action("desk_confirm", _("Confirm application")))
    elif application.is_open and slot.is_adult and not is_checked:
        better = Action("desk_check", _("Check a better document"))
        actions.append(better if waits else Action("desk_check", _("Check the identity"), is_here=True))
    if staff.has_perm("counter.issue_account"):
        if account and account.closed_at is None:
            actions.append(Action("desk_account", _("See the account")))
        elif slot.hetu and not waits and any(check.may_bear_account for check in checks):
            actions.append(Action("desk_account", _("Create account"), by_post=True))
    if is_checked and not waits:
        actions += _acts_of_the_person(slot)
    form_waits = any(check.entered_at and check.status == CheckStatus.WAITING for check in own)
    return [*actions, *_other_actions(slot, staff, is_checked=is_checked, form_waits=form_waits)]


def _acts_of_the_person(slot: Applicant) -> Iterator[Action]:
    """Yield what the person themselves can do now, whose identity was checked today."""
    pages = {
        Act.RENEWED: Action("desk_renew", _("Renew the application")),
        Act.DECLINED: Action("desk_decline", _("Decline the application")),
        Act.WITHDRAWN: Action("desk_withdraw", _("Withdraw application")),
    }
    yield from (action for kind, action in pages.items() if counter_acts.refusal_of(kind, slot) is None)
    if slot.version.application.is_open:
        yield Action("desk_certify", _("Issue a certificate"))


def _other_actions(slot: Applicant, staff: User, *, is_checked: bool, form_waits: bool) -> Iterator[Action]:
    application = slot.version.application
    if slot.confirmed:
        yield Action("desk_confirm", _("See the receipt"))
    if application.is_open:
        yield Action("desk_contact", _("Correct the contact details"))
        if is_checked and not slot.hetu:  # another document of theirs, that bears a code
            yield Action("desk_check", _("Record the personal identity code"))
    if application.awaits(slot) and not slot.is_main and slot.email and not inviting.next_invitation_at(slot):
        yield Action("desk_invitation", _("Send the invitation again"), by_post=True)
    if application.is_open and slot.is_adult and not is_checked and not form_waits:
        yield Action("desk_paper", _("Enter a paper form"))
    if staff.has_perm("counter.set_protected"):
        yield Action(
            "desk_protection", _("Remove the non-disclosure") if slot.protected else _("Set the non-disclosure")
        )
    if staff.has_perm("counter.read_trail"):
        yield Action("desk_access_log", _("See who has looked at this person’s details"))
    if not application.is_open and staff.has_perm("counter.erase_person"):
        yield Action("desk_erase", _("Erase this person’s data"))
