import pytest

from applications.models import Applicant
from tests.applications.factories import applicant, application
from tests.cast import MAIJA, OLLI
from tests.counter.desk.arranged import address, controls, entries, protect, text_of

pytestmark = pytest.mark.django_db


def at(sent, position=0):
    return address("desk_protection", sent.reference, position)


def test_page_says_what_the_mark_does(supervisor):
    """R16"""
    text = text_of(supervisor.get(at(application(MAIJA))))

    assert "hides where this person lives" in text
    assert "The other applicants will not be told of it." in text
    assert "Set the non-disclosure" in text


def test_mark_is_set_in_every_application_of_the_person(supervisor):
    """R16"""
    sent, other = application(MAIJA, OLLI), application(MAIJA)

    response = supervisor.post(at(sent), {"mark": "set"}, follow=True)

    assert [applicant(each, MAIJA).protected for each in (sent, other)] == [True, True]
    assert applicant(sent, OLLI).protected is False
    assert len(entries("protection_set")) == 2
    assert "The non-disclosure has been set." in text_of(response)


def test_mark_is_removed(supervisor):
    """R16"""
    sent = application(MAIJA)
    protect(applicant(sent, MAIJA))

    page = supervisor.get(at(sent))
    supervisor.post(at(sent), {"mark": "remove"})

    assert "Remove the non-disclosure" in text_of(page)
    assert applicant(sent, MAIJA).protected is False
    assert len(entries("protection_removed")) == 1


def test_second_click_changes_nothing(supervisor):
    """R12"""
    sent = application(MAIJA)

    for _ in range(2):
        supervisor.post(at(sent), {"mark": "set"})

    assert applicant(sent, MAIJA).protected is True
    assert len(entries("protection_set")) == 1


@pytest.mark.parametrize("nonsense", [{}, {"mark": "x"}])
def test_nonsense_changes_nothing(supervisor, nonsense):
    sent = application(MAIJA)
    protect(applicant(sent, MAIJA))

    assert supervisor.post(at(sent), nonsense).status_code == 200
    assert applicant(sent, MAIJA).protected is True


def test_adviser_and_operator_are_not_let_in(adviser, operator):
    """R16"""
    sent = application(MAIJA)

    assert [browser.post(at(sent), {"mark": "set"}).status_code for browser in (adviser, operator)] == [403, 403]
    assert applicant(sent, MAIJA).protected is False


def test_mark_that_nobody_identified_has_set_is_made_the_persons(supervisor):
    """R16, ADR 20"""
    other, sent = application(MAIJA), application(MAIJA)
    Applicant.objects.filter(version=sent.version).update(protected=True, protected_here_only=True)

    page = supervisor.get(at(sent))
    supervisor.post(at(sent), {"mark": "set"})

    assert "it applies to this application only" in text_of(page)
    assert controls(page)[:2] == ["Set it in all applications of this person", "Remove the non-disclosure"]
    assert applicant(other, MAIJA).protected
    assert not applicant(sent, MAIJA).protected_here_only
