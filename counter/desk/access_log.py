"""The trail of whose data a member of staff has seen (C1), and the one way to see where people live (R16).

No page of the desk shows contact details or an address by itself. Whoever asks for them, asks here (ADR 19).
"""

from dataclasses import dataclass, replace

from django.http import HttpRequest
from django.utils.translation import gettext as _

from applications import protection
from applications.details import Section
from applications.document import Stored
from applications.models import Applicant, IdCheck
from applications.trail import ApplicationEvent, record_events
from core.transactions import atomically
from counter.desk.access import desk_actor, staff_of
from records.enums import Event

OPENED = "desk_opened"  # the keys in the session
ASKED = "desk_asked"


@dataclass(frozen=True)
class Contact:
    """Where a person lives and how to reach them."""

    email: str
    phone: str
    address: str
    municipality: str


def record_opening(request: HttpRequest, slot: Applicant) -> None:
    """Record that a member of staff opens a slot, once for all the pages that they then visit with that person."""
    # What a button asked for holds for the page to which it leads, and for no later one.
    request.asked_for = request.session.pop(ASKED, None)  # type: ignore[attr-defined]  # ours
    if request.session.get(OPENED) != slot.pk:
        record_access(request, slot, Event.APPLICANT_OPENED)
        request.session[OPENED] = slot.pk


@atomically
def record_access(request: HttpRequest, slot: Applicant, event: Event) -> None:
    """Record that a member of staff sees a person's data. Every time is recorded."""
    record_events(slot.version.application, ApplicationEvent(event, slot), by=desk_actor(request))


def ask_on_next_page(request: HttpRequest, slot: Applicant) -> None:
    """Remember that staff have asked for contact details, by a button that leads on to a page which shows them."""
    request.session[ASKED] = slot.pk


def was_asked(request: HttpRequest, slot: Applicant) -> bool:
    """Tell whether staff have asked for this person's contact details by the button that led to this page."""
    return bool(getattr(request, "asked_for", None) == slot.pk)


def open_contact_details(request: HttpRequest, slot: Applicant) -> Contact | None:
    """Return where a person lives and how to reach them, or None for staff who may not see it now (R16)."""
    if not _ask_for_details(request, slot):
        return None
    stored = Stored.model_validate_json(slot.version.content or "").applicants[slot.position]
    return Contact(slot.email, slot.phone, stored.address or "", stored.municipality or "")


def may_ask_for_details(request: HttpRequest, slot: Applicant) -> bool:
    """Tell whether staff may see a person's contact details now, if they ask and no mark hides them; records nothing.

    A mark that hides them changes nothing: whoever only looks at a page is not to learn of it (R16).
    """
    return staff_of(request).has_perm("counter.see_protected") or _is_here(slot)


def open_phone_number(request: HttpRequest, slot: Applicant, *, is_called: bool) -> bool:
    """Tell whether this member of staff may see the number of somebody; `is_called` if they are to be called (ADR 34).

    Of somebody who has been told, or never was to be, they may see as much as of everybody else.
    """
    return _ask_for_details(request, slot, is_called=is_called)


def open_sections(request: HttpRequest, slot: Applicant, sections: list[Section]) -> list[Section]:
    """Return a person's own details: whole, or without what staff may not see now (R16).

    The person reads instead where they see what is theirs.
    """
    if _ask_for_details(request, slot):
        return sections
    elsewhere = _("Not shown here. You see it when you identify yourself in this service. A supervisor can print it.")
    return without_contact_details(sections, instead=elsewhere)


def without_contact_details(sections: list[Section], *, instead: str = "") -> list[Section]:
    """Return the sections with a text, in the language of the moment, instead of contact details and addresses."""
    instead = instead or _("Not shown here. You can ask to see it.")
    return [
        replace(
            section,
            rows=[replace(row, value=instead, before=None) if row.is_contact else row for row in section.rows],
        )
        for section in sections
    ]


@atomically
def _ask_for_details(request: HttpRequest, slot: Applicant, *, is_called: bool = False) -> bool:
    """Tell whether this member of staff may see a person's contact details now, and record that they asked.

    Staff with the right may, at any time; each protected person whom the details may reveal gets an entry then.
    Others may while the person is here, on the day of an ID check, or is to be called, if no mark hides the details.
    """
    is_here = is_called or _is_here(slot)
    hiding = protection.hiding(slot)
    may_see = staff_of(request).has_perm("counter.see_protected") or (is_here and not hiding)
    asked = ApplicationEvent(Event.CONTACT_DETAILS_ASKED, slot, {"shown": may_see})
    events = {slot.version.application: [asked]}
    for each in hiding if may_see else []:
        seen = ApplicationEvent(Event.PROTECTED_DETAILS_SHOWN, each)
        events.setdefault(each.version.application, []).append(seen)
    for application in sorted(events, key=lambda one: one.pk):  # the order in which nobody waits for each other
        record_events(application, *events[application], by=desk_actor(request))
    return may_see


def _is_here(slot: Applicant) -> bool:
    """Tell whether the person has shown today who they are."""
    checks = IdCheck.objects.sound().of_today()
    return checks.filter(applicant__in=Applicant.objects.same_person(slot)).exists()
