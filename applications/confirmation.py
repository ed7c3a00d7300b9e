"""Confirming an application: the rule this service exists for.

An application is valid only when every adult applicant of its current version has confirmed that version
(R1, R2). Each fills only the slot that holds their own personal identity code (R4), once (R12). When the last
one has confirmed, the application becomes valid. It then replaces every other open application in which one of
its adults applies (R9; rivals.py).
"""

import logging
from functools import partial

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import inviting, learned_codes, letters, reading, states
from applications.document import Stored
from applications.enums import State, Transition
from applications.models import Applicant, Application, Confirmation, IdCheck, Terms, Version
from applications.rivals import lock_with_rivals, replace_rivals
from applications.trail import ApplicationEvent, record_events
from core import counting, stored
from core.actors import Actor, Source
from core.refusals import Refused
from core.transactions import atomically
from identity import accounts
from identity.enums import Method
from identity.models import Person
from identity.people import acting_person
from identity.proof import Proof
from records.enums import Event

logger = logging.getLogger(__name__)


class CannotConfirm(Refused):
    """Nothing was confirmed."""


class NotAnApplicant(CannotConfirm):
    """The person has no slot in the application (R4)."""

    message = _("This application is not waiting for you to confirm it.")


class Declined(CannotConfirm):
    """Whoever has declined can confirm only after the application has been changed (R10)."""

    message = _("You have declined this application. It cannot become valid until the main applicant edits it.")


class Under18(CannotConfirm):
    """An applicant under 18 need not confirm (R2)."""

    message = _("You are under 18. You do not need to confirm the application.")


class CannotConfirmEnded(CannotConfirm):
    """The application lapsed, expired, was withdrawn or was replaced (R8)."""

    message = _(
        "This application has ended, so you cannot confirm it. If you still need a home, send a new application."
    )


class Changed(CannotConfirm):
    """The application is no longer the version that the person read (R6)."""

    message = _(
        "The application was changed while you were reading it. Nothing was confirmed. Check the details again."
    )


class Spoiled(CannotConfirm):
    """What the person read is not what was sent, or the slot is not the one that was sent: somebody altered rows."""

    message = _("You cannot confirm the application now, because of a fault on our side. Contact customer service.")


@atomically
def confirm(application: Application, *, by: Actor, proof: Proof, terms: Terms, digest: str) -> Confirmation:
    """Record that a person confirms the version they read, named by its digest; return their confirmation.

    Confirming again returns the first confirmation (R12). Raises CannotConfirm, and accounts.AccountClosed when the
    account that they signed in with has just been closed.
    """
    locked, rivals = lock_with_rivals(application)
    person = acting_person(by)
    indexes = person.hetu_indexes if person else []
    own = next((a for a in locked.applicants if a.hetu_index in indexes), None)
    if person is None or own is None:
        raise NotAnApplicant
    # What an account rests on may change while its holder is logged in, so it is read now.
    check = accounts.hold(person).id_check if proof.method == Method.ACCOUNT else None
    return _confirm(own, locked, rivals, by=by, person=person, proof=proof, check=check, terms=terms, digest=digest)


@atomically
def confirm_at_counter(
    applicant: Applicant,
    *,
    person: Person | None,
    by: Actor,
    proof: Proof,
    check: IdCheck,
    terms: Terms,
    digest: str,
) -> Confirmation:
    """Record what an applicant confirms at the counter, on the strength of a sound ID check (J4).

    The rules are those of confirm(). Raises CannotConfirm, as NotAnApplicant for a slot of another application or
    version. `person` is None for an applicant without a code (R3).
    """
    locked, rivals = lock_with_rivals(applicant.version.application)
    current = next((a for a in locked.applicants if applicant.is_same_person(a)), None)
    if current is None and applicant in locked.applicants:
        raise Changed  # the person has got a code since the slot was read: then `person` is out of date too (R3)
    if current is None:
        raise NotAnApplicant
    return _confirm(
        current, locked, rivals, by=by, person=person, proof=proof, check=check, terms=terms, digest=digest
    )


def _confirm(
    applicant: Applicant,
    application: Application,
    rivals: list[Application],
    *,
    by: Actor,
    person: Person | None,
    proof: Proof,
    check: IdCheck | None,
    terms: Terms,
    digest: str,
) -> Confirmation:
    if applicant.confirmed:
        return applicant.confirmed
    _check_confirmable(applicant, application, digest=digest)
    confirmation = _store_confirmation(
        applicant, by=by, person=person, proof=proof, check=check, terms=terms, digest=digest
    )
    applicant.counting = confirmation  # type: ignore[attr-defined]  # as with_confirmation() would read it
    facts: dict[str, str | int | bool] = {"method": str(proof.method), "confirmation": confirmation.pk}
    if confirmation.representative:
        facts["representative"] = confirmation.representative
    if check and confirmation.signed_on_paper_at:
        facts |= check.paper_facts
    event = ApplicationEvent(Event.PERSON_CONFIRMED, applicant, facts)
    if application.state == State.AWAITING and not application.waits_for:
        states.transition(application, Transition.CONFIRMED, by=by, at=confirmation.confirmed_at, because=event)
        replace_rivals(rivals, by=by, at=confirmation.confirmed_at)
    else:
        record_events(application, event, by=by)
    inviting.release_held(application)
    letters.confirmed(confirmation, application, application.applicants)
    transaction.on_commit(partial(counting.count, "confirmations", str(proof.method)), robust=True)
    return confirmation


