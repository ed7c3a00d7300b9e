"""How people in an application are reached: corrected here by those whom they concern, given by the housing system.

A change that the housing system sends leaves what was corrected here, unless it brings something newer (J2.4, J8).
"""

import datetime as dt
import hashlib
from collections.abc import Sequence

from django.db.models import Q
from django.utils import timezone

from applications.models import OPEN, Applicant, Application
from applications.trail import ApplicationEvent, record_events
from core.actors import Actor, Source
from identity.enums import Language
from mailing import outbox
from mailing.models import Letter
from records.enums import Event
from records.names import applicant_subject

DETAILS = ("email", "phone", "language")
DIGEST_LENGTH = 32  # characters of hex
NOTHING_GIVEN = "-"  # of a person whom the housing system has not told of before


def write_contact_details(
    slot: Applicant, application: Application, *, email: str, phone: str, language: Language, by: Actor
) -> None:
    """Store how to reach a person of a locked application, as store_contact_details() does, and record it.

    The trail says which of the details changed, and not to what.
    """
    changed = store_contact_details(slot, application, email=email, phone=phone, language=language, by=by)
    if changed:
        facts: dict[str, str | int | bool] = dict.fromkeys(changed, True)
        record_events(application, ApplicationEvent(Event.CONTACT_DETAILS_CHANGED, slot, facts | way_of(by)), by=by)


def store_contact_details(
    slot: Applicant, application: Application, *, email: str, phone: str, language: Language, by: Actor
) -> list[str]:
    """Store how to reach a person of a locked application, and wake the clock for it. Returns what changed.

    What waits for a former address goes to the present one (ADR 52).
    """
    wanted = {"email": email, "phone": phone, "language": language}
    changed = [field for field, value in wanted.items() if getattr(slot, field) != value]
    if by.source != Source.HOUSING_SYSTEM or email != slot.email:
        slot.held_at = None
    slot.email, slot.phone, slot.language = email, phone, language
    if changed:
        slot.contact_corrected_at = timezone.now()
    slot.save(update_fields=[*wanted, "held_at", "contact_corrected_at"])
    # A person who had no address until now is reminded from now on.
    Application.objects.filter(current=slot.version_id, state__in=OPEN).update(due_at=timezone.now())
    if {"email", "language"} & {*changed}:
        readdress(slot, application)
    return changed


def readdress(slot: Applicant, application: Application) -> None:
    """Let what waits for this person about the application go to their present address, in their language.

    An invitation does not move: at another address the person is invited anew, and the former link ends (R13).
    """
    same = Applicant.objects.same_person(slot).filter(version__application=application.pk)
    subjects = [applicant_subject(key) for key in same.values_list("pk", flat=True)]
    own = Letter.objects.filter(about=application.reference, recipient__in=subjects)
    outbox.readdress(own.exclude(~Q(to=slot.email), message="invitation"), to=slot.email, language=slot.language)


def readdress_changed(former: Sequence[Applicant], application: Application) -> None:
    """Do so for those of a former version who still apply, and whose address or language the present one changed."""
    for slot in application.version.applicants.all():
        before = next((each for each in former if each.is_same_person(slot)), None)
        if before is not None and (before.email, before.language) != (slot.email, slot.language):
            readdress(slot, application)


def way_of(by: Actor) -> dict[str, str | int | bool]:
    """Return how an applicant was identified: what an account did is shown before its check is undone (C5)."""
    return {"method": by.how} if by.how else {}


def remember_given(slots: Sequence[Applicant], application: Application) -> None:
    """Keep in new slots, not yet stored, a digest of each detail that the housing system gives with them."""
    for slot in slots:
        slot.given_details = " ".join(_digest(application.pk, getattr(slot, name)) for name in DETAILS)


def keep_corrected_details(
    slots: Sequence[Applicant], application: Application, *, given_at: Sequence[dt.datetime | None], is_given: bool
) -> None:
    """Give the new slots of a changed application, not yet stored, the details that were corrected here (J2.4).

    What the housing system gives (`is_given`) as it gave it before stays as it was corrected. So does any other
    detail, unless it became known to its sender later: `given_at` says when, for each slot.
    """
    found = Applicant.objects.filter(version__application=application).order_by("-version__number")
    former = list(found.select_related("version").defer("version__content", "hetu"))
    for slot, at in zip(slots, given_at, strict=True):
        latest = next((each for each in former if slot.is_same_person(each)), None)
        if latest is not None:
            keep_corrected(slot, latest, given_at=at, is_given=is_given)


def keep_corrected(slot: Applicant, latest: Applicant, *, given_at: dt.datetime | None, is_given: bool) -> None:
    """Do for one slot what keep_corrected_details() does; `latest` is what was stored of the same person."""
    if not is_given:
        slot.given_details = latest.given_details
    before = latest.given_details.split() if is_given else []
    given = slot.given_details.split()
    application, corrected_at = latest.version.application_id, latest.contact_corrected_at
    is_older = corrected_at is not None and (given_at is None or given_at <= corrected_at)
    for number, name in enumerate(DETAILS):
        former = before[number] if before else NOTHING_GIVEN
        is_repeated = former == _digest(application, getattr(slot, name))
        is_corrected = former != _digest(application, getattr(latest, name))
        if is_repeated or (is_corrected and is_older):
            setattr(slot, name, getattr(latest, name))
            slot.contact_corrected_at = corrected_at
            if is_given:  # what does not count now is not what a later repetition is compared with
                given[number] = former
    slot.given_details = " ".join(given)


def _digest(application: int, detail: str) -> str:
    """Return by what a detail that was given is known again, shortly.

    Without a key: whoever reads the row reads contact details anyway. They could guess one given before, at most.
    """
    return hashlib.sha256(f"{application}\n{detail}".encode()).hexdigest()[:DIGEST_LENGTH]
