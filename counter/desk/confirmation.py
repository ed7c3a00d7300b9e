"""Confirming at the counter: what the person reads in their language, and that they confirm it (J4)."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications import confirmation, details, invitations, terms
from applications.details import Section
from applications.models import Applicant, Application, Terms
from applications.rivals import rivals_of
from core.requests import read_or_act
from counter import counter_confirmation, id_checks
from counter.desk import access_log, visit
from counter.desk.access import desk_actor, desk_view, find_slot, is_for_customer, person_page
from counter.desk.checks import to_slot
from counter.desk.forms import ConfirmHereForm

SUMMARY, RECEIPT = "counter/desk/_summary.html", "counter/desk/_receipt.html"
Refusal = confirmation.CannotConfirm | id_checks.CheckFirst


class TermsChanged(confirmation.CannotConfirm):
    """New terms were published while the person was reading the former ones."""

    message = gettext_lazy("There are new terms of use. Nothing was confirmed. Let the person read them first.")


@desk_view("counter.use_desk")
@read_or_act
def desk_confirm_page(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Show the summary and the terms, and record that the person confirms. Show their receipt afterwards.

    With `?show=customer` the page is for a second screen or for paper, without the parts for staff.
    """
    slot = find_slot(reference, position)
    access_log.record_opening(request, slot)
    if request.method == "POST":
        return _record_confirmation(request, slot)
    if slot.confirmed:
        context = {
            "title": _("Receipt"),
            "part": RECEIPT,
            "public_url": settings.PUBLIC_URL,
            "reports": invitations.error_reports(slot.version.application, reader=slot),
            "focuses_search": True,
        }
        return person_page(request, slot, "receipt", context)
    if not slot.version.application.can_confirm(slot):
        messages.warning(request, _("The application is not waiting for this person’s confirmation."))
        return to_slot(slot)
    return _summary_page(request, slot, terms.current())


def _record_confirmation(request: HttpRequest, slot: Applicant) -> HttpResponse:
    form, current = ConfirmHereForm(request.POST), terms.current()
    if form.is_valid() and form.cleaned_data["terms"] != current.pk and not slot.confirmed:
        return _summary_page(request, slot, current, refusal=TermsChanged(), read=form.read)
    try:
        counter_confirmation.confirm_here(slot, terms_read=current, digest=form.read, by=desk_actor(request))
    except (confirmation.Changed, id_checks.CheckFirst) as refusal:
        fresh = find_slot(slot.version.application.reference, slot.position)
        return _summary_page(request, fresh, current, refusal=refusal, read=form.read)
    except (confirmation.CannotConfirm, id_checks.SecondLookWaits) as refusal:
        messages.error(request, str(refusal))
        return to_slot(slot)
    messages.success(request, _("The confirmation has been recorded."))
    return redirect(visit.address_after(request, slot) or request.path)


def _summary_page(
    request: HttpRequest, slot: Applicant, current: Terms, *, refusal: Refusal | None = None, read: str = ""
) -> HttpResponse:
    application = slot.version.application
    # A valid application replaces none when somebody who has turned 18 confirms it too (ADR 4).
    rivals = rivals_of(application) if application.awaits(slot) else Application.objects.none()
    with translation.override(slot.language):
        sections, text = _sections_shown(request, slot, read), terms.text(current)
    context = {
        "title": _("Confirm the application at customer service"),
        "part": SUMMARY,
        "sections": sections,
        "terms": current,
        "terms_text": text,
        "rivals": list(rivals),
        "here": visit.present(request, application),
        "check": id_checks.made_today(slot),
        "own_rivals": list(rivals.filter(current__applicants__hetu_index__in=slot.hetu_indexes)),
        "refusal": refusal,
        "check_first": isinstance(refusal, id_checks.CheckFirst),
    }
    return person_page(request, slot, "confirm", context, status=409 if refusal else 200)


def _sections_shown(request: HttpRequest, slot: Applicant, read: str) -> list[Section]:
    """Return what the person reads. Contact details and addresses stand on the customer's page only (R16)."""
    application = slot.version.application
    is_other = bool(read) and read != application.version.digest
    found = details.since(read, application, slot) if is_other else details.sections(application.version, slot)
    if is_for_customer(request):
        return access_log.open_sections(request, slot, found)
    return access_log.without_contact_details(found)
