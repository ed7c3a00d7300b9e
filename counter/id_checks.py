"""Checks of an identity document at the counter (C2–C6): recording, deciding on and undoing them."""

import uuid

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import confirmation, learned_codes, letters, protection, reading, recorded_acts, rivals
from applications.enums import CheckStatus, CodeOnDocument, PendingReason
from applications.models import OPEN, Applicant, Application, IdCheck, IdCheckQuerySet
from applications.trail import ApplicationEvent, record_events
from core import crypto
from core.actors import Actor, acting_staff
from core.refusals import Refused
from core.transactions import atomically
from counter import code_comparison
from counter.models import Counter, DocumentType, SecondLook, Undoing
from identity import accounts
from records.enums import Event


class CannotCheck(Refused):
    """Nothing was recorded."""


class CannotCheckEnded(CannotCheck):
    message = _("This application has ended. Nothing was recorded. A new application is needed.")


class SlotChanged(CannotCheck):
    """The slot is no longer what the adviser saw (R6)."""

    message = _("The application has changed in the meantime. Nothing was recorded. Look at the application again.")


class AlreadyChecked(CannotCheck):
    """Another adviser, or a second click."""

    message = _("The identity of this person has already been checked today. Nothing more was recorded.")


class CheckFirst(Refused):
    """There is no sound check of today on which an act of the person could rest."""

    message = _("Check the identity of the person first. Nothing was recorded.")


class SecondLookWaits(Refused):
    """What one adviser doubts, another one does not simply pass, in whichever application (C4)."""

    message = _(
        "A check of this person is waiting for a second review. Nothing was done. A colleague must decide on it first."
    )


class CannotCheckUnder18(CannotCheck):
    """Nothing that rests on a check is for somebody under 18 (R2)."""

    message = _(
        "This person is under 18. The application is not waiting for their confirmation. Nothing was recorded."
    )


class DocumentExpired(CannotCheck):
    message = _("The document has expired. Ask for another one.")


class NotAccepted(CannotCheck):
    """The operator has not switched this type of document on (C3)."""

    message = _("This type of document is not accepted. Ask for another document.")


class BasisExpired(CannotCheck):
    message = _("The right to act for somebody else has expired.")


class BasisWithoutEnd(CannotCheck):
    """A right to act has an end, or a document that says that it has none (C6)."""

    message = _("Enter the last day of the right to act, or tick the box if it has no end date. Do not do both.")


class DocumentWithoutEnd(CannotCheck):
    message = _("Enter the last day of validity of the document, or tick the box if it has none. Do not do both.")


class CodeNeedsHolder(CannotCheck):
    """A guardian or proxy does not say by which code somebody else acts from now on (C6)."""

    message = _("A personal identity code is recorded only when its holder is here. Leave it empty.")


class NoteMissing(CannotCheck):
    message = _("Write a note: what is in doubt, or why you accept this document.")


class CannotDecide(Refused):
    """Nothing was decided."""


class CheckNotWaiting(CannotDecide):
    message = _("This check is no longer waiting for a second review.")


class OwnCheck(CannotDecide):
    """Somebody else decides (C4)."""

    message = _("You made this check yourself. Somebody else will decide on it.")


class NeedsSupervisor(CannotDecide):
    """C3, and what was entered from paper (ADR 44)."""

    message = _("Only a supervisor can decide on this check.")


class CannotUndo(Refused):
    """Nothing was undone."""


class AlreadyUndone(CannotUndo):
    message = _("This check has already been undone.")


