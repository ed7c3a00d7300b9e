"""One application: its status, who applies and who of them is here, its letters and what has happened to it."""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from applications import invitations
from applications.models import Application, Confirmation, StateChange
from applications.trail import ApplicationEvent, record_events
from core.requests import read_or_act
from counter.desk import access_log, messages, visit
from counter.desk.access import desk_actor, desk_page, desk_view, find_application, is_for_customer
from records.enums import Event


@desk_view("counter.use_desk")
@require_safe
def application_page(request: HttpRequest, reference: str) -> HttpResponse:
    """Show an application; each opening is recorded (C1)."""
    return _show_application(request, find_application(reference))


@desk_view("counter.use_desk")
@read_or_act
def visit_page(request: HttpRequest, reference: str) -> HttpResponse:
    """Take down who is here, and lead to the first of them; in the end, show what came of it and all receipts (J4).

    With `?show=customer` the receipts alone, for paper.
    """
    found = find_application(reference)
    if request.method == "POST":
        form = visit.WhoIsHereForm(found, request.POST)
        if not form.is_valid():
            return _show_application(request, found, form)
        visit.begin(request, found, form.positions)
        return redirect("admin:desk_applicant", reference, form.positions[0])
    here = visit.present(request, found)
    if not here:
        return redirect("admin:desk_application", reference)
    for slot in here:
        access_log.record_opening(request, slot)
    prefetch_related_objects([each.confirmed for each in here if each.confirmed], "terms", "id_check")
    context = {
        "title": _("The visit of the household"),
        "application": found,
        "here": here,
        "slot": here[0],
        "receipts": [(each, invitations.error_reports(found, reader=each)) for each in here if each.confirmed],
        "public_url": settings.PUBLIC_URL,
        "focuses_search": True,
    }
    return desk_page(request, f"counter/desk/visit{'_paper' if is_for_customer(request) else ''}.html", context)


def _show_application(
    request: HttpRequest, found: Application, form: visit.WhoIsHereForm | None = None
) -> HttpResponse:
    with transaction.atomic():
        record_events(found, ApplicationEvent(Event.APPLICATION_OPENED), by=desk_actor(request))
    changes = found.changes.select_related("user__person", "recorded_act__id_check__applicant")
    changes = changes.defer("recorded_act__id_check__applicant__hetu")
    context = {
        "title": _("Application %(number)s") % {"number": found.number},
        "application": found,
        "form": form or (visit.WhoIsHereForm(found) if len(visit.awaited(found)) > 1 else None),
        "letters": messages.of_application(found),
        "changes": _with_signatures(found, list(changes.order_by("-pk"))),  # the latest first
    }
    return desk_page(request, "counter/desk/application.html", context)


def _with_signatures(found: Application, changes: list[StateChange]) -> list[tuple[StateChange, dt.datetime | None]]:
    """Return the changes, each with the time at which what caused it was signed on paper (ADR 44)."""
    given = Confirmation.objects.filter(applicant__version__application=found, id_check__entered_at__isnull=False)
    signed = {each.confirmed_at: each.signed_on_paper_at for each in given.select_related("id_check")}
    acts = [change.recorded_act for change in changes if hasattr(change, "recorded_act")]
    signed |= {act.at: act.id_check.checked_at for act in acts if act.id_check.entered_at}
    return [(change, signed.get(change.at)) for change in changes]
