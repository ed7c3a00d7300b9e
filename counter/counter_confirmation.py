"""Confirming at the counter, after the ID check (J4, step 3)."""

from applications import confirmation
from applications.models import Applicant, Confirmation, IdCheck, Terms
from core.actors import Actor
from core.transactions import atomically
from counter import id_checks
from identity import people
from identity.enums import Method
from identity.models import Person
from identity.proof import Proof


@atomically
def confirm_here(applicant: Applicant, *, terms_read: Terms, digest: str, by: Actor) -> Confirmation:
    """Record that the person before the adviser confirms the version that they were shown, and accepts the terms.

    `digest` names that version. Only the confirmation refers to the terms, so that undoing the check undoes their
    acceptance too. Raises id_checks.CheckFirst, id_checks.SecondLookWaits, and confirmation.CannotConfirm as in a
    browser.
    """
    check = id_checks.lock_made_today(applicant)
    person, proof = person_checked(check), counter_proof(check)
    return confirmation.confirm_at_counter(
        applicant, person=person, by=by, proof=proof, check=check, terms=terms_read, digest=digest
    )


def counter_proof(check: IdCheck) -> Proof:
    """Return how the person of a check proved who they are."""
    return Proof(method=Method.COUNTER, provider="counter", level="", at=check.checked_at.isoformat())


def person_checked(check: IdCheck) -> Person | None:
    """Return the person whose slot was checked, stored now if they are new; None if they have no code (R3)."""
    slot = check.applicant
    if slot.hetu is None:
        return None
    return people.of_code(
        slot.hetu, first_names=slot.first_names, last_name=slot.last_name, language=slot.language, at=check.checked_at
    )