def record(
    check: IdCheck,
    *,
    applicant: Applicant,
    digest: str,
    code: str,
    is_doubtful: bool,
    by: Actor,
    has_changed: bool = False,
) -> IdCheck:
    """Store a check of the adult in this slot of an open application, and return it (C2).

    Whoever has confirmed or declined comes back for an account, or to renew or withdraw (J5, R7, R11).
    `digest` names the version that the adviser saw, `code` is the personal identity code as typed from the document:
    whole or its last four characters, empty if it bears none. A doubtful check waits for a second look, and so does
    one of a document that needs a supervisor's note or bears no code, and one beside another that waits (C3, C4).
    The whole code of a document is recorded if the slot has none, or, where `has_changed` says so, another one (R3).
    Raises CannotCheck, code_comparison.CannotCompare and learned_codes.CannotLearn.
    """
    # In a transaction of its own: a wrong try stays in the trail, though nothing else is recorded.
    compared = code_comparison.compare_code(applicant, typed=code, by=by, has_changed=has_changed)
    check.code_on_document = compared or ""
    new_code = code_comparison.whole_code(code) if check.brings_code else ""
    return _record_compared(
        check, applicant=applicant, digest=digest, new_code=new_code, is_doubtful=is_doubtful, by=by
    )


@atomically
def _record_compared(
    check: IdCheck, *, applicant: Applicant, digest: str, new_code: str, is_doubtful: bool, by: Actor
) -> IdCheck:
    application = _lock_applications(applicant)
    slot = next((a for a in application.applicants if a == applicant), None)
    if not application.is_open:
        raise CannotCheckEnded
    if slot is None or application.version.digest != digest:
        raise SlotChanged
    if slot.hetu != applicant.hetu:  # another adviser has recorded a code since this one was compared
        raise AlreadyChecked if slot.hetu == new_code else SlotChanged
    check.checked_at = check.checked_at if check.entered_at else timezone.now()
    _check_slot(slot, check, by, is_doubtful=is_doubtful)
    kind = DocumentType.objects.get(code=check.document_type)
    _check_document(check, kind)
    if check.brings_code and check.representative:
        raise CodeNeedsHolder
    check.applicant, check.adviser = slot, acting_staff(by)
    check.place = Counter.only().street_fi
    check.account_key = None if check.representative else uuid.uuid4()
    check.pending_reason = _pending_reason(check, kind, slot, by, is_doubtful=is_doubtful, new_code=new_code)
    if (check.pending_reason or kind.needs_note or check.document_has_no_end) and not check.note:
        raise NoteMissing
    check.save(force_insert=True)
    _record_check(check, application, by)
    if check.brings_code:
        learned_codes.keep_code(check, code=new_code)
        if not check.pending_reason:
            learned_codes.bring_together(check, by=by)
    return check


def _record_check(check: IdCheck, application: Application, by: Actor) -> None:
    facts: dict[str, str | int | bool] = {
        "id_check": check.pk,
        "document": check.document_type,
        "outcome": check.pending_reason or str(CheckStatus.SOUND),
        "representative": check.representative,
        **check.paper_facts,
    }
    record_events(application, ApplicationEvent(Event.CHECK_RECORDED, check.applicant, facts), by=by)


def _lock_applications(applicant: Applicant) -> Application:
    """Lock every open application of this person, and return the one of the slot with its people.

    So two advisers who check the person in two applications in the same second see each other's doubt.
    """
    own = applicant.version.application_id
    same = [slot.version.application for slot in protection.slots_of_person(applicant)]
    reading.lock_several({own, *(each.pk for each in same if each.state in OPEN)})
    return reading.application(own)


