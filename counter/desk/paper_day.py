"""Entering what was written on paper while the service was out of order (ADR 44)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from applications.forms import ConfirmForm
from applications.models import Applicant, IdCheck
from core.masking import mask_hetu
from core.refusals import Refused
from core.requests import read_or_act
from counter import code_comparison, id_checks, paper_day
from counter.desk import access_log
from counter.desk.access import desk_actor, desk_page, desk_view, find_slot
from counter.desk.checks import to_slot
from counter.desk.forms import REPRESENTATIVE
from counter.desk.paper_entry_form import PaperForm


@sensitive_post_parameters("code")
@desk_view("counter.use_desk")
@read_or_act
def paper_page(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Show the form beside the details of the slot, and store the check that a supervisor then compares."""
    slot = find_slot(reference, position)
    access_log.record_opening(request, slot)
    if waiting := paper_day.waiting_form(slot):
        return _to_waiting(request, waiting)
    form = PaperForm(request.POST if request.method == "POST" else None, has_code=bool(slot.hetu))
    if not form.is_valid():
        return _entry_form(request, slot, form)
    try:
        paper_day.enter_paper_check(
            form.check,
            applicant=slot,
            digest=ConfirmForm(request.POST).read,
            code=form.cleaned_data.get("code", ""),
            is_doubtful=form.cleaned_data["is_doubtful"],
            by=desk_actor(request),
        )
    except id_checks.AlreadyChecked:  # a second click, or a colleague
        if waiting := paper_day.waiting_form(slot):
            return _to_waiting(request, waiting)
        messages.warning(request, _("This form has already been entered. Nothing more was recorded."))
    except code_comparison.CannotCompare as refusal:
        form.add_error("code", str(refusal))
        return _entry_form(request, slot, form)
    except Refused as refusal:
        return _entry_form(request, find_slot(reference, position), form, refusal=refusal)
    else:
        messages.success(
            request,
            _(
                "The form has been entered. It takes effect when a supervisor has compared it with the paper. Keep "
                "the paper locked up until then."
            ),
        )
    return to_slot(slot)


def _to_waiting(request: HttpRequest, check: IdCheck) -> HttpResponse:
    """Lead to the form that waits: who entered it, and when, stands there."""
    messages.warning(request, str(paper_day.FormWaits()))
    return redirect("admin:desk_check_made", check.pk)


def _entry_form(
    request: HttpRequest, slot: Applicant, form: PaperForm, *, refusal: Refused | None = None
) -> HttpResponse:
    context = {
        "title": _("Enter a paper form"),
        "form": form,
        "of_check": [field for field in form if field.name not in REPRESENTATIVE],
        "of_representative": [form[name] for name in REPRESENTATIVE],
        "slot": slot,
        "application": slot.version.application,
        "code": mask_hetu(slot.hetu) if slot.hetu else "",
        "other_names": code_comparison.other_names(slot),
        "refusal": refusal,
    }
    return desk_page(request, "counter/desk/paper_entry.html", context, status=409 if refusal else 200)
