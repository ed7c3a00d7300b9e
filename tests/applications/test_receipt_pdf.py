"""Receipts as tagged PDF: made by the worker, for whoever confirmed, and gone after a day."""

import contextlib
import datetime as dt
import logging
import re
import subprocess
import sys
import zlib
from ctypes.util import find_library

import pytest
from django.conf import settings as project
from django.db import connection
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone, translation

from applications import pdf_documents, receipt_pdf, references
from applications.application_removal import remove_applications
from applications.models import Application, Confirmation, ReceiptDocument
from core.leases import claim_first
from core.worker import Stop
from tests import cast
from tests.applications.factories import application, confirm
from tests.as_read import as_read
from tests.conftest import must_not_skip
from tests.service_names import SERVICE_NAMES

has_pango = find_library("pangoft2-1.0") is not None
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not has_pango and not must_not_skip(), reason="Pango is not installed"),
]

MINUTE = dt.timedelta(minutes=1)
NOON = "2026-11-16T12:00:00+02:00"
BROKEN = "{% if %}"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def url(sent, name="receipt_pdf", language="en"):
    with translation.override(language):
        return reverse(f"applications:{name}", args=[sent.reference])


def confirmed():
    return confirm(application(cast.MAIJA), cast.MAIJA)


def asked():
    receipt_pdf.request_receipt_pdf(confirmed(), language="en")
    return ReceiptDocument.objects.get()


def claim():
    return claim_first(pdf_documents.due(ReceiptDocument), seconds=pdf_documents.LEASE_SECONDS)


def end_lease():
    """Let whatever a worker holds be free again, by the database's clock."""
    ReceiptDocument.objects.filter(lease__isnull=False).update(leased_until=Now())


def plain(pdf):
    """Return the PDF with what is compressed in it unpacked."""
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        with contextlib.suppress(zlib.error):
            pdf += zlib.decompressobj().decompress(stream)
    return pdf


@pytest.fixture
def broken(settings, tmp_path):
    """Put a template that cannot be rendered before the receipt's; return its file."""
    file = tmp_path / "applications" / "_receipt_pdf.html"
    file.parent.mkdir()
    file.write_text(BROKEN)
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}]
    return file


def test_button_is_pressed_the_worker_makes_it_and_it_is_downloaded(sign_in):
    sent = application(cast.MAIJA)
    made = confirm(sent, cast.MAIJA)
    client = sign_in(cast.MAIJA)

    offered = client.get(url(sent, "receipt")).text
    answer = client.post(url(sent))
    waiting = client.get(url(sent, "receipt")).text
    early = client.get(url(sent))
    tried = receipt_pdf.make_due_receipts()
    ready = client.get(url(sent, "receipt")).text
    pdf = client.get(url(sent))

    assert "Make a PDF of the receipt</button>" in offered
    assert (answer.status_code, answer.url) == (302, url(sent, "receipt") + "#pdf")
    assert "We are making the PDF. Look again in a moment." in waiting
    assert "Make a PDF of the receipt" not in waiting
    assert (early.status_code, early.url) == (302, url(sent, "receipt") + "#pdf")
    assert tried == 1
    assert f'<a class="button secondary" href="{url(sent)}">Download the PDF</a>' in ready
    assert pdf.content.startswith(b"%PDF-1.7")
    assert pdf["Content-Type"] == "application/pdf"
    name = f"receipt-{references.display(made.number)}.pdf"
    assert pdf["Content-Disposition"] == f'attachment; filename="{name}"'
    assert "no-store" in pdf["Cache-Control"]


def test_pdf_is_tagged_and_says_its_language_and_title(caplog):
    made = confirmed()

    pdf = plain(pdf_documents.render_pdf(receipt_pdf.receipt_html(made, language="fi")))

    assert re.search(rb"/MarkInfo\s*<<\s*/Marked true", pdf)
    assert re.search(rb"/Lang\s*\(fi\)", pdf)
    assert re.search(rb"/DisplayDocTitle true", pdf)
    assert re.search(rb"/Title\s*[(<]", pdf)
    assert re.search(rb'pdfuaid:part="1"', pdf)
    kinds = set(re.findall(rb"/S\s*/(\w+)", pdf))
    assert {b"Document", b"H1", b"H2", b"Table", b"TR", b"TH", b"TD", b"P", b"Link"} <= kinds
    assert b"/FontFile" in pdf
    assert [record.getMessage() for record in caplog.records if record.name.startswith("weasyprint")] == []


