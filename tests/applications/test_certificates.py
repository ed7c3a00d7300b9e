"""Certificates of the state of an application: issued, shown, printed and checked, and what they never say."""

import contextlib
import datetime as dt
import re
import zlib
from ctypes.util import find_library

import pytest
from django.conf import settings as project
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from applications import certificate_pdf, certificates, changes, invitations, pdf_documents
from applications.application_removal import remove_applications
from applications.certificates import CertificateStanding
from applications.models import Application, Certificate, CertificateDocument
from applications.views.receipts import MOST_UNKNOWN
from records.models import Entry
from tests import cast
from tests.applications.factories import actor, applicant, application, confirm
from tests.applications.households import PROTECTED, sent, slot
from tests.applications.test_receipts import change, end
from tests.applications.test_views import text_of, url
from tests.conftest import headings, must_not_skip
from tests.counter.checks import check, confirm_here, undo

pytestmark = pytest.mark.django_db

NOON = "2026-11-16T12:00:00+02:00"
LANGUAGES = [code for code, _ in project.LANGUAGES]
needs_pango = pytest.mark.skipif(
    find_library("pangoft2-1.0") is None and not must_not_skip(), reason="Pango is not installed"
)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def valid():
    """An application of Maija and Olli that both have confirmed, the latter at the counter."""
    sent = application(cast.MAIJA, cast.OLLI)
    confirm(sent, cast.MAIJA)
    check(sent, cast.OLLI)
    confirm_here(sent, cast.OLLI)
    return sent


def issue(sent, who=cast.MAIJA, language="en"):
    return certificates.issue_certificate(applicant(sent, who), language=language, by=actor(who))


def at(certificate, name="certificate"):
    application = certificate.applicant.version.application
    return reverse(f"applications:{name}", args=[application.reference, certificate.number])


def verify(client, certificate, **different):
    page = reverse("applications:verify")
    return client.post(page, {"number": str(certificate), "check_code": certificate.check_code, **different})


def standing(certificate):
    checked = certificates.check_certificate(number=certificate.number, check_code=certificate.digest[:16])
    return checked and checked.standing


def plain(pdf):
    """Return the PDF with what is compressed in it unpacked."""
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        with contextlib.suppress(zlib.error):
            pdf += zlib.decompressobj().decompress(stream)
    return pdf


# --- Issuing -----------------------------------------------------------------------------------------------


def test_certificate_says_since_when_the_application_is_valid_and_until_when(time_machine):
    sent = application(cast.MAIJA)
    time_machine.shift(dt.timedelta(days=3))
    confirm(sent, cast.MAIJA)
    time_machine.shift(dt.timedelta(days=10))
    changes.renew(sent, by=actor(cast.MAIJA))
    time_machine.shift(dt.timedelta(days=1))

    issued = issue(sent)

    said = (issued.state, issued.state_since.isoformat(), issued.valid_until.isoformat())
    assert said == ("valid", "2026-11-19", "2027-02-27")


def test_certificate_of_one_that_waits_says_since_when_it_waits(time_machine, valid):
    """A change begins the waiting anew; another change does not."""
    time_machine.shift(dt.timedelta(days=2))
    change(valid)
    time_machine.shift(dt.timedelta(days=2))

    issued = issue(valid)

    assert (issued.state, issued.state_since.isoformat()) == ("awaiting", "2026-11-18")


