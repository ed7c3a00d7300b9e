"""Changes of colleagues who read people's data: another member of staff confirms each (C1)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.requests import act_of
from counter.desk.access import desk_actor, desk_page, desk_view, staff_of
from identity.models import StaffChange
from identity.staff_changes import CannotDecideStaffChange, decide_change, waiting_changes

MOST_SHOWN = 100


@desk_view("counter.use_desk", "counter.confirm_staff")
@require_safe
def list_staff_changes(request: HttpRequest) -> HttpResponse:
    """Show the changes that wait, and whether this member of staff may decide on each."""
    own = staff_of(request).pk
    rows = [(each, own not in {each.asked_by_id, each.user_id}) for each in waiting_changes()[:MOST_SHOWN]]
    context = {"title": _("Staff changes waiting for approval"), "rows": rows}
    return desk_page(request, "counter/desk/list_staff_changes.html", context)


@desk_view("counter.use_desk", "counter.confirm_staff")
@act_of("admin:desk_staff_changes")
def decide_staff_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm or reject one change."""
    change = get_object_or_404(StaffChange, pk=pk)
    if request.POST.get("decision") in {"confirm", "reject"}:
        accepted = request.POST["decision"] == "confirm"
        try:
            decide_change(change, accepted=accepted, by=desk_actor(request))
        except CannotDecideStaffChange as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request, _("The change has been made.") if accepted else _("The change has been rejected.")
            )
    return redirect("admin:desk_staff_changes")
