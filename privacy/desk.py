"""The page on which staff erase the data of a person who asks for it (R18): what goes, and what stays until when."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.requests import read_or_act
from counter.desk import access_log
from counter.desk.access import Page, desk_actor, desk_page, desk_view, find_slot
from counter.desk.forms import LONGEST_REASON, NoteField
from privacy import erasure


class EraseForm(forms.Form):
    """Why a person's data are erased (R18); the trail keeps the reason."""

    reason = NoteField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        error_messages={
            "required": gettext_lazy(
                "Write why the data is being erased, for example because the person asked for it."
            )
        },
    )


@desk_view("counter.use_desk", "counter.erase_person")
@read_or_act
def erase_page(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Say what erasing would do, and do it when a reason is given."""
    slot = find_slot(reference, position)
    access_log.record_opening(request, slot)
    form = EraseForm(request.POST if request.method == "POST" else None)
    refusal = None
    if form.is_valid():
        try:
            done = erasure.erase_person(slot, **form.cleaned_data, by=desk_actor(request))
        except erasure.CannotErase as error:
            refusal = error
        else:
            if done.is_person_removed:
                message = _(
                    "The data has been erased. All that is left of this person is entries in the event log and "
                    "figures in the statistics."
                )
            else:
                message = _(
                    "What can be erased now has been erased. The rest will be erased when its retention time ends."
                )
            messages.success(request, message)
            return redirect("admin:desk")
    context = {
        "title": _("Erase a person’s data"),
        "slot": slot,
        "application": slot.version.application,
        "plan": erasure.plan_erasure(slot),
        "form": form,
        "refusal": refusal,
    }
    return desk_page(request, "privacy/erase.html", context, status=409 if refusal else 200)


PAGES: list[Page] = [("applications/<reference:reference>/<int:position>/erase/", erase_page, "desk_erase")]
