"""Personal identity codes that the counter learns from documents, of people who applied without one or by another.

A version is never changed (R6), so its content keeps what was sent. The slot bears the code that is known by now, and
names the ID check by which it was learned. So whatever finds people by their code finds this slot too: pages, rivals,
marks of non-disclosure, what is held about somebody. Whoever had no code is brought together with the slots of their
application, and whoever had another one with all their applications. Undoing the check gives each slot back what its
version says (C5).
"""

from collections.abc import Iterable, Iterator, Sequence

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import dates, letters, protection, reading
from applications.document import Human, Stored
from applications.models import Applicant, ApplicantQuerySet, Application, IdCheck, LearnedCode
from applications.trail import ApplicationEvent, record_events
from core import crypto, hetu
from core.actors import Actor
from core.compiled import Compiled
from core.refusals import Refused
from identity import people
from identity.models import Account, Person
from records import append_only
from records.enums import Event

CODE = ["hetu", "hetu_index", "birth_date", "code_check"]  # the columns of a slot that a learned code changes


class CannotLearn(Refused):
    """No code was recorded."""


class TwiceInApplication(CannotLearn):
    message = _("Somebody else in this application has this personal identity code. Nothing was recorded.")


class AnotherBirthDate(CannotLearn):
    """It is the birth date, beside the name, that tells who applies where there is no code (C7)."""

    message = _(
        "The date of birth in this code is not the same as in the application. Nothing was recorded. Read it again "
        "from the document. If it is right, this may be another person. If not, somebody must first edit the "
        "application."
    )


class AgeMatters(CannotLearn):
    """With another birth date the application would have waited for other people than it did (R2)."""

    message = _(
        "According to the date of birth in this code, other people should have confirmed the application. Nothing "
        "was recorded. The application must be edited first."
    )


class HolderHasAnotherName(CannotLearn):
    """Anybody may write another's code beside a name of their own, and then bring their own document (R4)."""

    message = _(
        "The code in this application also belongs to somebody with another name. Therefore it cannot be replaced by "
        "another code. Nothing was recorded. The application must be edited first."
    )


class LearnedOtherwise(CannotLearn):
    """The slot has changed while the check waited."""

    message = _(
        "The application has changed. This person is no longer in it, or now has another personal identity code in "
        "it. Reject the check."
    )


def keep_code(check: IdCheck, *, code: str) -> LearnedCode:
    """Store the code that the document at a check bore and the slot does not, in its official form.

    It has no effect yet. The caller has locked the application. Raises CannotLearn.
    """
    slot = check.applicant
    learned = LearnedCode(
        id_check=check,
        hetu=code,
        hetu_index=crypto.indexes(code)[0],
        former_hetu=slot.hetu,
        former_hetu_index=crypto.indexes(slot.hetu)[0] if slot.hetu else None,
    )
    _check_learnable(learned, slot)
    learned.save(force_insert=True)
    return learned


def bring_together(check: IdCheck, *, by: Actor) -> None:
    """Let the code of a sound check take effect, if it brought one: from now on the person is found by it.

    Locks the applications in which they apply. Raises CannotLearn.
    """
    learned = LearnedCode.objects.select_for_update().filter(id_check=check, took_effect_at=None).first()
    if learned is None:
        return
    reading.lock_several(_applications_of(learned))
    born = {hetu.birth_date(code) for code in (learned.hetu, learned.former_hetu) if code}
    protection.lock_born(born, is_changing=True)
    reading.lock_several(_applications_of(learned))  # what was sent before it knew of this code
    slot = Applicant.objects.select_related("version").defer("version__content").get(pk=check.applicant_id)
    if slot.hetu == learned.hetu:  # by another check, or a change of the application
        drop_code(check)
        return
    if slot.hetu != learned.former_hetu:
        raise LearnedOtherwise
    _check_learnable(learned, slot)
    changed = list(_slots_of(learned).select_related("version__application").defer("version__content"))
    for each in changed:
        _set_code(each, learned.hetu or "", check)
    current = Applicant.objects.filter(version__current_of=slot.version.application_id)
    if not current.filter(hetu_index__in=crypto.indexes(learned.hetu or "")).exists():
        raise LearnedOtherwise
    check.applicant.refresh_from_db(fields=CODE)
    learned.took_effect_at = timezone.now()
    if learned.former_hetu:
        learned.holder, learned.other_holder = people.exchange_codes(learned.former_hetu, learned.hetu or "")
    learned.save(update_fields=["took_effect_at", "holder", "other_holder"])
    if changed:
        _record(changed, Event.CODE_LEARNED, check, by)
        holders = [each for each in (learned.holder, learned.other_holder) if each]
        closed = Account.objects.filter(user__person__in=holders, closed_at__gte=learned.took_effect_at)
        if closed.exists():  # one of two accounts, now that they are known to be one person's
            _record(changed, Event.ACCOUNT_CLOSED, check, by)
        protection.join_marks(changed[-1], by=by)
        letters.code_learned(check, has_changed=bool(learned.former_hetu))


