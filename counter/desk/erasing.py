"""Erasing what is held of a person who asks for it (R18): what goes, what stays and until when, and the reason."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from counter import erasing
from counter.desk import visits
from counter.desk.access import desk_view, find_slot, page, staff_of
from counter.desk.forms import EraseForm


@desk_view("counter.use_desk", "counter.erase_person")
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Say what erasing would do, and do it with a reason."""
    slot = find_slot(reference, position)
    visits.opened(request, slot)
    form = EraseForm(request.POST if request.method == "POST" else None)
    refusal = None
    if form.is_valid():
        try:
            done = erasing.erase(slot, **form.cleaned_data, by=staff_of(request))
        except erasing.CannotErase as error:
            refusal = error
        else:
            messages.success(request, _told(done))
            return redirect("admin:desk")
    context = {
        "title": _("Erase a person’s data"),
        "slot": slot,
        "application": slot.version.application,
        "plan": erasing.plan(slot),
        "form": form,
        "refusal": refusal,
    }
    return page(request, "counter/desk/erase.html", context, status=409 if refusal else 200)


def _told(done: erasing.Plan) -> str:
    if done.is_person_removed:
        return _("The data are erased. Nothing but entries of the trail and figures is left of this person.")
    return _("What can be erased now is erased. The rest goes when its retention time is over.")
