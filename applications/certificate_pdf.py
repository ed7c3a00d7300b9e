"""Certificates as PDF (pdf_documents.py), in the language in which each was issued."""

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from applications import certificates, pdf_documents
from applications.models import Certificate, CertificateDocument
from core.worker import Stop


def certificate_document_of(certificate: Certificate) -> CertificateDocument | None:
    """Return the document of a certificate that was asked for, without its content; None if none was."""
    return CertificateDocument.objects.defer("content").filter(certificate=certificate).first()


def request_certificate_pdf(certificate: Certificate) -> None:
    """Have the PDF of a certificate made, as pdf_documents.request_pdf() says."""
    pdf_documents.request_pdf(CertificateDocument, language=certificate.language, certificate=certificate)


def certificate_pdf_content(certificate: Certificate) -> bytes | None:
    """Return the bytes of a certificate's PDF; None until it is made."""
    return pdf_documents.content_of(CertificateDocument.objects.filter(certificate=certificate).first())


def make_due_certificates(stop: Stop | None = None) -> int:
    """Make the certificates that are asked for; return how many were tried. The worker runs it in a thread."""
    return pdf_documents.make_due_pdfs(CertificateDocument, certificate_html_of, stop=stop)


def delete_old_certificates() -> int:
    """Delete the documents that are a day old, and return how many; the certificates stay. Runs every minute."""
    return pdf_documents.delete_old_pdfs(CertificateDocument)


def certificate_html_of(document: CertificateDocument) -> str:
    """Return the HTML from which the PDF of a certificate is made."""
    certificate = certificates.with_people().get(pk=document.certificate_id)
    context = {"certificate": certificate, "public_url": settings.PUBLIC_URL}
    with translation.override(certificate.language):
        return render_to_string("applications/_certificate_pdf.html", context)