def drop_code(check: IdCheck) -> None:
    """Forget the code of a check that was not accepted."""
    with append_only.permit():
        LearnedCode.objects.filter(id_check=check, took_effect_at=None).delete()


def take_back(check: IdCheck, *, by: Actor) -> list[Applicant]:
    """Give every slot that bears the code of a check what its version says, and return those slots (C5).

    The caller has locked their applications.
    """
    drop_code(check)
    learned = LearnedCode.objects.select_for_update().filter(id_check=check, ended_at=None).first()
    if learned is None:
        return []
    slots = list(check.slots_with_its_code.select_related("version__application"))
    for slot in slots:
        sent = Stored.model_validate_json(slot.version.content or "").applicants[slot.position]
        slot.birth_date = sent.born
        _set_code(slot, sent.hetu, None)
    check.applicant.refresh_from_db(fields=CODE)
    learned.ended_at = timezone.now()
    learned.save(update_fields=["ended_at"])
    if learned.holder and learned.former_hetu:
        people.restore_codes(learned.holder, learned.other_holder, former=learned.former_hetu, new=learned.hetu or "")
    _record(slots, Event.CODE_TAKEN_BACK, check, by)
    return slots


def given_by_code(check: IdCheck) -> Q:
    """Return the condition that a confirmation was given in a slot while it bore the code of this check."""
    learned = LearnedCode.objects.in_effect().filter(id_check=check).first()
    if learned is None:
        return Q(pk=None)
    return Q(applicant__code_check=check, confirmed_at__gte=learned.took_effect_at)


def accounts_resting_on(check: IdCheck) -> QuerySet[Account]:
    """Return the open accounts that rest on a check: issued on it, or to somebody known by the code learned by it."""
    resting = Q(id_check=check)
    learned = LearnedCode.objects.in_effect().filter(id_check=check).first()
    if learned is not None:
        resting |= Q(id_check__applicant__code_check=check, issued_at__gte=learned.took_effect_at)
    return Account.objects.filter(resting, closed_at=None).order_by("pk")


def keep_learned_codes(slots: Sequence[Applicant], application: Application) -> None:
    """Give the new slots of an application, not yet stored, the codes that were learned of these people (R3).

    The sender may not know of them: what comes in without the code, or with the former one, bears the code here all
    the same. Nobody gets the code of somebody else in it. The caller has called protection.lock_born().
    """
    taken = {slot.hetu for slot in slots}
    named = _LEARNED.rows(codes=[index for slot in slots for index in slot.hetu_indexes])
    unnamed = list(_learned_in(application)) if any(slot.hetu is None for slot in slots) else []
    for slot in slots:
        learned = _latest_for(slot, named, unnamed)
        if learned and learned.hetu not in taken:
            taken.add(learned.hetu)
            slot.hetu, slot.hetu_index = learned.hetu, crypto.indexes(learned.hetu or "")[0]
            slot.birth_date, slot.code_check = hetu.birth_date(learned.hetu or ""), learned.id_check
            protection.lock_born([slot.birth_date], is_changing=slot.protected)


def codes_with_a_successor(codes: Iterable[str]) -> set[str]:
    """Return those of these codes in whose place another one was learned of a person (R3)."""
    of_index = {index: code for code in codes for index in crypto.indexes(code)}
    found = LearnedCode.objects.in_effect().filter(former_hetu_index__in=of_index)
    return {of_index[index] for index in found.values_list("former_hetu_index", flat=True) if index}


def explains(slot: Applicant, sent: Human) -> bool:
    """Tell whether a slot that bears another code than was sent does so by a sound check of this very person."""
    learned = LearnedCode.objects.in_effect().filter(id_check=slot.code_check_id).first()
    if learned is None or slot.hetu is None or learned.hetu != slot.hetu:
        return False
    if slot.birth_date != hetu.birth_date(slot.hetu) or (sent.hetu is None and sent.born != slot.birth_date):
        return False
    application = slot.version.application_id
    return any(
        step.former_hetu == sent.hetu
        and (sent.hetu is not None or step.id_check.applicant.version.application_id == application)
        for step in _steps_to(learned)
    )


def _check_learnable(learned: LearnedCode, slot: Applicant) -> None:
    born = hetu.birth_date(learned.hetu or "")
    if slot.hetu is None and born != slot.birth_date:
        raise AnotherBirthDate
    current = Applicant.objects.filter(version__current_of=slot.version.application_id)
    others = current.filter(_bears(learned)).exclude(pk=slot.pk).defer("hetu")
    # In a later version they may bear it themselves.
    if any(slot.version_id == other.version_id or not protection.are_namesakes(slot, other) for other in others):
        raise TwiceInApplication
    if learned.former_hetu and not _is_of_one_name(learned.former_hetu, slot):
        raise HolderHasAnotherName
    if born == slot.birth_date:
        return
    first_sent = _slots_of(learned).order_by("version__created_at").values_list("version__created_at", flat=True)[:1]
    days = [timezone.localdate(at) for at in first_sent]
    if not all(dates.is_adult(each, on=day) for each in (born, slot.birth_date) for day in days):
        raise AgeMatters


