"""Changing an application, removing somebody from it, renewing it unchanged, and withdrawing it."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import (
    announcing,
    contact_details,
    dates,
    intake,
    invitations,
    letters,
    present,
    protection,
    reading,
    rivals,
    states,
)
from applications.contact_details import DETAILS
from applications.document import Document, InvalidDocument, Stored, canonical
from applications.document import check as check_document
from applications.enums import ChangedIn, State, Transition
from applications.models import Applicant, Application, IdCheck, Version
from core.actors import Actor
from core.refusals import Refused
from core.transactions import atomically
from identity.enums import Language
from identity.people import acting_person
from mailing import outbox


class CannotChange(Refused):
    """Nothing was changed."""


class CannotChangeEnded(CannotChange):
    """An ended application cannot be changed, renewed or withdrawn: a new one is needed (R8)."""

    message = _("This application has already ended. Nothing was changed.")


class EditedElsewhere(CannotChange):
    """People edit this application only in the service of its housing system (J6.4)."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.message = _(
            "You can edit this application only in another service, %(name)s. Nothing was changed here."
        ) % {"name": name}


class EditedOnlyHere(CannotChange):
    """People edit this application only in this service, so its housing system changes nothing in it (J6.4)."""


class NotLatest(CannotChange):
    """Somebody else changed the application first."""

    message = _("Somebody else has edited the application in the meantime.")


class MustConfirmFirst(CannotChange):
    """Only somebody who has confirmed a valid application may renew it (R7)."""

    message = _("Only an applicant who has confirmed the application can renew it, and only while it is valid.")


class MustConfirmToo(CannotChange):
    """Somebody has turned 18 since it became valid: they confirm before it is renewed (R2, ADR 4)."""

    message = _("One of the applicants has turned 18. The application can be renewed when they have confirmed it too.")


class NothingGained(CannotChange):
    """The application would not be valid any longer, so nobody is told of it (R7)."""

    message = _("The application is already valid for as long as it can be. Renew it later.")


class NotAnAdultApplicant(CannotChange):
    """Only an adult who applies may change or withdraw the application (R11)."""

    message = _("Only an adult applicant can edit or withdraw the application.")


class CannotRemove(CannotChange):
    """Only the main applicant removes somebody, and only a co-applicant whom the application waits for (R10)."""

    message = _(
        "Only the main applicant can remove a co-applicant, and only while the application is waiting for that person."
    )


class Unchanged(CannotChange):
    """The application already says what was sent."""

    message = _("You have not changed anything, so nothing was sent. Nobody has to confirm the application again.")


@atomically
def put(application: Application, document: Document, *, tag: str, by: Actor) -> Version:
    """Put the housing system's document in the place of the present one, named by its present.tag() or digest (J8).

    Where the content is the same, nothing falls: only contact details that are new are stored. A document that changes
    nothing at all is never too late. Returns the version that counts now. Raises InvalidDocument, CannotChangeEnded,
    EditedOnlyHere or NotLatest.
    """
    locked = _lock_open(application.pk)
    is_latest = tag in {locked.version.digest, present.tag(locked)}
    is_same = _is_same(document, locked)
    try:
        check_document(document, is_new=False)
    except InvalidDocument as faulty:  # what is stored already is not refused again
        if not is_same or any(place.endswith("/contact_details_at") for place, _fault in faulty.faults):
            raise
    if is_same:
        _take_details(locked, document, is_latest=is_latest, by=by)
        return locked.version
    if locked.origin and locked.origin.changed_in == ChangedIn.HERE:
        raise EditedOnlyHere
    if not is_latest:
        raise NotLatest
    return _change(locked, document, by=by)


@atomically
def edit(application: Application, document: Document, *, digest: str, by: Actor) -> Version:
    """Change an application as one of its adult applicants wishes.

    If somebody has declined it, it may be sent as it is: in the new version they can confirm (R10).
    Raises NotAnAdultApplicant, Unchanged, CannotChangeEnded, EditedElsewhere and NotLatest.
    """
    locked = _lock_open(application.pk)
    check_edited_here(locked)
    own = _own_slot(locked, by)
    if own is None or not own.is_adult:
        raise NotAnAdultApplicant
    if locked.version.digest != digest:
        raise NotLatest
    if _is_same(document, locked) and not any(applicant.declined_at for applicant in locked.applicants):
        raise Unchanged
    return _change(locked, document, by=by)


