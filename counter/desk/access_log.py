"""The trail of whose data a member of staff has seen (C1), and the right to see restricted details (R16)."""

from django.db import transaction
from django.http import HttpRequest

from applications.models import Applicant
from applications.trail import ApplicationEvent, record_events
from counter.desk.access import desk_actor, staff_of
from records.enums import Event

OPENED = "desk_opened"  # the key in the session


def record_opening(request: HttpRequest, slot: Applicant) -> None:
    """Record that a member of staff opens a slot, once for all the pages that they then visit with that person."""
    if request.session.get(OPENED) != slot.pk:
        record_access(request, slot, Event.APPLICANT_OPENED)
        request.session[OPENED] = slot.pk


@transaction.atomic
def record_access(request: HttpRequest, slot: Applicant, event: Event) -> None:
    """Record that a member of staff sees a person's data. Every time is recorded."""
    record_events(slot.version.application, ApplicationEvent(event, slot), by=desk_actor(request))


def may_see_details(request: HttpRequest, slot: Applicant) -> bool:
    """Tell whether this member of staff may see where the person lives and how to reach them (R16)."""
    return not is_restricted(slot) or staff_of(request).has_perm("counter.see_protected")


def is_restricted(slot: Applicant) -> bool:
    """Tell whether where the person lives and how to reach them is shown by right only (R16).

    This holds for everybody who applies with a protected person, because they often live together already.
    """
    return bool(_protected(slot))


def record_access_to_details(request: HttpRequest, slot: Applicant) -> None:
    """Record that restricted details are seen, for each protected person whom they may reveal. Every time counts."""
    for each in _protected(slot):
        record_access(request, each, Event.PROTECTED_DETAILS_SHOWN)


def _protected(slot: Applicant) -> list[Applicant]:
    return [each for each in slot.version.application.applicants if each.protected]
