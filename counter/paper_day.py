"""A day without the service: what a customer signed on paper is entered later, with its true time (ADR 44).

The ID check is stored with the time at which it was made, and waits for a supervisor, who compares it with the paper.
Only when they accept it is done what the customer signed, at the time of that decision: a confirmation, renewal or
withdrawal is never dated back. It is not done if the application or the terms have changed since the signature.
"""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import changes, confirmation, dates, letters, reading, terms
from applications.enums import Act, PaperWish
from applications.models import Applicant, IdCheck, Terms
from core.actors import Actor
from core.refusals import Refused
from core.transactions import atomically
from counter import counter_acts, id_checks
from counter.counter_confirmation import counter_proof, person_checked
from counter.models import SecondLook

ENTERED_WITHIN = dt.timedelta(days=14)  # of the check, so that a supervisor has as long to decide (C4)


class CannotEnter(Refused):
    """What was signed on paper cannot be done any more, or never could."""


class ChangedSince(CannotEnter):
    """What was signed is about another version (R6)."""

    message = _(
        "The application has been sent or changed after the form was signed. The person must confirm it as it is now."
    )


class TermsSince(CannotEnter):
    """The person has read former terms."""

    message = _(
        "There are new terms of use since the form was signed. The person must read them and confirm the application "
        "again."
    )


class FormWaits(id_checks.AlreadyChecked):
    """The same paper, or another one of the person, awaits its decision."""

    message = _(
        "A paper form of this person has already been entered, and waits for a supervisor. Another one can be entered "
        "once it has been decided on."
    )


class NotAwaited(CannotEnter):
    message = _("The application is not waiting for this person’s confirmation.")


def enter_paper_check(
    check: IdCheck, *, applicant: Applicant, digest: str, code: str, is_doubtful: bool, by: Actor
) -> IdCheck:
    """Store a check from a paper form, with what the person signed; it waits for a supervisor (C2, C4).

    `check` has the time at which it was made, when it is entered, and the wish. The other arguments are those of
    id_checks.record(). Raises FormWaits, CannotEnter, or another refusal of what was signed, and what record() raises.
    """
    if waiting_form(applicant):  # before a code is compared; record() looks again under the lock
        raise FormWaits
    if refusal := refusal_of(check, applicant, current=terms.current()):
        raise refusal
    return id_checks.record(check, applicant=applicant, digest=digest, code=code, is_doubtful=is_doubtful, by=by)


def waiting_form(applicant: Applicant) -> IdCheck | None:
    """Return the check from a paper form of this slot that nobody has decided on yet, or None."""
    return IdCheck.objects.on_paper().waiting().filter(applicant=applicant).first()


@atomically
def decide(check: IdCheck, *, accepted: bool, reason: str, by: Actor) -> SecondLook:
    """Take the second look at any check that waits, and do what was signed on paper if it is accepted.

    If that can be done no more, the person is told. Raises what id_checks.decide() raises, CannotConfirm, and
    id_checks.SecondLookWaits while another check of the person is doubted.
    """
    look = id_checks.decide(check, accepted=accepted, reason=reason, by=by)
    if accepted and check.paper_wish and not _carry_out(look.check_made, by=by):
        letters.second_look_taken(check, accepted=True)
    return look


def refusal_of(check: IdCheck, slot: Applicant, *, current: Terms) -> Refused | None:
    """Return why what was signed on paper cannot be done for the person in this slot now; None if it can be.

    `current` are the terms that count now.
    """
    application = slot.version.application
    if not dates.is_adult(slot.birth_date, on=timezone.localdate(check.checked_at)):
        return id_checks.CannotCheckUnder18()
    if not check.paper_wish:
        return None
    if application.current_id != slot.version_id or slot.version.created_at > check.checked_at:
        return ChangedSince()
    if check.paper_wish != PaperWish.CONFIRMED:
        return counter_acts.refusal_of(Act(check.paper_wish), slot)
    if not application.can_confirm(slot):
        return NotAwaited()
    return TermsSince() if current.published_at > check.checked_at else None


def present_refusal(check: IdCheck, *, current: Terms) -> Refused | None:
    """Return why what was signed can be done no more, as refusal_of() does, of an application that is read anew."""
    application = reading.application(check.applicant.version.application_id)
    application.version.application = application
    own = next((each for each in application.applicants if each.pk == check.applicant_id), None)
    return refusal_of(check, own, current=current) if own else ChangedSince()


def is_carried_out(check: IdCheck) -> bool:
    """Tell whether what was signed on paper has been done."""
    return check.confirmations.exists() or check.acts.exists()


def _carry_out(check: IdCheck, *, by: Actor) -> bool:
    """Do what was signed on paper, on the strength of an accepted check; tell whether that could be done.

    id_checks.decide() has locked the check, then the application and those that it would replace.
    """
    if id_checks.doubted_checks(check.applicant).exists():
        raise id_checks.SecondLookWaits
    current = terms.current()
    if present_refusal(check, current=current):
        return False
    slot = check.applicant
    application = slot.version.application
    match check.paper_wish:
        case PaperWish.CONFIRMED:
            confirmation.confirm_at_counter(
                slot,
                person=person_checked(check),
                by=by,
                proof=counter_proof(check),
                check=check,
                terms=current,
                digest=slot.version.digest,
            )
        case PaperWish.RENEWED:
            changes.renew(application, by=by, check=check)
        case PaperWish.WITHDRAWN:
            changes.withdraw(application, by=by, check=check)
    return True
