"""Confirming an application: the rule this service exists for.

An application is valid only when every adult applicant of its current version has confirmed that version
(R1, R2). Each fills only the slot that holds their own personal identity code (R4), once (R12). When the last
one has confirmed, the application becomes valid, and every other open application in which one of its adults
applies is replaced (R9).
"""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import dates, letters, states
from applications.enums import State, Transition
from applications.models import OPEN, Applicant, Application, Confirmation, IdCheck, Terms
from applications.trail import ApplicationEvent, record_events
from core.actors import Actor, Source
from core.refusals import Refused
from core.transactions import atomically
from identity import accounts
from identity.enums import Method
from identity.models import Person
from identity.people import acting_person
from identity.proof import Proof
from records.enums import Event


class CannotConfirm(Refused):
    """Nothing was confirmed."""


class NotAnApplicant(CannotConfirm):
    """The person has no slot in the application (R4)."""

    message = _("This application does not wait for you.")


class Declined(CannotConfirm):
    """Somebody who has declined confirms only after the application was changed (R10)."""

    message = _("You have declined this application. It waits until the main applicant changes it.")


class Under18(CannotConfirm):
    """An applicant under 18 need not confirm (R2)."""

    message = _("You are under 18. You do not need to confirm the application.")


class CannotConfirmEnded(CannotConfirm):
    """The application lapsed, expired, was withdrawn or was replaced (R8)."""

    message = _("This application has ended, so it cannot be confirmed. A new application is needed.")


class Changed(CannotConfirm):
    """The application is no longer the version that the person read (R6)."""

    message = _(
        "The application was changed while you were reading it. Nothing was confirmed. Check the details again."
    )


@atomically
def confirm(application: Application, *, by: Actor, proof: Proof, terms: Terms, digest: str) -> Confirmation:
    """Record that a person confirms the version they read, named by its digest; return their confirmation.

    Confirming again returns the first confirmation (R12). Raises CannotConfirm, and accounts.AccountClosed when the
    account that they signed in with has just been closed.
    """
    locked, rivals = _lock(application)
    applicants = _read(locked)
    person = acting_person(by)
    applicant = next((a for a in applicants if person and a.hetu_index in person.hetu_indexes), None)
    if person is None or applicant is None:
        raise NotAnApplicant
    if proof.method == Method.ACCOUNT:
        accounts.hold(person)
    return _confirm(
        _Slot(applicant, applicants, locked, rivals),
        by=by,
        person=person,
        proof=proof,
        terms=terms,
        digest=digest,
    )


@atomically
def confirm_at_counter(
    applicant: Applicant, *, person: Person | None, by: Actor, proof: Proof, terms: Terms, digest: str
) -> Confirmation:
    """Record what somebody confirms at the counter, in whose slot, after the ID check that the proof names (J4).

    The same gate as in a browser: raises CannotConfirm, as NotAnApplicant for a slot of another application or
    version. `person` is None for an applicant without a code (R3).
    """
    locked, rivals = _lock(applicant.version.application)
    applicants = _read(locked)
    current = next((a for a in applicants if applicant.is_same_person(a)), None)
    if current is None:
        raise NotAnApplicant
    return _confirm(
        _Slot(current, applicants, locked, rivals), by=by, person=person, proof=proof, terms=terms, digest=digest
    )


@dataclass(frozen=True)
class _Slot:
    """Whose slot it is, among the applicants of a locked application, and what it would replace."""

    applicant: Applicant
    applicants: list[Applicant]
    application: Application
    rivals: list[Application]


def _confirm(
    slot: _Slot, *, by: Actor, person: Person | None, proof: Proof, terms: Terms, digest: str
) -> Confirmation:
    applicant, application = slot.applicant, slot.application
    if applicant.confirmed:
        return applicant.confirmed
    _check(applicant, application, digest=digest)
    now = timezone.now()
    confirmation = Confirmation.objects.create(
        applicant=applicant,
        person=person,
        digest=digest,
        terms=terms,
        method=proof.method,
        provider=proof.provider,
        level=proof.level,
        confirmed_at=now,
        id_check_id=proof.id_check,
        staff=by.user if by.source == Source.COUNTER else None,
    )
    applicant.counting = confirmation  # type: ignore[attr-defined]  # as with_confirmation() would read it
    event = ApplicationEvent(
        Event.PERSON_CONFIRMED, applicant, {"method": str(proof.method), "confirmation": confirmation.pk}
    )
    if application.state == State.AWAITING and not any(a.must_confirm for a in slot.applicants):
        states.transition(application, Transition.CONFIRMED, by=by, at=now, because=event)
        for rival in slot.rivals:
            states.transition(rival, Transition.REPLACED, by=by, at=now)
            letters.ended(rival)
    else:
        record_events(application, event, by=by)
    letters.confirmed(confirmation, application, slot.applicants)
    return confirmation