@pytest.mark.parametrize(
    ("language", "day", "method", "organisation"),
    [
        ("fi", "16.11.2026", None, "Helsingin kaupunki"),
        ("sv", "16.11.2026", None, "Helsingfors stad"),
        ("en", "16 November 2026", "online banking codes", "City of Helsinki"),
    ],
)
def test_pdf_says_what_was_confirmed_by_whom_when_and_how_in_its_language(
    time_machine, language, day, method, organisation
):
    time_machine.move_to(NOON)
    sent = application(cast.MAIJA)
    made = confirm(sent, cast.MAIJA)

    text = as_read(receipt_pdf.receipt_html(Confirmation.objects.get(pk=made.pk), language=language))

    assert f'<html lang="{language}">' in text
    facts = [
        made.receipt_number,
        sent.number,
        "Maija Liisa Meikäläinen",
        made.check_code,
        day,
        f"/{language}/receipt/",
    ]
    with translation.override(language):
        facts += [str(Application.objects.get(pk=sent.pk).status.label), str(made.get_method_display())]
    assert [fact for fact in facts if fact not in text] == []
    assert (method or "") in text
    issuer, heading = text.index('<p class="issuer">'), text.index("<h1>")
    assert [one for one in (SERVICE_NAMES[language], organisation) if one not in text[issuer:heading]] == []
    assert cast.MAIJA["hetu"] not in text
    assert "{{" not in text


def test_nothing_that_a_page_names_is_fetched(tmp_path, caplog):
    (tmp_path / "style.css").write_text("p { display: none }")
    away = [f"file://{tmp_path}/style.css", "http://127.0.0.1:9/style.css", "data:text/css,p{display:none}"]
    links = "".join(f'<link rel="stylesheet" href="{one}">' for one in away)

    pdf = pdf_documents.render_pdf(f'<html lang="en"><head><title>x</title>{links}</head><body><p>x</p></body></html>')

    assert pdf.startswith(b"%PDF")
    refused = [record.getMessage() for record in caplog.records if record.name == "weasyprint"]
    assert [one for one in away if not any(one in line and "disallowed" in line for line in refused)] == []


def test_log_says_nothing_of_what_is_in_a_pdf(caplog):
    asked()

    receipt_pdf.make_due_receipts()

    assert [record.name for record in caplog.records if record.name != "records"][-1] == "applications.pdf_documents"
    assert "Maija" not in caplog.text
    for name in ("fontTools.subset", "weasyprint.progress"):  # the one only where HarfBuzz cannot do its work
        assert not logging.getLogger(name).isEnabledFor(logging.INFO)


def test_asked_for_twice_it_is_one_and_made_once(sign_in):
    sent = application(cast.MAIJA)
    confirm(sent, cast.MAIJA)
    client = sign_in(cast.MAIJA)

    for _ in range(2):
        client.post(url(sent))
    receipt_pdf.make_due_receipts()
    made_at = ReceiptDocument.objects.get().made_at
    client.post(url(sent))

    assert receipt_pdf.make_due_receipts() == 0
    assert ReceiptDocument.objects.get().made_at == made_at


def test_asked_for_in_another_language_it_is_made_in_that_one(sign_in):
    sent = application(cast.MAIJA)
    confirm(sent, cast.MAIJA)
    client = sign_in(cast.MAIJA)
    client.post(url(sent))
    receipt_pdf.make_due_receipts()

    before = client.get(url(sent, language="sv"))
    client.post(url(sent, language="sv"))
    receipt_pdf.make_due_receipts()

    assert before.status_code == 302
    assert b"(sv)" in plain(client.get(url(sent, language="sv")).content)
    assert ReceiptDocument.objects.count() == 1


