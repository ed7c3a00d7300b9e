"""The second look at a check that waits (C3, C4), and undoing a check with everything that rests on it (C5)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications import confirmation, learned_codes
from applications.models import IdCheck
from core.requests import read_or_act
from counter import id_checks, paper_day, undoing
from counter.desk import access_log
from counter.desk.access import desk_actor, desk_page, desk_view
from counter.desk.checks import check_context, find_check
from counter.desk.forms import DecisionForm, UndoForm

REFUSALS = (
    id_checks.CannotDecide,
    id_checks.SecondLookWaits,
    learned_codes.CannotLearn,
    confirmation.CannotConfirm,
)


@desk_view("counter.use_desk")
@read_or_act
def decide_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept or reject a check that somebody else made, with a reason."""
    check = find_check(pk)
    access_log.record_opening(request, check.applicant)
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            paper_day.decide(check, **form.cleaned_data, by=desk_actor(request))
        except REFUSALS as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Your decision has been saved."))
        return redirect("admin:desk_check_made", pk)
    return _decision_page(request, "decide", check, form=form)


@desk_view("counter.use_desk", "counter.undo_check")
@read_or_act
def undo_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what is undone together with a check, and undo it."""
    check = find_check(pk)
    access_log.record_opening(request, check.applicant)
    form = UndoForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            waiting = id_checks.undo(check, **form.cleaned_data, by=desk_actor(request))
        except id_checks.CannotUndo as refusal:
            messages.error(request, str(refusal))
        else:
            message = ngettext(
                "The check has been undone. %(count)d application is waiting for confirmation again. We will tell "
                "its applicants.",
                "The check has been undone. %(count)d applications are waiting for confirmation again. We will tell "
                "their applicants.",
                len(waiting),
            ) % {"count": len(waiting)}
            messages.success(request, message if waiting else _("The check has been undone."))
        return redirect("admin:desk_check_made", pk)
    return _decision_page(request, "undo", check, form=form, falls=undoing.what_falls(check))


def _decision_page(request: HttpRequest, name: str, check: IdCheck, **context: object) -> HttpResponse:
    title = _("Second review") if name == "decide" else _("Undo the check")
    everything = {"title": title, **check_context(request, check), **context}
    return desk_page(request, f"counter/desk/{name}.html", everything)