@atomically
def remove(applicant: Applicant, *, digest: str, by: Actor) -> Version:
    """Remove a co-applicant whom the application waits for; all the others confirm again (R6, R10).

    Raises CannotRemove for anybody but the main applicant, CannotChangeEnded, EditedElsewhere and NotLatest.
    """
    locked = _lock_open(applicant.version.application_id)
    check_edited_here(locked)
    if locked.version.digest != digest or locked.current_id != applicant.version_id:
        raise NotLatest
    own = _own_slot(locked, by)
    if own is None or not own.is_main or not can_be_removed(locked.applicants[applicant.position], locked):
        raise CannotRemove
    document = present.document(locked.version)
    others = [one for n, one in enumerate(document.co_applicants, 1) if n != applicant.position]
    return _change(locked, document.model_copy(update={"co_applicants": others}), by=by)


def check_edited_here(application: Application) -> None:
    """Raise EditedElsewhere if people edit this application only in another service (J6.4)."""
    if application.edited_elsewhere:
        raise EditedElsewhere(application.edited_elsewhere.name)


def can_be_removed(applicant: Applicant, application: Application) -> bool:
    """Tell whether the main applicant may remove somebody: who declined, or does not answer."""
    return application.status == State.AWAITING and not applicant.is_main and applicant.must_confirm


def _change(locked: Application, document: Document, *, by: Actor) -> Version:
    """Make a new version; all confirmations fall, and 90 days start (R5, R6)."""
    now, former = timezone.now(), locked.applicants
    locked.current = intake.write_version(locked, document, number=locked.version.number + 1, at=now, by=by)
    locked.valid_until = dates.valid_until(now)
    states.transition(locked, Transition.CHANGED, by=by, at=now)
    contact_details.readdress_changed(former, locked)
    announcing.announce([locked], by=by, former=former)
    return locked.current


@atomically
def renew(application: Application, *, by: Actor, check: IdCheck | None = None) -> None:
    """Start another 90 days for a valid application; its confirmations still count, and all are told (R7).

    It replaces the other valid applications of its adults (R9). A second click changes nothing. Staff act for the
    person of a sound `check`, which the caller has locked. Raises what may_renew() raises, and NotLatest if the check
    is of another version.
    """
    locked, others = rivals.lock_with_rivals(application)
    if not locked.is_open:
        raise CannotChangeEnded
    try:
        own = may_renew(locked, _acting_slot(locked, by, check))
    except NothingGained:
        today = locked.changes.filter(transition=Transition.RENEWED, at__gte=dates.start_of_today())
        if today.exists():  # by a first click, or by one of the others at this moment (R12)
            return
        raise
    now = timezone.now()
    locked.valid_until = dates.valid_until(now)
    states.transition(locked, Transition.RENEWED, by=by, at=now, check=check)
    rivals.replace_rivals((other for other in others if other.is_valid), by=by, at=now)
    letters.renewed(own, locked, check=check)


def may_renew(application: Application, own: Applicant | None) -> Applicant:
    """Return the slot of somebody who gains time by renewing this application now (R7).

    Raises NothingGained and what may_renew_once_it_gains() raises.
    """
    renewing = may_renew_once_it_gains(application, own)
    if not application.gains_by_renewal:
        raise NothingGained
    return renewing


def may_renew_once_it_gains(application: Application, own: Applicant | None) -> Applicant:
    """Return the slot of somebody who can renew this application from the day on which that gains time (R7).

    Raises CannotChangeEnded, MustConfirmFirst or MustConfirmToo.
    """
    if not application.is_open:
        raise CannotChangeEnded
    if application.state != State.VALID or own is None or not own.confirmed:
        raise MustConfirmFirst
    if application.waits_for:
        raise MustConfirmToo
    return own


