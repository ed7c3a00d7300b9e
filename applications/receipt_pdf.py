"""Receipts as PDF (pdf_documents.py)."""

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from applications import pdf_documents
from applications.models import Confirmation, ReceiptDocument
from core.worker import Stop


def receipt_document_of(confirmation: Confirmation, *, language: str) -> ReceiptDocument | None:
    """Return the document of a receipt that was asked for in a language, without its content; None if none was."""
    return ReceiptDocument.objects.defer("content").filter(confirmation=confirmation, language=language).first()


def request_receipt_pdf(confirmation: Confirmation, *, language: str) -> None:
    """Have the PDF of a receipt made in a language, as pdf_documents.request_pdf() says."""
    pdf_documents.request_pdf(ReceiptDocument, language=language, confirmation=confirmation)


def receipt_pdf_content(confirmation: Confirmation, *, language: str) -> bytes | None:
    """Return the bytes of a receipt's PDF in a language; None until it is made."""
    found = ReceiptDocument.objects.filter(confirmation=confirmation, language=language)
    return pdf_documents.content_of(found.first())


def make_due_receipts(stop: Stop | None = None) -> int:
    """Make the receipts that are asked for; return how many were tried. The worker runs it in a thread."""
    return pdf_documents.make_due_pdfs(ReceiptDocument, html_of_document, stop=stop)


def delete_old_receipts() -> int:
    """Delete the documents that are a day old, and return how many. Runs every minute."""
    return pdf_documents.delete_old_pdfs(ReceiptDocument)


def html_of_document(document: ReceiptDocument) -> str:
    """Return the HTML of the receipt of which a document is the PDF."""
    known = Confirmation.objects.select_related("applicant__version__application", "terms", "id_check")
    known = known.defer("applicant__hetu", "applicant__version__content")
    return receipt_html(known.get(pk=document.confirmation_id), language=document.language)


def receipt_html(confirmation: Confirmation, *, language: str) -> str:
    """Return the HTML from which the PDF of a receipt is made."""
    context = {
        "confirmation": confirmation,
        "applicant": confirmation.applicant,
        "application": confirmation.applicant.version.application,
        "public_url": settings.PUBLIC_URL,
        "language": language,
        "now": timezone.now(),
    }
    with translation.override(language):
        return render_to_string("applications/_receipt_pdf.html", context)
