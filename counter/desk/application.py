"""One application: its status, who applies, its letters and what has happened to it."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from applications.models import Application, StateChange
from applications.trail import ApplicationEvent, record_events
from counter.desk import messages
from counter.desk.access import desk_actor, desk_page, desk_view, find_application
from records.enums import Event


def _history(application: Application) -> list[StateChange]:
    """Return what has happened, the latest first, with the person for whom staff acted."""
    changes = application.changes.select_related("user__person", "recorded_act__id_check__applicant")
    without = changes.defer("recorded_act__id_check__applicant__hetu")
    return list(without.order_by("-pk"))


@desk_view("counter.use_desk")
@require_safe
def application_page(request: HttpRequest, reference: str) -> HttpResponse:
    """Show an application; each opening is recorded (C1)."""
    found = find_application(reference)
    with transaction.atomic():
        record_events(found, ApplicationEvent(Event.APPLICATION_OPENED), by=desk_actor(request))
    context = {
        "title": _("Application %(number)s") % {"number": found.number},
        "application": found,
        "letters": messages.of_application(found),
        "changes": _history(found),
    }
    return desk_page(request, "counter/desk/application.html", context)
