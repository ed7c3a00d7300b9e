"""Documents as tagged PDF (PDF/UA-1): asked for on a page, made by the worker, kept for a day.

WeasyPrint takes a quarter of a second and 80 MB, so no request makes a PDF. It is the extra `pdf`, and only the
worker imports it. Without it settings.RECEIPT_PDF is off, and no page offers a PDF.
"""

import base64
import datetime as dt
import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import timezone

from applications.models import PdfDocument
from core.leases import FREE, claim_first, give_back, is_exhausted
from core.worker import Stop, log_fault

logger = logging.getLogger(__name__)

D = TypeVar("D", bound=PdfDocument)

KEPT = dt.timedelta(days=1)
LEASE_SECONDS = 60  # if a worker dies in the first try, the second begins after them
MOST_TRIES = 2
ONE_AT_A_TIME = threading.Lock()  # in a process, whose memory each one fills
STYLE = """
@page { size: A4; margin: 25mm 20mm; }
body { font: 11pt/1.5 Arial, "Liberation Sans", Arimo, "DejaVu Sans", "Noto Sans", sans-serif; color: #1a1a1a; }
.issuer { border-bottom: 1.5pt solid #0000bf; margin: 0 0 8mm; padding-bottom: 2mm; }
h1 { font-size: 18pt; line-height: 1.25; margin: 0 0 8mm; }
h2 { font-size: 13pt; margin: 8mm 0 3mm; }
table { border-collapse: collapse; table-layout: fixed; width: 100%; }
th, td { overflow-wrap: anywhere; }
th, td { border-bottom: 1px solid #808080; padding: 2mm 4mm 2mm 0; text-align: left; vertical-align: top; }
th { width: 32%; }
"""


@transaction.atomic
def request_pdf(kind: type[D], *, language: str, **owner: Model) -> None:
    """Have a document of this kind made in a language; `owner` is the row of which it tells, by the field's name.

    A second request changes nothing, unless the first one failed or was for another language: then it starts again.
    """
    fresh = {"language": language, "asked_at": timezone.now()}
    rows: QuerySet[D] = kind._default_manager.select_for_update()
    document, is_new = rows.get_or_create(**owner, defaults=fresh)
    if not is_new and (document.failed_at or document.language != language):
        blank = dict.fromkeys(["lease", "leased_until", "failed_at", "made_at", "content"])
        kind._default_manager.filter(pk=document.pk).update(attempts=0, **fresh, **blank)


def content_of(document: PdfDocument | None) -> bytes | None:
    """Return the bytes of a document; None until it is made."""
    return base64.b64decode(str(document.content)) if document and document.content else None


def make_due_pdfs(kind: type[D], html_of: Callable[[D], str], *, stop: Stop | None = None) -> int:
    """Make the PDFs of this kind that are asked for, one at a time; return how many were tried."""
    stop, tried = stop or Stop(), 0
    while not stop.asked and due(kind).exists() and (document := claim_first(due(kind), seconds=LEASE_SECONDS)):
        tried += 1
        make_pdf(document, html_of)
    return tried


def delete_old_pdfs(kind: type[PdfDocument]) -> int:
    """Delete the documents of this kind that are a day old, and return how many; they can be made again."""
    return kind._default_manager.filter(asked_at__lte=timezone.now() - KEPT).delete()[0]


def render_pdf(text: str) -> bytes:
    """Return a page of HTML as tagged PDF. Nothing that the page refers to is fetched."""
    import weasyprint  # in the worker only, and where it is installed

    nothing = weasyprint.urls.URLFetcher(allowed_protocols=())
    style = weasyprint.CSS(string=STYLE, url_fetcher=nothing)
    with ONE_AT_A_TIME:
        pdf: bytes = weasyprint.HTML(string=text, url_fetcher=nothing).write_pdf(
            stylesheets=[style], pdf_variant="pdf/ua-1"
        )
    return pdf


def due(kind: type[D]) -> QuerySet[D]:
    """Return the documents of this kind that wait for a worker, the oldest first."""
    found: QuerySet[D] = kind._default_manager.filter(FREE, made_at=None, failed_at=None)
    return found.order_by("asked_at", "pk")


def make_pdf(document: D, html_of: Callable[[D], str]) -> None:
    """Make a document that we hold, or note that it failed."""
    if is_exhausted(document, tries=MOST_TRIES):
        _finish(document, failed_at=timezone.now())
        return
    try:
        pdf = render_pdf(html_of(document))
    except Exception as error:  # whatever one document does, the others go on
        log_fault(logger, error, **{_name_of(document).replace(" ", "_"): document.pk})
        if document.attempts == MOST_TRIES:
            _finish(document, failed_at=timezone.now())
        return
    _finish(document, made_at=timezone.now(), content=base64.b64encode(pdf).decode())


def _finish(document: PdfDocument, **changes: object) -> None:
    """Record what became of a document that we hold, unless it was asked for again meanwhile or deleted."""
    outcome = "late" if not give_back(document, **changes) else "failed" if "failed_at" in changes else "made"
    level = logging.WARNING if outcome == "failed" else logging.INFO
    logger.log(level, "%s %s: %s", _name_of(document), document.pk, outcome, extra={"outcome": outcome})


def _name_of(document: PdfDocument) -> str:
    return str(document._meta.verbose_name)
