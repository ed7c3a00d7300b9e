"""Setting and removing the mark of non-disclosure for personal safety (R16)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from applications import protection
from core.requests import read_or_act
from counter.desk import access_log
from counter.desk.access import desk_actor, desk_page, desk_view, find_slot
from counter.desk.checks import to_slot


@desk_view("counter.use_desk", "counter.set_protected")
@read_or_act
def non_disclosure_page(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Say what the mark does, and set or remove it. The form says which, so a second click changes nothing."""
    slot = find_slot(reference, position)
    access_log.record_opening(request, slot)
    if request.method == "POST" and request.POST.get("mark") in {"set", "remove"}:
        is_set = request.POST["mark"] == "set"
        protection.set_mark(slot, protected=is_set, by=desk_actor(request))
        messages.success(
            request, _("The non-disclosure has been set.") if is_set else _("The non-disclosure has been removed.")
        )
        return to_slot(slot)
    context = {"title": _("Non-disclosure"), "slot": slot, "application": slot.version.application}
    return desk_page(request, "counter/desk/protection.html", context)