def _check(applicant: Applicant, application: Application, *, digest: str) -> None:
    if not application.is_open:
        raise CannotConfirmEnded
    if applicant.version.digest != digest:
        raise Changed
    if not applicant.is_adult:
        raise Under18
    if applicant.declined_at:
        raise Declined


@atomically
def undo(id_check: IdCheck, *, by: Actor) -> list[Application]:
    """Undo every confirmation that rests on an ID check, and return the applications that wait again (C5).

    An application that has ended stays what it is. The rows stay, each with the time of its undoing.
    """
    resting = id_check.confirmations.filter(undone_at=None)
    keys = set(resting.values_list("applicant__version__application", flat=True))
    waiting = []
    for application in Application.objects.select_for_update().filter(pk__in=keys).order_by("pk"):
        applicants = {a.pk: a for a in _read(application)}
        of_this = resting.filter(applicant__version__application=application).select_related("applicant")
        for confirmation in of_this:
            _undo(confirmation, application, by=by)
            if confirmation.applicant_id in applicants and application.is_open:
                waiting.append(application)
                letters.undone(confirmation, application, _read(application))
    return waiting


def _undo(confirmation: Confirmation, application: Application, *, by: Actor) -> None:
    now = timezone.now()
    confirmation.undone_at = now
    confirmation.save(update_fields=["undone_at"])
    facts = {"id_check": confirmation.id_check_id or 0, "confirmation": confirmation.pk}
    event = ApplicationEvent(Event.CONFIRMATION_UNDONE, confirmation.applicant, facts)
    if application.is_open and confirmation.applicant.version_id == application.current_id:
        states.transition(application, Transition.UNDONE, by=by, at=now, because=event)
    else:
        record_events(application, event, by=by)


def confirmed_before(applicant: Applicant, application: Application) -> str:
    """Return the digest of the latest former version that this person confirmed; empty if there is none (R6)."""
    if application.version.number == 1:
        return ""
    slots = Applicant.objects.filter(version__application=application).exclude(version=application.current_id)
    former = Confirmation.objects.filter(applicant__in=slots.same_person(applicant), undone_at=None)
    return former.order_by("-applicant__version__number").values_list("digest", flat=True).first() or ""


def rivals_of(application: Application) -> QuerySet[Application]:
    """The other open applications in which one of this one's adult applicants applies as an adult (R9)."""
    codes = [index for a in application.applicants if a.is_adult for index in a.hetu_indexes]
    slots = Applicant.objects.filter(hetu_index__in=codes, birth_date__lte=dates.youngest_adult_born(on=dates.today()))
    return Application.objects.filter(state__in=OPEN, current__in=slots.values("version")).exclude(pk=application.pk)


def _lock(application: Application) -> tuple[Application, list[Application]]:
    """Lock the application together with those it would replace, always in one order (R9).

    Two applications of the same adults, confirmed in the same second, meet here: the later one reads that it
    has been replaced. The rivals are looked up unlocked; were this application changed in between, its digest
    is another one.
    """
    keys = [application.pk, *rivals_of(application).values_list("pk", flat=True)]
    locked = {a.pk: a for a in Application.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
    own = locked.pop(application.pk)
    # Read with their people only now, when nobody else can change them.
    rivals = Application.objects.with_people().filter(pk__in=locked, state__in=OPEN) if locked else []
    return own, list(rivals)


def _read(locked: Application) -> list[Applicant]:
    """Read the applicants of the current version and their confirmations, once nobody else can change them."""
    applicants = Applicant.objects.with_confirmation().filter(version=locked.current_id).order_by("position")
    return list(applicants.select_related("version").defer("version__content", "hetu"))