def _store_confirmation(
    applicant: Applicant,
    *,
    by: Actor,
    person: Person | None,
    proof: Proof,
    check: IdCheck | None,
    terms: Terms,
    digest: str,
) -> Confirmation:
    """Store who confirmed what on which evidence, and who acted for them as the check says (C6)."""
    confirmation = Confirmation(
        applicant=applicant,
        person=person,
        digest=digest,
        terms=terms,
        method=proof.method,
        provider=proof.provider,
        level=proof.level,
        means=proof.means,
        confirmed_at=timezone.now(),
        id_check=check,
        representative=check.representative if check else "",
        representative_name=check.representative_name if check else "",
        staff=by.user if by.source == Source.COUNTER else None,
    )
    return stored.insert([confirmation])[0]


def _check_confirmable(applicant: Applicant, application: Application, *, digest: str) -> None:
    if not application.is_open:
        raise CannotConfirmEnded
    if application.version.digest != digest:
        raise Changed
    if not applicant.is_adult:
        raise Under18
    if applicant.declined_at:
        raise Declined
    if not _is_as_sent(applicant, application.version):
        logger.error("version or slot altered", extra={"context": {"application": application.pk}})
        raise Spoiled


def _is_as_sent(applicant: Applicant, version: Version) -> bool:
    """Tell whether content and slot are those whose digest is confirmed: encryption binds neither to its row."""
    if not version.is_whole:
        return False
    sent = Stored.model_validate_json(version.content or "").applicants[applicant.position]
    if (sent.hetu, sent.born) == (applicant.hetu, applicant.birth_date):
        return True
    return applicant.code_check_id is not None and learned_codes.explains(applicant, sent)


def resting_on(id_check: IdCheck) -> models.QuerySet[Confirmation]:
    """Return the confirmations that rest on an ID check and count, in the order of their applications (C5).

    If a code was learned by it, so do those given in a slot that bore this code by then.
    """
    resting = Confirmation.objects.filter(Q(id_check=id_check) | learned_codes.given_by_code(id_check), undone_at=None)
    return resting.order_by("applicant__version__application", "pk")


@atomically
def undo(id_check: IdCheck, *, by: Actor) -> list[Application]:
    """Undo what rests on an ID check, and return the applications that wait again (C5).

    These are confirmations, and a personal identity code that was learned by it. An application that has ended stays
    as it is. The rows of confirmations stay, each with the time of its undoing.
    """
    waiting = []
    resting = resting_on(id_check)
    keys = set(resting.values_list("applicant__version__application", flat=True))
    bearing = id_check.slots_with_its_code.values_list("version__application", flat=True)
    reading.lock_several({*keys, *bearing})
    locked = resting.filter(applicant__version__application__in=keys).select_related("applicant__version")
    confirmations = list(locked.defer("applicant__version__content"))
    learned_codes.take_back(id_check, by=by)
    for confirmation in confirmations:
        confirmation.undone_at = now = timezone.now()
        confirmation.save(update_fields=["undone_at"])
        version = confirmation.applicant.version
        application = reading.application(version.application_id)
        facts = {"id_check": id_check.pk, "confirmation": confirmation.pk}
        event = ApplicationEvent(Event.CONFIRMATION_UNDONE, confirmation.applicant, facts)
        if application.is_open and application.current_id == version.pk:
            states.transition(application, Transition.UNDONE, by=by, at=now, because=event)
            letters.undone(confirmation, application, application.applicants)
            inviting.invite_newly_awaited(application)
            waiting.append(application)
        else:
            record_events(application, event, by=by)
    return waiting


def confirmed_before(applicant: Applicant, application: Application) -> str:
    """Return the digest of the latest former version that this person confirmed; empty if there is none (R6)."""
    if application.version.number == 1:
        return ""
    slots = Applicant.objects.filter(version__application=application).exclude(version=application.current_id)
    former = Confirmation.objects.filter(applicant__in=slots.same_person(applicant), undone_at=None)
    return former.order_by("-applicant__version__number").values_list("digest", flat=True).first() or ""