def _is_of_one_name(code: str, slot: Applicant) -> bool:
    """Tell whether everybody who applies or was identified by a code has a name like that in the slot."""
    codes = crypto.indexes(code)
    slots = Applicant.objects.filter(hetu_index__in=codes).defer("hetu")
    holders = Person.objects.filter(hetu_index__in=codes).defer("hetu")
    return all(protection.are_named_alike(slot, each) for each in [*slots, *holders])


def _bears(learned: LearnedCode) -> Q:
    """Return the condition that a slot bears the code already, or goes back to it when another check is undone."""
    codes = crypto.indexes(learned.hetu or "")
    returns = Q(code_check__learned_code__former_hetu_index__in=codes)
    if learned.former_hetu:
        returns &= ~Q(hetu_index__in=crypto.indexes(learned.former_hetu))
    return Q(hetu_index__in=codes) | returns


def _slots_of(learned: LearnedCode) -> ApplicantQuerySet:
    """Return the slots that are to bear the code: in no version is it borne twice."""
    slot = learned.id_check.applicant
    found = Applicant.objects.exclude(version__in=Applicant.objects.filter(_bears(learned)).values("version"))
    found = found.order_by("version__application", "pk")
    if learned.former_hetu:
        return found.filter(hetu_index__in=crypto.indexes(learned.former_hetu))
    return found.filter(
        version__application=slot.version.application_id,
        hetu_index=None,
        birth_date=slot.birth_date,
        first_names=slot.first_names,
        last_name=slot.last_name,
    )


def _applications_of(learned: LearnedCode) -> set[int]:
    return set(_slots_of(learned).values_list("version__application", flat=True))


def _set_code(slot: Applicant, code: str | None, check: IdCheck | None) -> None:
    slot.hetu, slot.hetu_index, slot.code_check = code, crypto.indexes(code)[0] if code else None, check
    if code:
        slot.birth_date = hetu.birth_date(code)
    slot.save(update_fields=CODE)


def _record(slots: Iterable[Applicant], event: Event, check: IdCheck, by: Actor) -> None:
    """Record it once for each application, at the latest slot of the person."""
    latest = {slot.version.application_id: slot for slot in sorted(slots, key=lambda each: each.pk)}
    for _application, slot in sorted(latest.items()):
        record_events(slot.version.application, ApplicationEvent(event, slot, {"id_check": check.pk}), by=by)


# What was learned of whoever bears one of these codes, the latest last.
_LEARNED = Compiled(
    lambda codes: (
        LearnedCode.objects.in_effect()
        .filter(former_hetu_index__in=codes)
        .select_related("id_check")
        .select_for_update(of=("self",))  # so that the check is not undone before the slots are stored
        .order_by("took_effect_at", "pk")
    )
)


def _learned_in(application: Application) -> Iterator[tuple[Applicant, LearnedCode]]:
    """Yield the slots, the latest first, that bear a learned code of somebody who came without one."""
    slots = Applicant.objects.filter(version__application=application.pk, code_check__learned_code__ended_at=None)
    known = slots.filter(code_check__isnull=False).select_related("version", "code_check__learned_code")
    for slot in known.defer("version__content").order_by("-version__number"):
        learned = slot.code_check.learned_code if slot.code_check else None
        if learned and any(step.former_hetu is None for step in _steps_to(learned)):
            yield slot, learned


def _latest_for(
    slot: Applicant, named: Sequence[LearnedCode], unnamed: Sequence[tuple[Applicant, LearnedCode]]
) -> LearnedCode | None:
    """Return by what the present code of a person was learned; None if nothing was."""
    if slot.hetu is None:
        me = (slot.birth_date, slot.first_names, slot.last_name)
        same = (learned for each, learned in unnamed if (each.birth_date, each.first_names, each.last_name) == me)
        return next(same, None)
    indexes = slot.hetu_indexes
    learned = further = next((one for one in reversed(named) if one.former_hetu_index in indexes), None)
    while further:  # a code that was learned may have changed once more
        learned = further
        later = LearnedCode.objects.in_effect().filter(
            former_hetu_index__in=crypto.indexes(learned.hetu or ""), took_effect_at__gt=learned.took_effect_at
        )
        further = later.select_related("id_check").order_by("-took_effect_at").first()
    return learned


def _steps_to(learned: LearnedCode) -> Iterator[LearnedCode]:
    """Yield a learned code, and by what the codes before it were learned, undone since or not."""
    waiting, seen = [learned], {learned.pk}
    while waiting:
        step = waiting.pop()
        yield step
        if step.former_hetu:
            before = LearnedCode.objects.filter(
                hetu_index__in=crypto.indexes(step.former_hetu), took_effect_at__lt=step.took_effect_at
            ).exclude(pk__in=seen)
            found = list(
                before.select_related("id_check__applicant__version").defer("id_check__applicant__version__content")
            )
            seen.update(each.pk for each in found)
            waiting += found
