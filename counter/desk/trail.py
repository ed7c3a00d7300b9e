"""Who looked at a person, and what happened to an application, from the trail. Reading it is recorded too."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from applications.models import Applicant, Application
from applications.trail import ApplicationEvent, record_events
from counter.desk import wording
from counter.desk.access import desk_actor, desk_page, desk_view, find_application, find_slot
from counter.desk.paging import rows_of
from records.enums import ACCESS_EVENTS, Event
from records.models import Chain, Entry
from records.names import applicant_subject, application_chain
from records.reading import entries_of_chain


@dataclass(frozen=True)
class Line:
    """One entry as it is shown, with the name of the applicant whom it is about."""

    entry: Entry
    facts: list[str]
    about: str = ""

    @property
    def who(self) -> str:
        """The name of a member of staff or a housing system. For an applicant the role says enough."""
        user = self.entry.user
        is_staff = user is not None and self.entry.role in wording.STAFF
        return (user.get_full_name() or user.get_username()) if user and is_staff else self.entry.name


@desk_view("counter.use_desk", "counter.read_trail")
@require_safe
def show_access_log(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Show who looked at this person, in all the applications in which they apply."""
    slot = find_slot(reference, position)
    _record_reading(request, slot.version.application, slot)
    rows = rows_of(accesses_to(slot), request)
    context = {"slot": slot, "rows": rows, "lines": _shown_lines(rows.rows)}
    return _trail_page(request, "counter/desk/access_log.html", slot.version.application, context)


@desk_view("counter.use_desk", "counter.read_trail")
@require_safe
def show_application_trail(request: HttpRequest, reference: str) -> HttpResponse:
    """Show everything that the trail holds of an application."""
    application = find_application(reference)
    _record_reading(request, application)
    rows = rows_of(entries_of_chain(application_chain(application.pk)), request)
    context = {"rows": rows, "lines": _shown_lines(rows.rows, application)}
    return _trail_page(request, "counter/desk/trail.html", application, context)


def _trail_page(
    request: HttpRequest, template: str, application: Application, context: dict[str, Any]
) -> HttpResponse:
    title = _("Application %(number)s") % {"number": application.number}
    return desk_page(request, template, {"title": title, "application": application, **context})


@transaction.atomic
def _record_reading(request: HttpRequest, application: Application, slot: Applicant | None = None) -> None:
    record_events(application, ApplicationEvent(Event.TRAIL_READ, slot), by=desk_actor(request))


def accesses_to(slot: Applicant) -> QuerySet[Entry]:
    """Return who saw the person, or an application of theirs, by the index entry_by_subject and by chain."""
    same = Applicant.objects.same_person(slot)
    slots = same.select_related("version__application").defer("version__content", "hetu")
    names = {application_chain(each.version.application_id) for each in slots}
    chains = list(Chain.objects.filter(name__in=names).values_list("pk", flat=True))
    of_person = Q(subject__in=[applicant_subject(each.pk) for each in slots], event__in=ACCESS_EVENTS)
    of_application = Q(chain__in=chains, subject="", event__in=ACCESS_EVENTS)
    found = Entry.objects.filter(of_person | of_application)
    return found.select_related("chain", "user").order_by("-at", "-pk")


def _shown_lines(entries: Iterable[Entry], application: Application | None = None) -> list[Line]:
    """Return the entries as they are shown, with the names of the application's people whom they are about."""
    words, slots = wording.Words(), Applicant.objects.filter(version__application=application).defer("hetu")
    names = {applicant_subject(slot.pk): str(slot) for slot in slots} if application else {}
    return [Line(entry, words.of(entry.facts), names.get(entry.subject, "")) for entry in entries]
