"""Erasing a person's data before its retention time is over, at their request and with a reason (R18).

Only data of ended applications, and only what is this person's alone, is erased (docs/adr/0003). An application goes
whole once every adult in it has been erased. Until then its content stays, for its digest is the evidence of what
the others confirmed; this person's contact details go, and so does everything by which staff find them.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from applications import application_removal, dates, deadlines, reading
from applications.models import Applicant, Application, IdCheck, belongs_to
from applications.trail import ApplicationEvent, record_events
from core.actors import Actor
from core.refusals import Refused
from core.transactions import atomically
from counter import day_figures, feedback
from identity import person_removal
from identity.models import Account, Person
from mailing import letter_removal
from mailing.models import Letter
from privacy import removal
from records.enums import Event
from records.names import account_subject, applicant_subject
from records.reading import entries_about


class CannotErase(Refused):
    """Nothing was erased."""


class StillOpen(CannotErase):
    message = _("This person still has an open application. Withdraw it first. Nothing was erased.")


@dataclass(frozen=True)
class Emptied:
    """An application that stays for the others in it, without this person's contact details, and until when."""

    application: Application
    kept_until: dt.date | None  # None while it is open without this person


@dataclass(frozen=True)
class Plan:
    """What erasing a person would do."""

    is_open: bool
    removed: list[Application]
    emptied: list[Emptied]

    @property
    def is_person_removed(self) -> bool:
        """Whether no application stays, so that the person's name, code, sign-in and accepted terms go too."""
        return not self.emptied


def plan_erasure(slot: Applicant) -> Plan:
    """Return what erasing the person in this slot would do now."""
    return _plan_for(_slots_of(slot))


@atomically
def erase_person(slot: Applicant, *, reason: str, by: Actor) -> Plan:
    """Erase what can be erased of the person in this slot, and return what was done. Raises StillOpen.

    `reason` goes into the trail of each of their applications.
    """
    people = _lock_everything(slot)
    for application in {each.version.application for each in _slots_of(slot)}:
        if application.state != application.status:  # its last day is over, and the clock has not been there yet
            deadlines.end(application)
    slots = _slots_of(slot)
    planned = _plan_for(slots)
    if planned.is_open:
        raise StillOpen
    latest = {each.version.application_id: each for each in slots}
    kept = {emptied.application.pk for emptied in planned.emptied}
    for key, last in latest.items():
        facts = {"reason": reason, "outcome": "emptied" if key in kept else "removed"}
        record_events(last.version.application, ApplicationEvent(Event.ERASED, last, facts), by=by)
    accounts = dict(Account.objects.filter(user__person__in=people).values_list("pk", "email"))
    # An address that was corrected since stands in the letters that went there.
    recipients = [*(applicant_subject(each.pk) for each in slots), *map(account_subject, accounts)]
    former = Letter.objects.filter(recipient__in=recipients).exclude(to="").values_list("to", flat=True)
    addresses = {*accounts.values(), *(each.email for each in slots), *former}
    letter_removal.remove_reports_on(addresses)
    feedback.remove_feedback_from(addresses)
    person_removal.remove_accounts(people, with_notices=True)
    application_removal.remove_drafts(people, latest)
    days = day_figures.days_of([application.pk for application in planned.removed])
    removal.remove_whole({application.pk: application.reference for application in planned.removed})
    day_figures.keep_anew(days)
    removal.remove_contact_details([each for each in slots if each.version.application_id in kept])
    removal.forget_people(application_removal.without_applications(people))
    return planned


def _lock_everything(slot: Applicant) -> list[Person]:
    """Lock everything of the person in this slot, and return the person: two rows if their code has changed.

    The order is that of the counter, so that neither waits for the other: a check comes first, then its person, the
    applications, and the account.
    """
    checks = IdCheck.objects.filter(applicant__in=_slots_of(slot)).order_by("pk")
    list(checks.select_for_update(no_key=True).values_list("pk"))
    known = Person.objects.filter(hetu_index__in=slot.hetu_indexes)
    keys = {
        key for each in known for key in Person.objects.filter(belongs_to(each, "pk")).values_list("pk", flat=True)
    }
    people = list(Person.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))
    reading.lock_several({each.version.application_id for each in _slots_of(slot)})
    list(Account.objects.select_for_update(of=("self",)).filter(user__person__in=people).values_list("pk"))
    return people


def _slots_of(slot: Applicant) -> list[Applicant]:
    """Return the person's slots, in every version of every application, the latest last."""
    found = Applicant.objects.same_person(slot).select_related("version__application").defer("version__content")
    return list(found.order_by("version__application", "version__number"))


def _plan_for(slots: list[Applicant]) -> Plan:
    found = {slot.version.application_id: slot.version.application for slot in slots}
    is_open = any(
        slot.version.application.is_open and slot.version.application.current_id == slot.version_id for slot in slots
    )
    shared = _shared(found, slots)
    removed = {key for key, application in found.items() if key not in shared and not application.is_open}
    # An application on which another rests stays too: an account issued after a check in one may have confirmed
    # the other.
    removed = removal.removable(removed)
    ends = application_removal.kept_until(found)
    return Plan(
        is_open,
        [application for key, application in found.items() if key in removed],
        [Emptied(application, ends.get(key)) for key, application in found.items() if key not in removed],
    )


def _shared(applications_: Iterable[int], slots: Iterable[Applicant]) -> set[int]:
    """Return the applications in which another adult applies or has applied, and has not been erased."""
    own = {slot.pk for slot in slots}
    adults = Applicant.objects.filter(
        version__application__in=applications_, birth_date__lte=dates.youngest_adult_born(on=dates.today())
    )
    others = [slot for slot in adults.select_related("version").defer("version__content") if slot.pk not in own]
    subjects = {applicant_subject(slot.pk): slot for slot in others}
    entries = entries_about(list(subjects)).filter(event=Event.ERASED)
    erased = [subjects[entry.subject] for entry in entries]
    return {
        slot.version.application_id
        for slot in others
        if not any(slot.version.application_id == e.version.application_id and slot.is_same_person(e) for e in erased)
    }
