"""A certificate for the person who stands here: issued after an ID check of today, and printed (J10)."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from applications import certificates
from applications.forms import CertificateForm, ConfirmForm
from applications.models import Applicant
from core.refusals import Refused
from core.requests import read_or_act
from counter import counter_acts, id_checks
from counter.desk import access_log
from counter.desk.access import desk_actor, desk_page, desk_view, find_slot, is_for_customer, person_page
from counter.desk.checks import to_slot
from identity.enums import Language


@desk_view("counter.use_desk")
@read_or_act
def desk_certify_page(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Ask for the language of a certificate, and issue it to the person whose identity was checked today."""
    slot = find_slot(reference, position)
    access_log.record_opening(request, slot)
    form = CertificateForm(request.POST or None, initial={"language": slot.language})
    if request.method == "POST" and form.is_valid():
        return _issue(request, slot, Language(form.cleaned_data["language"]))
    if not slot.version.application.is_open:
        messages.warning(request, str(certificates.CannotCertifyEnded()))
        return to_slot(slot)
    context = {
        "title": _("Issue a certificate"),
        "slot": slot,
        "application": slot.version.application,
        "form": form,
        "check": id_checks.made_today(slot),
        "issued": certificates.certificates_of(slot),
    }
    return desk_page(request, "counter/desk/certify.html", context)


def _issue(request: HttpRequest, slot: Applicant, language: Language) -> HttpResponse:
    read = ConfirmForm(request.POST).read
    try:
        issued = counter_acts.certify_here(slot, language=language, digest=read, by=desk_actor(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return to_slot(slot)
    reference = slot.version.application.reference
    return redirect("admin:desk_certificate", reference, slot.position, issued.number)


@desk_view("counter.use_desk")
@require_safe
def desk_certificate_page(request: HttpRequest, reference: str, position: int, number: str) -> HttpResponse:
    """Show a certificate of this person; with `?show=customer` for paper, in the certificate's language alone."""
    slot = find_slot(reference, position)
    access_log.record_opening(request, slot)
    certificate = certificates.find_certificate(slot, number=number)
    context = {
        "title": _("Certificate"),
        "part": "counter/desk/_certificate.html",
        "application": slot.version.application,
        "certificate": certificate,
        "paper_language": certificate.language,
        "public_url": settings.PUBLIC_URL,
    }
    if is_for_customer(request):
        return desk_page(request, "counter/desk/certificate_paper.html", context)
    return person_page(request, slot, "receipt", context)
