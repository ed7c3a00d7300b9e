"""Feedback that waits for its answer, and what was answered (J9)."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.requests import read_or_act
from counter.desk.access import desk_actor, desk_page, desk_view, staff_of
from counter.desk.paging import rows_of
from counter.feedback import mark_answered
from counter.models import Feedback
from records.enums import Event
from records.names import feedback_subject, staff_chain
from records.trail import append_event


@desk_view("counter.answer_feedback")
@require_safe
def list_feedback(request: HttpRequest) -> HttpResponse:
    """Show the feedback that waits, what is due first at the top; or what was answered. Nobody's text is shown."""
    shows_answered = request.GET.get("show") == "answered"
    found = Feedback.objects.answered() if shows_answered else Feedback.objects.unanswered()
    rows = rows_of(found.select_related("answered_by").defer("text"), request)
    context = {"title": _("Feedback"), "rows": rows, "shows_answered": shows_answered}
    return desk_page(request, "counter/desk/list_feedback.html", context)


@desk_view("counter.answer_feedback")
@read_or_act
def show_feedback(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what somebody wrote, which is recorded (C1), and take note that it was answered."""
    found = get_object_or_404(Feedback.objects.select_related("answered_by"), pk=pk)
    if request.method == "POST":
        mark_answered(found, by=desk_actor(request))
        return redirect("admin:desk_feedback")
    with transaction.atomic():
        chain = staff_chain(staff_of(request).pk, timezone.localdate().year)
        append_event(Event.FEEDBACK_OPENED, chain=chain, by=desk_actor(request), subject=feedback_subject(pk))
    return desk_page(request, "counter/desk/feedback.html", {"title": _("Feedback"), "feedback": found})
