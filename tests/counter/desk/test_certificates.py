"""A certificate for the person who stands at the desk: after a check of today, in their language, on paper (J10)."""

import pytest

from applications.models import Certificate
from records.models import Entry
from tests.applications.households import sent as household
from tests.cast import MAIJA, OLLI
from tests.conftest import headings
from tests.counter.checks import ETHAN, check, doubtful
from tests.counter.desk.arranged import address, controls, entries, text_of
from tests.counter.desk.test_acts import at, form, logged_in, slot_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting():
    return household(MAIJA, {**ETHAN, "language": "sv"}, language="sv")


def offered(sent, position):
    return "Issue a certificate" in controls(logged_in().get(at("desk_applicant", sent, position)))


def issue(client, sent, position=0, language="fi"):
    data = {**form(sent, position), "language": language}
    return client.post(at("desk_certify", sent, position), data, follow=True)


def test_nobody_gets_one_before_a_check_of_today(adviser, waiting):
    """Whoever stands there might be anybody, and the certificate names all who apply."""
    before = offered(waiting, 0)
    answer = issue(adviser, waiting)

    assert before is False
    assert "Check the identity of the person first." in text_of(answer)
    assert not Certificate.objects.exists()
    check(waiting, MAIJA)
    assert offered(waiting, 0)


def test_person_without_a_code_gets_it_on_paper_in_their_language(adviser, waiting):
    check(waiting, ETHAN)

    page = adviser.get(at("desk_certify", waiting, 1))
    answer = issue(adviser, waiting, 1, language="sv")

    issued = Certificate.objects.get()
    assert page.context["form"].initial == {"language": "sv"}
    assert (issued.language, issued.staff.username) == ("sv", "anna")
    assert str(issued) in text_of(answer)
    paper = adviser.get(address("desk_certificate", waiting.reference, 1, issued.number) + "?show=customer")
    assert paper.text.startswith('<!doctype html>\n<html lang="sv">')
    assert headings(paper) == ["Intyg om bostads\u00adansökan"]
    said = ("Maija Liisa Meikäläinen", "Ethan Evans", issued.check_code)
    assert [each for each in said if each not in paper.text] == []


def test_issuing_and_each_opening_is_recorded(adviser, waiting):
    """C1"""
    made = check(waiting, MAIJA)
    issue(adviser, waiting)

    assert [subject for _chain, subject, _facts in entries("applicant_opened")] == [f"applicant {made.applicant_id}"]
    entry = Entry.objects.get(event="certificate_issued")
    assert (entry.role, entry.subject) == ("adviser", f"applicant {made.applicant_id}")


def test_doubt_about_the_person_keeps_the_certificate_back(adviser, waiting):
    """C4"""
    check(waiting, MAIJA)
    doubtful(waiting, MAIJA, by="supervisor")

    answer = issue(adviser, waiting)

    assert "is waiting for a second review" in text_of(answer)
    assert not Certificate.objects.exists()


def test_what_has_changed_since_the_page_was_read_is_not_certified_unseen(adviser, waiting):
    check(waiting, MAIJA)
    data = {"version": "stale", "language": "fi"}

    answer = adviser.post(at("desk_certify", waiting), data, follow=True)

    assert "The application has changed in the meantime." in text_of(answer)
    assert not Certificate.objects.exists()


def test_certificate_of_somebody_else_is_not_found(adviser, waiting):
    check(waiting, MAIJA)
    issue(adviser, waiting)
    issued = Certificate.objects.get()

    for sent, position in ((waiting, 1), (household(OLLI), 0)):
        page = address("desk_certificate", sent.reference, position, issued.number)
        assert adviser.get(page).status_code == 404


def test_desk_page_names_the_language_beside_each_certificate(adviser, waiting):
    check(waiting, MAIJA)
    for language in ("fi", "sv"):
        issue(adviser, waiting, language=language)

    shown = text_of(adviser.get(at("desk_certify", waiting)))

    assert [f"({name})" in shown for name in ("Finnish", "Swedish", "English")] == [True, True, False]
    assert slot_at(waiting, 0).hetu not in shown