def test_certificate_cannot_be_changed_or_deleted_by_anybody(valid):
    issued = issue(valid)

    for change_it in (
        lambda: Certificate.objects.update(valid_until="2030-01-01"),
        lambda: Certificate.objects.filter(pk=issued.pk).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change_it()


def test_issuing_is_in_the_trail_without_anything_of_a_person(valid):
    issued = issue(valid)

    entry = Entry.objects.get(event="certificate_issued")

    assert entry.subject == f"applicant {issued.applicant_id}"
    assert entry.facts == {"language": "en"}


def test_pressing_twice_makes_one_certificate_and_another_day_another(valid, time_machine):
    """R12"""
    first, again, swedish = issue(valid), issue(valid), issue(valid, language="sv")
    time_machine.shift(dt.timedelta(days=1))
    next_day = issue(valid)

    assert first == again
    assert len({first, swedish, next_day}) == 3


@pytest.mark.parametrize("happens", [end, lambda sent: None])
def test_what_has_ended_is_not_certified(happens, valid, time_machine):
    """Nor what has ended by time, where the clock has not been yet."""
    happens(valid)
    if happens is not end:
        time_machine.shift(dt.timedelta(days=91))

    with pytest.raises(certificates.CannotCertifyEnded):
        issue(valid)

    assert not Certificate.objects.exists()


def test_somebody_removed_meanwhile_gets_none():
    sent = application(cast.MAIJA, cast.OLLI)
    former = applicant(sent, cast.OLLI)
    changes.remove(former, digest=sent.version.digest, by=actor(cast.MAIJA))

    with pytest.raises(certificates.CannotCertifyRemoved):
        certificates.issue_certificate(former, language="en", by=actor(cast.OLLI))


# --- The pages ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_says_what_is_certified_in_the_language_that_was_chosen(sign_in, valid, language):
    client = sign_in(cast.OLLI)

    answer = client.post(url("certify", valid), {"language": language}, follow=True)

    issued = Certificate.objects.get()
    shown = text_of(answer)
    with translation.override(language):
        words = [str(issued.get_state_display()), "16.11.2026" if language != "en" else "16 November 2026"]
    people = ["Maija Liisa Meikäläinen", "Olli Öhman"]
    assert [
        each for each in [*words, *people, str(issued), issued.check_code, valid.number] if each not in shown
    ] == []
    assert f'<div lang="{language}">' in answer.text


def test_page_and_pdf_hold_no_code_contact_details_or_income(sign_in, valid):
    """R17, J2.3"""
    issued = issue(valid)
    page = sign_in(cast.MAIJA).get(at(issued)).text
    pdf = certificate_pdf.certificate_html_of(CertificateDocument(certificate=issued, language="en"))

    for text in (page[page.index("<main") :], pdf):
        found = [who["hetu"] for who in (cast.MAIJA, cast.OLLI) if who["hetu"][:7] in text]
        assert found == []
        assert re.findall(r"example\.test|\+358|€|Mannerheimintie", text) == []


def test_certificate_is_the_same_for_a_household_under_non_disclosure(sign_in):
    """R16: whoever reads it does not learn of the mark."""

    def shown(household):
        issued = certificates.issue_certificate(slot(household, cast.MAIJA), language="en", by=actor(cast.MAIJA))
        html = certificate_pdf.certificate_html_of(CertificateDocument(certificate=issued, language="en"))
        secrets = (str(issued), household.number, issued.check_code)
        for each in secrets:
            html = html.replace(each, "")
        return html

    marked, unmarked = sent(cast.MAIJA, cast.OLLI, **PROTECTED), sent(cast.MAIJA, cast.OLLI)

    assert shown(marked) == shown(unmarked)


def test_nobody_reads_the_certificate_of_another_applicant(sign_in, valid):
    issued = issue(valid, cast.MAIJA)

    for who in (cast.OLLI, cast.OTSO):
        client = sign_in(who)
        assert client.get(at(issued)).status_code == 404
        assert client.get(at(issued, "certificate_pdf")).status_code == 404
    assert str(issued) not in sign_in(cast.OLLI).get(url("certify", valid)).text


@pytest.mark.parametrize("name", ["certify", "certificate", "certificate_pdf"])
def test_page_needs_identification(client, valid, name):
    address = url(name, valid) if name == "certify" else at(issue(valid), name)

    assert client.get(address).url.startswith(reverse("identity:identify"))
    assert client.post(address).url.startswith(reverse("identity:session_ended"))


def test_certificate_stays_in_reach_after_the_application_has_ended(sign_in, valid):
    issued = issue(valid)
    end(valid)
    client = sign_in(cast.MAIJA)

    page = client.get(url("certify", valid))

    assert f'href="{at(issued)}"' in page.text
    assert "<button" not in page.text[page.text.index("<main") : page.text.index("</main")]
    assert client.get(at(issued)).status_code == 200


def test_no_language_is_asked_for_again(sign_in, valid):
    answer = sign_in(cast.MAIJA).post(url("certify", valid), {"language": "xx"})

    assert answer.status_code == 200
    assert "The form has the following errors:" in headings(answer)
    assert not Certificate.objects.exists()


def test_list_takes_a_constant_number_of_queries(sign_in, valid, django_assert_num_queries, time_machine):
    client = sign_in(cast.MAIJA)
    issue(valid)
    client.get(url("certify", valid))

    def number():
        with django_assert_num_queries(4):
            client.get(url("certify", valid))

    number()
    issue(valid, language="sv")
    issue(valid, language="fi")
    number()


# --- As PDF ------------------------------------------------------------------------------------------------


@needs_pango
def test_pdf_is_made_by_the_worker_tagged_and_in_the_certificates_language(sign_in, valid, caplog):
    issued = issue(valid, language="sv")
    client = sign_in(cast.MAIJA)

    client.post(at(issued, "certificate_pdf"))
    waiting = client.get(at(issued)).text
    tried = certificate_pdf.make_due_certificates()
    ready = client.get(at(issued)).text
    answer = client.get(at(issued, "certificate_pdf"))

    assert "We are making the PDF." in waiting
    assert tried == 1
    assert "Download the PDF" in ready
    assert answer["Content-Disposition"] == f'attachment; filename="certificate-{issued}.pdf"'
    pdf = plain(answer.content)
    assert re.search(rb"/Lang\s*\(sv\)", pdf)
    assert re.search(rb'pdfuaid:part="1"', pdf)
    assert [record.getMessage() for record in caplog.records if record.name.startswith("weasyprint")] == []
    assert "Maija" not in caplog.text


def test_pdf_names_its_issuer_at_the_top(valid):
    issued = issue(valid, language="sv")

    html = certificate_pdf.certificate_html_of(CertificateDocument(certificate=issued, language="sv"))

    assert re.search(r"<body>\s*<p .*>Bekräfta din Heka-bostadsansökan</strong><br>Helsingfors stad, ", html)


@needs_pango
def test_pdf_goes_after_a_day_and_the_certificate_stays(valid, time_machine):
    issued = issue(valid)
    certificate_pdf.request_certificate_pdf(issued)
    certificate_pdf.make_due_certificates()
    time_machine.shift(pdf_documents.KEPT)

    assert certificate_pdf.delete_old_certificates() == 1
    assert standing(issued) == CertificateStanding.HOLDS


def test_without_the_extra_nobody_is_offered_a_pdf(sign_in, settings, valid):
    settings.RECEIPT_PDF = False
    issued = issue(valid)
    client = sign_in(cast.MAIJA)

    assert "PDF" not in client.get(at(issued)).text
    assert client.post(at(issued, "certificate_pdf")).status_code == 404


def test_it_goes_with_its_application(valid):
    certificate_pdf.request_certificate_pdf(issue(valid))

    remove_applications([valid.pk])

    assert (Application.objects.count(), Certificate.objects.count(), CertificateDocument.objects.count()) == (0, 0, 0)


# --- Checking it -------------------------------------------------------------------------------------------


def fall(sent):
    """Undo the ID check on which Olli's confirmation rests."""
    undo(applicant(sent, cast.OLLI).id_checks.get())


def renewed(sent):
    Application.objects.filter(pk=sent.pk).update(valid_until=dt.date(2027, 3, 1))


@pytest.mark.parametrize(
    ("happens", "heading", "sentence"),
    [
        (
            lambda sent: None,
            "and its details are still correct",
            "It is still valid today. It is valid until 14 February 2027.",
        ),
        (renewed, "and its details are still correct", "It is still valid today. It is valid until 1 March 2027."),
        (fall, "but its details are no longer correct", "The application is no longer valid."),
        (change, "but its details are no longer correct", "The application has since been changed."),
        (end, "but its details are no longer correct", "The application has ended."),
    ],
)
def test_whoever_checks_it_reads_what_was_certified_and_whether_it_still_holds(
    client, valid, happens, heading, sentence
):
    issued = issue(valid)
    happens(valid)

    answer = verify(client, issued)

    assert headings(answer)[0] == f"The certificate is genuine, {heading}"
    assert "The certificate was issued on 16 November 2026. It says that the application was valid" in text_of(answer)
    assert sentence in text_of(answer)


def test_whoever_checks_one_of_a_waiting_application_reads_that_it_has_become_valid(client):
    sent = application(cast.MAIJA)
    issued = issue(sent)
    before = verify(client, issued)
    confirm(sent, cast.MAIJA)
    after = verify(client, issued)

    assert "It is still waiting for confirmation." in text_of(before)
    assert "It must be confirmed by 14 February 2027." in text_of(before)
    assert "The application has since become valid." in text_of(after)


def test_certificate_of_who_applied_before_a_change_does_not_hold_once_all_have_confirmed_again(valid):
    """Somebody else may apply now."""
    issued = issue(valid)
    change(valid)
    confirm(valid, cast.MAIJA)

    assert standing(issued) == CertificateStanding.CHANGED


@pytest.mark.parametrize("happens", [lambda sent: None, fall, change, end])
def test_answer_names_nobody_and_no_application(client, valid, happens):
    issued = issue(valid)
    happens(valid)

    text = verify(client, issued).text

    names = [valid.reference, valid.number, *(who[n] for who in (cast.MAIJA, cast.OLLI) for n in who)]
    assert [fact for fact in [*names, "Maija", "Olli", "example.test"] if fact in text] == []


def test_forged_certificate_is_not_known(client, valid):
    issued, other = issue(valid), issue(valid, language="sv")

    for answer in (verify(client, issued, check_code="0" * 16), verify(client, issued, check_code=other.check_code)):
        assert headings(answer)[0] == "We do not know this receipt or certificate"


def test_number_of_a_certificate_with_the_check_code_of_a_receipt_is_not_known(client, valid):
    issued = issue(valid)
    receipt = applicant(valid, cast.MAIJA).confirmed

    assert headings(verify(client, issued, check_code=receipt.check_code))[0].startswith("We do not know")


def test_whoever_reads_b_as_8_or_8_as_b_is_not_told_that_the_certificate_is_unknown(client, valid):
    several = [issue(valid, who, language) for who in (cast.MAIJA, cast.OLLI) for language in ("fi", "sv", "en")]
    issued = next(each for each in several if {"b", "8"} & set(each.digest[:16]))
    code = issued.digest[:16]

    typed = {code.replace("b", "8"), code.replace("8", "b"), code.replace("b", "8").replace("8", "B")}

    assert {headings(verify(client, issued, check_code=each))[0] for each in typed} == {
        "The certificate is genuine, and its details are still correct"
    }


def test_nobody_who_has_declined_is_certified_to_apply(sign_in):
    """Whoever says that an application is not for them may have been named by a stranger."""
    waits = application(cast.MAIJA, cast.OLLI)
    invitations.decline(slot(waits, cast.OLLI))

    for who in (cast.MAIJA, cast.OLLI):
        answer = sign_in(who).post(url("certify", waits), {"language": "en"}, follow=True)
        assert "An applicant has declined this application" in text_of(answer)
    assert not Certificate.objects.exists()


def test_tries_are_limited(client, valid):
    issued = issue(valid)

    answers = [verify(client, issued, check_code="0" * 16).status_code for _ in range(MOST_UNKNOWN + 1)]

    assert answers[-1] == 429