@atomically
def decide(check: IdCheck, *, accepted: bool, reason: str, by: Actor) -> SecondLook:
    """Take the second look at a check that waits (C3, C4). Raises CannotDecide, and learned_codes.CannotLearn.

    A code that the document bore takes effect with an accepted check (R3).
    """
    # The earlier checks of the person that wait, before this one and before the trail as by erasing. Not those from
    # paper: no later check does what was signed there.
    before = waiting_checks(check.applicant).filter(pk__lt=check.pk, entered_at=None).order_by("pk")
    earlier = [_lock_check(each) for each in (before if accepted else [])]
    locked = _lock_check(check)
    if locked.status != CheckStatus.WAITING:
        raise CheckNotWaiting
    staff = acting_staff(by)
    if locked.adviser_id == staff.pk:
        raise OwnCheck
    # C3: the doubt of an adviser does not take the place of a supervisor's note.
    needs_supervisor = locked.is_for_supervisor or (
        accepted
        and not locked.adviser.has_perm("counter.decide_check")
        and DocumentType.objects.get(code=locked.document_type).needs_note
    )
    if needs_supervisor and not staff.has_perm("counter.decide_check"):
        raise NeedsSupervisor
    if accepted and locked.paper_wish:  # before their chains in the trail, as by confirming
        sent = locked.applicant.version.application
        reading.lock_several({sent.pk, *rivals.rivals_of(sent).values_list("pk", flat=True)})
    look = SecondLook.objects.create(check_made=locked, accepted=accepted, reason=reason, by=staff, at=timezone.now())
    event = Event.CHECK_ACCEPTED if accepted else Event.CHECK_REJECTED
    _record_check_event(locked, event, by)
    if accepted:
        _settle(earlier, reason=reason, by=by)
        learned_codes.bring_together(locked, by=by)
    else:
        learned_codes.drop_code(locked)
    if not (accepted and locked.paper_wish):  # otherwise paper_day.py tells what became of it
        letters.second_look_taken(locked, accepted=accepted)
    return look


def _settle(earlier: list[IdCheck], *, reason: str, by: Actor) -> None:
    """Settle the earlier checks of the person that still wait: they came back with a better document (C4)."""
    for locked in earlier:
        if locked.status == CheckStatus.WAITING:
            SecondLook.objects.create(
                check_made=locked,
                accepted=False,
                superseded=True,
                reason=reason,
                by=acting_staff(by),
                at=timezone.now(),
            )
            _record_check_event(locked, Event.CHECK_SETTLED, by)
            learned_codes.drop_code(locked)


@atomically
def undo(check: IdCheck, *, reason: str, by: Actor) -> list[Application]:
    """Undo a check, and the account, confirmations, declining and code that rest on it (C5). Raises AlreadyUndone.

    Returns the applications that wait again. Everybody concerned is told.
    """
    locked = _lock_check(check)
    if locked.status == CheckStatus.UNDONE:
        raise AlreadyUndone
    # Applications before accounts, and both before their chains in the trail, in the order of confirming and issuing.
    resting = confirmation.resting_on(locked).values_list("applicant__version__application", flat=True)
    bearing = locked.slots_with_its_code.values_list("version__application", flat=True)
    reading.lock_several({locked.applicant.version.application_id, *resting, *bearing})
    has_code = bool(bearing)
    # Locked before it is closed: an account that was moved meanwhile rests on another check, and stays.
    closed = list(learned_codes.accounts_resting_on(locked).select_for_update(of=("self",)))
    Undoing.objects.create(check_made=locked, reason=reason, by=acting_staff(by), at=timezone.now())
    _record_check_event(locked, Event.CHECK_UNDONE, by)
    for account in closed:
        accounts.close(account)
        _record_check_event(locked, Event.ACCOUNT_CLOSED, by)
    waiting = confirmation.undo(locked, by=by)
    is_told = recorded_acts.undo_acts(locked, by=by)
    # Otherwise they would go on waiting for a decision.
    if (locked.pending_reason or has_code) and not (closed or waiting or is_told):
        letters.second_look_taken(locked, accepted=False)
    return waiting


def waiting_checks(applicant: Applicant) -> IdCheckQuerySet:
    """Return the checks that wait about whoever may be this person, in any application and version (C4)."""
    return IdCheck.objects.waiting().filter(applicant__in=protection.slots_of_person(applicant))


def doubted_checks(applicant: Applicant) -> IdCheckQuerySet:
    """Return those of them that are doubted: what one adviser doubts, no other one simply passes (C4)."""
    return waiting_checks(applicant).exclude(pending_reason=PendingReason.PAPER)


def made_today(applicant: Applicant) -> IdCheck | None:
    """Return the latest sound check of this slot that was made today, or None."""
    return next((check for check in _today(applicant) if check.is_sound), None)


