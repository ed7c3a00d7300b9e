"""Renewing, withdrawing, declining and certificates at the counter, after the ID check (R7, R10, R11, J10).

Whoever has no bank codes, no account and perhaps no personal identity code does here what others do online. Each act
rests on a sound check of today, as confirming here does, and the check says for whom staff act.
"""

from django.utils.translation import gettext_lazy as _

from applications import certificates, changes, invitations
from applications.enums import Act
from applications.models import Applicant, Certificate, IdCheck
from core.actors import Actor
from core.refusals import Refused
from core.transactions import atomically
from counter import id_checks
from identity.enums import Language


class NothingToDo(Refused):
    """What the person wishes is so already."""


class HasDeclined(NothingToDo):
    message = _("This person has already declined the application.")


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


@atomically
def certify_here(applicant: Applicant, *, language: Language, digest: str, by: Actor) -> Certificate:
    """Certify to the person before the adviser how their application stands, in a language of their choice (J10).

    Raises what renew_here() raises, with certificates.CannotCertify for changes.CannotChange.
    """
    _lock_check_of(applicant, digest=digest)
    return certificates.issue_certificate(applicant, language=language, by=by)


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
