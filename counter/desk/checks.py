"""Recording an ID check of the person in a slot (C2–C4, C6), and showing one that was made."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from applications import learned_codes, terms
from applications.enums import CheckStatus
from applications.forms import ConfirmForm
from applications.models import Applicant, IdCheck
from core.masking import mask_hetu
from core.requests import form_of, read_or_act
from counter import account_issue, code_comparison, countries, id_checks, paper_day
from counter.desk import access_log, visit
from counter.desk.access import desk_actor, desk_page, desk_view, find_slot, staff_of
from counter.desk.applicant import show_person
from counter.desk.forms import CheckForm
from counter.models import Counter, DocumentType


@sensitive_post_parameters("code")
@desk_view("counter.use_desk")
@read_or_act
def check_page(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Show the form of a check on the person's page, and record the check."""
    slot = find_slot(reference, position)
    access_log.record_opening(request, slot)
    form = form_of(request, CheckForm, has_code=bool(slot.hetu))
    if not form.is_valid():
        return show_person(request, slot, form=form)
    try:
        made = id_checks.record(
            form.check,
            applicant=slot,
            digest=ConfirmForm(request.POST).read,
            code=form.cleaned_data.get("code", ""),
            is_doubtful=form.cleaned_data["is_doubtful"],
            has_changed=form.cleaned_data.get("code_has_changed", False),
            by=desk_actor(request),
        )
    except id_checks.AlreadyChecked as refusal:  # most often a second click, whose answers nobody needs
        messages.warning(request, str(refusal))
        return to_slot(slot)
    except (code_comparison.CannotCompare, learned_codes.CannotLearn) as refusal:
        form.add_error("code", str(refusal))
        return show_person(request, slot, form=form)
    except id_checks.CannotCheck as refusal:
        return show_person(request, find_slot(reference, position), form=form, refusal=refusal)
    return _go_on(request, slot, made)


def _go_on(request: HttpRequest, slot: Applicant, made: IdCheck) -> HttpResponse:
    """Say what was recorded, and lead on to what the person has come for."""
    application = slot.version.application
    others = visit.others_form(slot, request.POST)
    if others and others.positions:
        visit.begin(request, application, [slot.position, *others.positions])
    if not made.is_sound:
        messages.warning(
            request, _("The ID check has been saved. It takes effect only when somebody else has accepted it.")
        )
        return redirect(visit.address_after(request, slot) or to_slot(slot).url)
    if made.brings_code:
        messages.success(request, _("The ID check and the personal identity code have been saved."))
    else:
        messages.success(request, _("The ID check has been saved."))
    if "account" in request.POST and made.representative:
        messages.warning(request, str(account_issue.Represented()))
    elif "account" in request.POST:
        access_log.ask_on_next_page(request, slot)
        return redirect("admin:desk_account", application.reference, slot.position)
    if application.can_confirm(slot):
        return redirect("admin:desk_confirm", application.reference, slot.position)
    return to_slot(slot)


@desk_view("counter.use_desk")
@require_safe
def check_made_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show everything that was recorded at a check, and what became of it."""
    found = find_check(pk)
    access_log.record_opening(request, found.applicant)
    return desk_page(
        request, "counter/desk/check_made.html", {"title": _("ID check"), **check_context(request, found)}
    )


def find_check(pk: int) -> IdCheck:
    """Return a check with everything that its page shows. Raises Http404."""
    checks = IdCheck.objects.with_outcome().select_related("applicant__version__application")
    return get_object_or_404(checks.defer("applicant__version__content"), pk=pk)


def check_context(request: HttpRequest, found: IdCheck) -> dict[str, object]:
    """Return the context of a page that shows a check."""
    slot = found.applicant
    is_carried_out = bool(found.paper_wish) and paper_day.is_carried_out(found)
    is_open = found.paper_wish and not is_carried_out
    return {
        "check": found,
        "document": DocumentType.objects.names().get(found.document_type, found.document_type),
        "country": countries.name(found.country),
        "place": Counter.only().place_of_check(found.place),
        "slot": slot,
        "application": slot.version.application,
        "code": mask_hetu(slot.hetu) if slot.hetu else "",
        "new_code": mask_hetu(found.learned_code.hetu or "") if hasattr(found, "learned_code") else "",
        "is_own": found.adviser_id == staff_of(request).pk,
        "waits": found.status == CheckStatus.WAITING,
        # What became of what was signed on paper, or can become of it now (ADR 44).
        "is_carried_out": is_carried_out,
        "paper_refusal": paper_day.present_refusal(found, current=terms.current()) if is_open else None,
    }


def to_slot(slot: Applicant) -> HttpResponseRedirect:
    """Redirect to the person's page."""
    return redirect("admin:desk_applicant", slot.version.application.reference, slot.position)