def lock_made_today(applicant: Applicant) -> IdCheck:
    """Return the sound check of this slot that was made today, locked: what the person does here rests on it.

    Raises CheckFirst and SecondLookWaits.
    """
    made = made_today(applicant)
    check = lock_sound(made) if made else None
    if check is None:
        raise CheckFirst
    return check


def lock_sound(check: IdCheck) -> IdCheck | None:
    """Return the check, locked and read again, or None if it is not sound any more. Raises SecondLookWaits."""
    locked = _lock_check(check)
    if doubted_checks(locked.applicant).exclude(pk=locked.pk).exists():
        raise SecondLookWaits
    return locked if locked.is_sound else None


def _today(applicant: Applicant) -> list[IdCheck]:
    return list(IdCheck.objects.with_outcome().of_today().filter(applicant=applicant).order_by("-pk"))


def _check_slot(slot: Applicant, check: IdCheck, by: Actor, *, is_doubtful: bool) -> None:
    if not slot.is_adult:
        raise CannotCheckUnder18
    if check.entered_at:
        forms = IdCheck.objects.on_paper().filter(applicant=slot)
        is_repeated = forms.waiting().exists() or forms.sound().filter(checked_at=check.checked_at).exists()
    else:
        # A doubt is heard beside what another adviser found certain today, and so is a code that was not seen then.
        is_news = is_doubtful or check.brings_code
        is_repeated = any((made.is_sound and not is_news) or _is_same(made, check, by) for made in _today(slot))
    if is_repeated:
        raise AlreadyChecked


def _is_same(made: IdCheck, check: IdCheck, by: Actor) -> bool:
    """Tell whether a check that waits is being sent a second time (R12): it names the same document."""
    same = ("document_type", "country", "document_valid_until")  # two without an end are alike, too
    is_by_them = made.status == CheckStatus.WAITING and made.adviser_id == acting_staff(by).pk
    return is_by_them and all(getattr(made, name) == getattr(check, name) for name in same)


def _check_document(check: IdCheck, kind: DocumentType) -> None:
    if not kind.is_on:
        raise NotAccepted
    if (check.document_valid_until is None) != check.document_has_no_end:
        raise DocumentWithoutEnd
    day = timezone.localdate(check.checked_at)
    if check.document_valid_until and check.document_valid_until < day:
        raise DocumentExpired
    if check.basis_valid_until and check.basis_valid_until < day:
        raise BasisExpired
    if check.representative and (check.basis_valid_until is None) != check.basis_has_no_end:
        raise BasisWithoutEnd


def _pending_reason(
    check: IdCheck, kind: DocumentType, slot: Applicant, by: Actor, *, is_doubtful: bool, new_code: str
) -> str:
    if is_doubtful or not check.picture_matches:
        return PendingReason.DOUBT
    if kind.needs_note and not acting_staff(by).has_perm("counter.decide_check"):
        return PendingReason.TYPE
    if check.code_on_document == CodeOnDocument.ABSENT:
        return PendingReason.NO_CODE
    # It says who may act in the slot from now on. Without a code the name is what tells who applies.
    if check.code_on_document == CodeOnDocument.CHANGED or (check.brings_code and not check.name_matches):
        return PendingReason.NEW_CODE
    if check.entered_at:
        return PendingReason.PAPER
    by_code = IdCheck.objects.waiting().filter(applicant__hetu_index__in=crypto.indexes(new_code) if new_code else [])
    return PendingReason.ANOTHER if doubted_checks(slot).exists() or by_code.exists() else ""


def _lock_check(check: IdCheck) -> IdCheck:
    # The key is not locked: confirming by an account locks the application first, and then refers to the check.
    IdCheck.objects.select_for_update(no_key=True).get(pk=check.pk)
    return (
        IdCheck.objects.with_outcome()
        .select_related("applicant__version__application")
        .defer("applicant__version__content")
        .get(pk=check.pk)
    )


def _record_check_event(check: IdCheck, event: Event, by: Actor) -> None:
    happened = ApplicationEvent(event, check.applicant, {"id_check": check.pk})
    record_events(check.applicant.version.application, happened, by=by)
