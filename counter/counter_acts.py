"""Renewing, withdrawing and declining at the counter, after the ID check (R7, R10, R11).

Whoever has no bank codes, no account and perhaps no personal identity code does here what others do online. Each act
rests on a sound check of today, as confirming here does, and the check says for whom staff act.
"""

from django.utils.translation import gettext_lazy as _

from applications import changes, invitations
from applications.enums import Act
from applications.models import Applicant, IdCheck
from core.actors import Actor
from core.refusals import Refused
from core.transactions import atomically
from counter import id_checks


class NothingToDo(Refused):
    """What the person wishes is so already."""


class HasDeclined(NothingToDo):
    message = _("This person has already declined.")


@atomically
def renew_here(applicant: Applicant, *, digest: str, by: Actor) -> None:
    """Record that the person before the adviser renews the application; all are told (R7).

    `digest` names the version whose page the adviser read. A second click changes nothing. Raises
    id_checks.CheckFirst, id_checks.SecondLookWaits, id_checks.SlotChanged and changes.CannotChange.
    """
    check = _lock_check_of(applicant, digest=digest)
    changes.renew(applicant.version.application, by=by, check=check)


@atomically
def withdraw_here(applicant: Applicant, *, digest: str, by: Actor) -> None:
    """Record that the person before the adviser withdraws the application, which ends; all are told (R11).

    Arguments and errors are those of renew_here().
    """
    check = _lock_check_of(applicant, digest=digest)
    if not check.acts.filter(kind=Act.WITHDRAWN).exists():  # by a first click
        changes.withdraw(applicant.version.application, by=by, check=check)


@atomically
def decline_here(applicant: Applicant, *, digest: str, by: Actor) -> None:
    """Record that the person before the adviser does not apply; the others are told (R10).

    Arguments and errors are those of renew_here(), with invitations.CannotDecline for changes.CannotChange.
    """
    invitations.decline(applicant, by=by, check=_lock_check_of(applicant, digest=digest))


def refusal_of(kind: Act, slot: Applicant) -> Refused | None:
    """Return why this is nothing to be recorded for the person in this slot now, or None if it can be."""
    application = slot.version.application
    try:
        match kind:
            case Act.RENEWED:
                changes.may_renew(application, slot)
            case Act.WITHDRAWN:
                changes.check_withdrawable(application, slot)
            case Act.DECLINED:
                invitations.check_declinable(slot, application)
                return HasDeclined() if slot.declined_at else None
    except (changes.CannotChange, invitations.CannotDecline) as refusal:
        return refusal
    return None


def _lock_check_of(applicant: Applicant, *, digest: str) -> IdCheck:
    if applicant.version.digest != digest:
        raise id_checks.SlotChanged
    return id_checks.lock_made_today(applicant)