@atomically
def withdraw(application: Application, *, by: Actor, check: IdCheck | None = None) -> None:
    """End an application that one of its adult applicants, or the housing system, withdraws; all are told (R11).

    Staff act for the person of a sound `check`, which the caller has locked. Raises CannotChangeEnded,
    NotAnAdultApplicant, and NotLatest if the check is of another version.
    """
    locked = _lock_open(application.pk)
    own = _acting_slot(locked, by, check)
    if check or acting_person(by):
        check_withdrawable(locked, own)
    states.transition(locked, Transition.WITHDRAWN, by=by, at=timezone.now(), check=check)
    outbox.queue_letters(*letters.ended(locked, who=own, check=check))


def check_withdrawable(application: Application, own: Applicant | None) -> None:
    """Raise CannotChangeEnded or NotAnAdultApplicant if this applicant cannot withdraw the application now (R11)."""
    if not application.is_open:
        raise CannotChangeEnded
    if own is None or not own.is_adult:
        raise NotAnAdultApplicant


def _take_details(locked: Application, document: Document, *, is_latest: bool, by: Actor) -> None:
    """Store what a document with the same content brings anew: contact details, and marks of non-disclosure."""
    slots = intake.new_slots(document, locked.version)
    contact_details.remember_given(slots, locked)
    pairs = list(zip(locked.applicants, slots, strict=True))
    for (own, new), said in zip(pairs, document.applicants, strict=True):
        contact_details.keep_corrected(new, own, given_at=said.contact_details_at, is_given=True)
    moved = [(own, new) for own, new in pairs if any(getattr(own, name) != getattr(new, name) for name in DETAILS)]
    marked = [own for own, new in pairs if new.protected and not own.protected]
    if (moved or marked) and not is_latest:
        raise NotLatest
    for own, new in pairs:
        if own.given_details != new.given_details:
            own.given_details = new.given_details
            own.save(update_fields=["given_details"])
    for own, new in moved:
        language = Language(new.language)
        invitations.correct_details(own, locked, email=new.email, phone=new.phone, language=language, by=by)
    protection.lock_born([own.birth_date for own in marked], is_changing=True)  # all at once, in one order
    for own in marked:
        protection.set_mark(own, protected=True, by=by)


def _lock_open(key: int) -> Application:
    locked = reading.locked(key)
    if not locked.is_open:
        raise CannotChangeEnded
    return locked


def _own_slot(application: Application, by: Actor) -> Applicant | None:
    """Return the slot of whoever acts; None for staff, for the housing system, and for people who do not apply."""
    person = acting_person(by)
    try:
        return application.applicant_of(person) if person else None
    except Applicant.DoesNotExist:
        return None


def _acting_slot(application: Application, by: Actor, check: IdCheck | None) -> Applicant | None:
    """Return the slot of whoever acts, or of the person whose identity was checked, in the version of the check."""
    if check is None:
        return _own_slot(application, by)
    for applicant in application.applicants:
        if applicant.pk == check.applicant_id:
            return applicant
    raise NotLatest  # a check holds for the version that the adviser saw (C2)


def _is_same(document: Document, application: Application) -> bool:
    """Tell whether a document says of an application what was sent, or what is known of it here since."""
    said, sent, known = (
        _facts(content)
        for content in (
            canonical(document),
            application.version.content or "",
            canonical(present.known_document(application)),
        )
    )
    # Of each person either is the same: a code that was learned here, or what their sender knows.
    people = [[facts.pop("main_applicant"), *facts.pop("co_applicants")] for facts in (said, sent, known)]
    return (
        said == sent
        and len(people[0]) == len(people[1])
        and all(one in others for one, *others in zip(*people, strict=True))
    )


def _facts(content: str) -> dict[str, Any]:
    """Return a content in a form that is the same however its sums are written and what has no order is ordered."""
    facts = Stored.model_validate_json(content).model_dump()
    need, wishes = facts["content"]["need"], facts["content"]["wishes"]
    for part, name in ((need, "reasons"), (wishes, "flat_types"), (wishes, "features")):
        part[name] = sorted(part[name])
    facts["others_moving_in"].sort(key=str)
    return facts