@pytest.mark.parametrize("method", ["get", "post"])
def test_receipt_of_another_person_is_not_found(sign_in, method):
    sent = application(cast.MAIJA)
    receipt_pdf.request_receipt_pdf(confirm(sent, cast.MAIJA), language="en")
    receipt_pdf.make_due_receipts()

    response = getattr(sign_in(cast.OLLI), method)(url(sent))

    assert response.status_code == 404
    assert not response.content.startswith(b"%PDF")


@pytest.mark.parametrize("method", ["get", "post"])
def test_receipt_of_a_co_applicant_is_not_handed_out(sign_in, method):
    sent = application(cast.MAIJA, cast.OLLI)
    receipt_pdf.request_receipt_pdf(confirm(sent, cast.MAIJA), language="en")
    receipt_pdf.make_due_receipts()

    response = getattr(sign_in(cast.OLLI), method)(url(sent))

    assert (response.status_code, response.url) == (302, url(sent, "status"))
    assert ReceiptDocument.objects.count() == 1


def test_not_identified_leads_to_identification(client):
    sent = application(cast.MAIJA)
    receipt_pdf.request_receipt_pdf(confirm(sent, cast.MAIJA), language="en")
    receipt_pdf.make_due_receipts()

    assert client.get(url(sent)).url.startswith(reverse("identity:identify"))


def test_content_is_encrypted_at_rest():
    document = asked()
    receipt_pdf.make_due_receipts()

    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM applications_receiptdocument WHERE id = %s", [document.pk])
        [stored] = cursor.fetchone()

    assert b"JVBERi0" not in bytes(stored)  # base64 of %PDF-
    assert receipt_pdf.receipt_pdf_content(document.confirmation, language="en").startswith(b"%PDF-")


def test_after_a_day_it_is_deleted_and_can_be_made_again(sign_in, time_machine):
    time_machine.move_to(NOON, tick=False)
    made = confirmed()
    receipt_pdf.request_receipt_pdf(made, language="en")
    receipt_pdf.make_due_receipts()

    time_machine.shift(dt.timedelta(days=1) - MINUTE)
    early = receipt_pdf.delete_old_receipts()
    time_machine.shift(MINUTE)
    late = receipt_pdf.delete_old_receipts()
    receipt_pdf.request_receipt_pdf(made, language="en")

    assert (early, late) == (0, 1)
    assert receipt_pdf.make_due_receipts() == 1


def test_it_goes_with_its_application():
    document = asked()
    sent = document.confirmation.applicant.version.application
    receipt_pdf.make_due_receipts()

    remove_applications([sent.pk])

    assert (Application.objects.count(), ReceiptDocument.objects.count()) == (0, 0)


def test_failing_is_logged_tried_once_more_and_then_said(sign_in, broken, time_machine, caplog):
    time_machine.move_to(NOON, tick=False)
    sent = application(cast.MAIJA)
    confirm(sent, cast.MAIJA)
    client = sign_in(cast.MAIJA)
    client.post(url(sent))

    tried = [receipt_pdf.make_due_receipts(), receipt_pdf.make_due_receipts()]
    between = client.get(url(sent, "receipt")).text
    end_lease()
    tried += [receipt_pdf.make_due_receipts()]
    end_lease()
    tried += [receipt_pdf.make_due_receipts()]
    after = client.get(url(sent, "receipt")).text

    assert tried == [1, 0, 1, 0]
    assert [r.getMessage() for r in caplog.records if r.levelname == "ERROR"] == ["TemplateSyntaxError"] * 2
    assert "We are making the PDF." in between
    assert "The PDF could not be made. Try again, or print this page." in after
    assert "Make a PDF of the receipt</button>" in after

    broken.unlink()
    client.post(url(sent))
    assert receipt_pdf.make_due_receipts() == 1
    assert client.get(url(sent)).content.startswith(b"%PDF")


