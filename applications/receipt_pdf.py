"""Receipts as tagged PDF (PDF/UA-1): asked for on a page, made by the worker, kept for a day.

WeasyPrint takes a quarter of a second and 80 MB, so no request makes one. It is the extra `pdf`, and imported by
the worker only; without it settings.RECEIPT_PDF is off, and no page offers any.
"""

import base64
import datetime as dt
import logging

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation

from applications.models import Confirmation, ReceiptDocument
from mailing.worker import Stop, log_fault

logger = logging.getLogger(__name__)

KEPT = dt.timedelta(days=1)
HELD = dt.timedelta(minutes=1)  # by one worker, and between the two tries
MOST_ATTEMPTS = 2
STYLE = """
@page { size: A4; margin: 25mm 20mm; }
body { font: 11pt/1.5 Arial, "Liberation Sans", "DejaVu Sans", sans-serif; color: #1a1a1a; }
h1 { font-size: 18pt; line-height: 1.25; margin: 0 0 8mm; }
h2 { font-size: 13pt; margin: 8mm 0 3mm; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #808080; padding: 2mm 4mm 2mm 0; text-align: left; vertical-align: top; }
th { width: 32%; }
"""


def of(confirmation: Confirmation, *, language: str) -> ReceiptDocument | None:
    """Return what was asked for of this receipt in a language, if anything was; what is in it stays where it is."""
    return ReceiptDocument.objects.defer("content").filter(confirmation=confirmation, language=language).first()


@transaction.atomic
def ask(confirmation: Confirmation, *, language: str) -> None:
    """Have the PDF of a receipt made in a language. Asked again, it is one; anew if that failed."""
    fresh = {"language": language, "asked_at": timezone.now()}
    document, is_new = ReceiptDocument.objects.select_for_update().get_or_create(
        confirmation=confirmation, defaults=fresh
    )
    if not is_new and (document.failed_at or document.language != language):
        empty = {"attempts": 0, "held_until": None, "failed_at": None, "made_at": None, "content": None}
        ReceiptDocument.objects.filter(pk=document.pk).update(**fresh, **empty)


def content(confirmation: Confirmation, *, language: str) -> bytes | None:
    """Return the PDF of a receipt in a language; None while there is none."""
    document = ReceiptDocument.objects.filter(confirmation=confirmation, language=language).first()
    return base64.b64decode(document.content) if document and document.content else None


def make_due(stop: Stop | None = None) -> int:
    """Make what is asked for, one at a time; return how many were tried. The worker calls it beside the letters."""
    stop, tried = stop or Stop(), 0
    while not stop.asked and _due().exists() and (document := _claim()):
        tried += 1
        _make(document)
    return tried


def tick() -> int:
    """Delete the documents of yesterday, which can be made again; return how many. The worker does so every minute."""
    return ReceiptDocument.objects.filter(asked_at__lte=timezone.now() - KEPT).delete()[0]


def html(confirmation: Confirmation, *, language: str) -> str:
    """Return what stands in the PDF of a receipt, as HTML."""
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


def render(text: str) -> bytes:
    """Return a page of HTML as tagged PDF. Nothing that the page names is fetched, from wherever."""
    import weasyprint  # in the worker only, and where it is installed

    nothing = weasyprint.urls.URLFetcher(allowed_protocols=())
    style = weasyprint.CSS(string=STYLE, url_fetcher=nothing)
    pdf: bytes = weasyprint.HTML(string=text, url_fetcher=nothing).write_pdf(
        stylesheets=[style], pdf_variant="pdf/ua-1"
    )
    return pdf


def _due() -> QuerySet[ReceiptDocument]:
    now = timezone.now()
    waiting = ReceiptDocument.objects.filter(Q(held_until=None) | Q(held_until__lte=now), made_at=None, failed_at=None)
    return waiting.order_by("asked_at", "pk")


@transaction.atomic
def _claim() -> ReceiptDocument | None:
    """Hold the document that has waited longest; None if there is none that nobody holds."""
    skip_locked = connection.features.has_select_for_update_skip_locked
    document = _due().select_for_update(skip_locked=skip_locked).first()
    if document:
        document.attempts += 1
        document.held_until = timezone.now() + HELD
        document.save(update_fields=["attempts", "held_until"])
    return document


def _make(document: ReceiptDocument) -> None:
    if document.attempts > MOST_ATTEMPTS:  # its last worker died over it
        _finish(document, failed_at=timezone.now())
        return
    try:
        known = Confirmation.objects.select_related("applicant__version__application", "terms")
        known = known.defer("applicant__hetu", "applicant__version__content")
        pdf = render(html(known.get(pk=document.confirmation_id), language=document.language))
    except Exception as error:  # whatever one document does, the others go on
        log_fault(error, receipt_document=document.pk)
        if document.attempts == MOST_ATTEMPTS:
            _finish(document, failed_at=timezone.now())
        return
    _finish(document, made_at=timezone.now(), content=base64.b64encode(pdf).decode())


def _finish(document: ReceiptDocument, **changes: object) -> None:
    """Record what became of a document that we hold, unless it was asked for anew meanwhile, or is gone."""
    held = ReceiptDocument.objects.filter(pk=document.pk, held_until=document.held_until)
    outcome = "late" if not held.update(**changes) else "failed" if "failed_at" in changes else "made"
    level = logging.WARNING if outcome == "failed" else logging.INFO
    logger.log(level, "receipt document %s: %s", document.pk, outcome, extra={"outcome": outcome})
