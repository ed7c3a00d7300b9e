"""Receipts as tagged PDF (PDF/UA-1): asked for on a page, made by the worker, kept for a day.

WeasyPrint takes a quarter of a second and 80 MB, so no request makes a PDF. It is the extra `pdf`, and only the
worker imports it. Without it settings.RECEIPT_PDF is off, and no page offers a PDF.
"""

import base64
import datetime as dt
import logging

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation

from applications.models import Confirmation, ReceiptDocument
from core.leases import FREE, claim_first, give_back, is_exhausted
from core.worker import Stop, log_fault

logger = logging.getLogger(__name__)

KEPT = dt.timedelta(days=1)
LEASE_SECONDS = 60  # if a worker dies in the first try, the second begins after them
MOST_TRIES = 2
STYLE = """
@page { size: A4; margin: 25mm 20mm; }
body { font: 11pt/1.5 Arial, "Liberation Sans", Arimo, "DejaVu Sans", "Noto Sans", sans-serif; color: #1a1a1a; }
h1 { font-size: 18pt; line-height: 1.25; margin: 0 0 8mm; }
h2 { font-size: 13pt; margin: 8mm 0 3mm; }
table { border-collapse: collapse; table-layout: fixed; width: 100%; }
th, td { overflow-wrap: anywhere; }
th, td { border-bottom: 1px solid #808080; padding: 2mm 4mm 2mm 0; text-align: left; vertical-align: top; }
th { width: 32%; }
"""


def receipt_document_of(confirmation: Confirmation, *, language: str) -> ReceiptDocument | None:
    """Return the document of a receipt that was asked for in a language, without its content; None if none was."""
    return ReceiptDocument.objects.defer("content").filter(confirmation=confirmation, language=language).first()


@transaction.atomic
def request_receipt_pdf(confirmation: Confirmation, *, language: str) -> None:
    """Have the PDF of a receipt made in a language.

    A second request changes nothing, unless the first one failed or was for another language: then it starts again.
    """
    fresh = {"language": language, "asked_at": timezone.now()}
    document, is_new = ReceiptDocument.objects.select_for_update().get_or_create(
        confirmation=confirmation, defaults=fresh
    )
    if not is_new and (document.failed_at or document.language != language):
        blank = dict.fromkeys(["lease", "leased_until", "failed_at", "made_at", "content"])
        ReceiptDocument.objects.filter(pk=document.pk).update(attempts=0, **fresh, **blank)


def receipt_pdf_content(confirmation: Confirmation, *, language: str) -> bytes | None:
    """Return the bytes of a receipt's PDF in a language; None until it is made."""
    document = ReceiptDocument.objects.filter(confirmation=confirmation, language=language).first()
    return base64.b64decode(document.content) if document and document.content else None


def make_due_receipts(stop: Stop | None = None) -> int:
    """Make the PDFs that are asked for, one at a time; return how many were tried. The worker runs it in a thread."""
    stop, tried = stop or Stop(), 0
    while not stop.asked and _due().exists() and (document := claim_first(_due(), seconds=LEASE_SECONDS)):
        tried += 1
        _make_receipt(document)
    return tried


def delete_old_receipts() -> int:
    """Delete the documents that are a day old, and return how many; they can be made again. Runs every minute."""
    return ReceiptDocument.objects.filter(asked_at__lte=timezone.now() - KEPT).delete()[0]


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


def render_pdf(text: str) -> bytes:
    """Return a page of HTML as tagged PDF. Nothing that the page refers to is fetched."""
    import weasyprint  # in the worker only, and where it is installed

    nothing = weasyprint.urls.URLFetcher(allowed_protocols=())
    style = weasyprint.CSS(string=STYLE, url_fetcher=nothing)
    pdf: bytes = weasyprint.HTML(string=text, url_fetcher=nothing).write_pdf(
        stylesheets=[style], pdf_variant="pdf/ua-1"
    )
    return pdf


def _due() -> QuerySet[ReceiptDocument]:
    return ReceiptDocument.objects.filter(FREE, made_at=None, failed_at=None).order_by("asked_at", "pk")


def _make_receipt(document: ReceiptDocument) -> None:
    if is_exhausted(document, tries=MOST_TRIES):
        _finish_receipt(document, failed_at=timezone.now())
        return
    try:
        known = Confirmation.objects.select_related("applicant__version__application", "terms")
        known = known.defer("applicant__hetu", "applicant__version__content")
        pdf = render_pdf(receipt_html(known.get(pk=document.confirmation_id), language=document.language))
    except Exception as error:  # whatever one document does, the others go on
        log_fault(logger, error, receipt_document=document.pk)
        if document.attempts == MOST_TRIES:
            _finish_receipt(document, failed_at=timezone.now())
        return
    _finish_receipt(document, made_at=timezone.now(), content=base64.b64encode(pdf).decode())


def _finish_receipt(document: ReceiptDocument, **changes: object) -> None:
    """Record what became of a document that we hold, unless it was asked for again meanwhile or deleted."""
    outcome = "late" if not give_back(document, **changes) else "failed" if "failed_at" in changes else "made"
    level = logging.WARNING if outcome == "failed" else logging.INFO
    logger.log(level, "receipt document %s: %s", document.pk, outcome, extra={"outcome": outcome})