def test_one_that_fails_keeps_no_other_waiting(broken):
    first = confirmed()
    receipt_pdf.request_receipt_pdf(first, language="en")
    receipt_pdf.make_due_receipts()
    broken.unlink()
    receipt_pdf.request_receipt_pdf(confirm(application(cast.OLLI), cast.OLLI), language="en")

    assert receipt_pdf.make_due_receipts() == 1


def test_worker_that_is_killed_twice_over_it_is_the_end_of_it(time_machine):
    time_machine.move_to(NOON, tick=False)
    document = asked()

    for _ in range(2):
        assert claim() == document
        assert claim() is None
        end_lease()
    receipt_pdf.make_due_receipts()

    document.refresh_from_db()
    assert (document.failed_at, document.made_at) == (timezone.now(), None)


def test_worker_that_comes_back_late_writes_nothing(time_machine):
    time_machine.move_to(NOON, tick=False)
    made = confirmed()
    receipt_pdf.request_receipt_pdf(made, language="en")
    held = claim()
    receipt_pdf.request_receipt_pdf(made, language="fi")

    pdf_documents.make_pdf(held, receipt_pdf.html_of_document)

    assert ReceiptDocument.objects.get().made_at is None
    assert receipt_pdf.make_due_receipts() == 1


def test_nothing_is_begun_once_a_stop_is_asked():
    asked()

    assert receipt_pdf.make_due_receipts(Stop(asked=True)) == 0


def test_undone_confirmation_has_no_pdf(sign_in):
    sent = application(cast.MAIJA)
    made = confirm(sent, cast.MAIJA)
    receipt_pdf.request_receipt_pdf(made, language="en")
    receipt_pdf.make_due_receipts()
    Confirmation.objects.filter(pk=made.pk).update(undone_at=timezone.now())

    assert sign_in(cast.MAIJA).get(url(sent)).url == url(sent, "status")


@pytest.mark.parametrize("method", ["get", "post"])
def test_without_the_extra_nobody_is_offered_any(sign_in, settings, method):
    settings.RECEIPT_PDF = False
    sent = application(cast.MAIJA)
    confirm(sent, cast.MAIJA)
    client = sign_in(cast.MAIJA)

    page = client.get(url(sent, "receipt"))
    response = getattr(client, method)(url(sent))

    assert (page.status_code, response.status_code) == (200, 404)
    assert "PDF" not in page.text
    assert not ReceiptDocument.objects.exists()


HIDDEN = """
import sys
from importlib import abc

class Hidden(abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] == "weasyprint":
            raise ModuleNotFoundError(name)

if {hidden}:
    import importlib.util
    found = importlib.util.find_spec
    importlib.util.find_spec = lambda name, *a: None if name == "weasyprint" else found(name, *a)
    sys.meta_path.insert(0, Hidden())
import django
django.setup()
from django.conf import settings
from django.urls import reverse
reverse("front")
is_made = "applications.receipt_pdf.make_due_receipts" in settings.WORKER_BESIDE
print(settings.RECEIPT_PDF, is_made, "weasyprint" in sys.modules)
"""


@pytest.mark.parametrize(("hidden", "says"), [(True, "False False False"), (False, "True True False")])
def test_service_starts_without_the_extra_and_imports_it_at_no_start(hidden, says):
    done = subprocess.run(
        [sys.executable, "-c", HIDDEN.format(hidden=hidden)], cwd=project.BASE_DIR, capture_output=True, text=True
    )

    assert (done.stdout.strip(), done.returncode) == (says, 0), done.stderr


def test_a_long_name_stays_on_the_paper():
    weasyprint = pytest.importorskip("weasyprint")
    row = f"<table><tr><th scope=row>Confirmed by</th><td>{'Wolfeschlegelstein' * 15}</td></tr></table>"
    style = weasyprint.CSS(string=pdf_documents.STYLE)

    [sheet] = weasyprint.HTML(string=row).render(stylesheets=[style]).pages

    boxes = [box for box in sheet._page_box.descendants() if isinstance(getattr(box, "width", None), int | float)]
    assert max(box.position_x + box.width for box in boxes) <= sheet.width
