"""Whose data a member of staff has opened (C1), over the pages that follow on one another."""

from django.db import transaction
from django.http import HttpRequest

from applications.models import Applicant
from applications.trail import ApplicationEvent, record_events
from counter.desk.access import desk_actor, staff_of
from records.enums import Event

OPENED = "desk_opened"


def record_opening(request: HttpRequest, slot: Applicant) -> None:
    """Record that somebody opens a person's slot: once, however many steps they then take with that person."""
    if request.session.get(OPENED) != slot.pk:
        record_access(request, slot, Event.APPLICANT_OPENED)
        request.session[OPENED] = slot.pk


@transaction.atomic
def record_access(request: HttpRequest, slot: Applicant, event: Event) -> None:
    """Record that somebody sees data of a person, every time."""
    record_events(slot.version.application, ApplicationEvent(event, slot), by=desk_actor(request))


def may_see_details(request: HttpRequest, slot: Applicant) -> bool:
    """Tell whether this member of staff may see where the person lives and how to reach them (R16)."""
    return not is_restricted(slot) or staff_of(request).has_perm("counter.see_protected")


def is_restricted(slot: Applicant) -> bool:
    """Tell whether where the person lives and how to reach them is shown by right only (R16).

    That of everybody who applies with a protected person: those who look for a home together often share one.
    """
    return bool(_protected(slot))


def record_access_to_details(request: HttpRequest, slot: Applicant) -> None:
    """Record that somebody sees what is restricted, every time, about each protected person whom it may reveal."""
    for each in _protected(slot):
        record_access(request, each, Event.PROTECTED_DETAILS_SHOWN)


def _protected(slot: Applicant) -> list[Applicant]:
    return [each for each in slot.version.application.applicants if each.protected]
