"""Certificates of the state of an application: issued to an applicant, shown, and as PDF (J10)."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from applications import certificate_pdf, certificates
from applications.access import Visitor, applicant_view
from applications.forms import CertificateForm
from applications.models import Application, Certificate
from core.requests import read_or_act
from identity.enums import Language


@applicant_view
@read_or_act
def certify_page(request: HttpRequest, visitor: Visitor, reference: str) -> HttpResponse:
    """Say what a certificate says, show those of this person, and issue one in a language."""
    application, me = visitor.find(reference)
    form = CertificateForm(request.POST or None, initial={"language": get_language()})
    if request.method == "POST" and form.is_valid():
        language = Language(form.cleaned_data["language"])
        try:
            issued = certificates.issue_certificate(me, language=language, by=visitor.actor)
        except certificates.CannotCertify as refusal:
            messages.error(request, str(refusal))
            return redirect("applications:status", reference)
        return redirect("applications:certificate", reference, issued.number)
    context = {"application": application, "form": form, "issued": certificates.certificates_of(me)}
    return render(request, "applications/certificates.html", context)


@applicant_view
@require_safe
def certificate_page(request: HttpRequest, visitor: Visitor, reference: str, number: str) -> HttpResponse:
    """Show a certificate in its language, to be printed or had as PDF."""
    application, certificate = _find(visitor, reference, number)
    makes_pdf = settings.RECEIPT_PDF
    context = {
        "application": application,
        "certificate": certificate,
        "public_url": settings.PUBLIC_URL,
        "makes_pdf": makes_pdf,
        "pdf": certificate_pdf.certificate_document_of(certificate) if makes_pdf else None,
    }
    return render(request, "applications/certificate.html", context)


@applicant_view
@read_or_act
def certificate_pdf_file(request: HttpRequest, visitor: Visitor, reference: str, number: str) -> HttpResponse:
    """Have a certificate made as PDF; download it."""
    if not settings.RECEIPT_PDF:
        raise Http404
    _application, certificate = _find(visitor, reference, number)
    if request.method == "POST":
        certificate_pdf.request_certificate_pdf(certificate)
    elif content := certificate_pdf.certificate_pdf_content(certificate):
        headers = {"Content-Disposition": f'attachment; filename="certificate-{certificate}.pdf"'}
        return HttpResponse(content, content_type="application/pdf", headers=headers)
    return redirect(reverse("applications:certificate", args=[reference, number]) + "#pdf")


def _find(visitor: Visitor, reference: str, number: str) -> tuple[Application, Certificate]:
    application, me = visitor.find(reference)
    return application, certificates.find_certificate(me, number=number)
