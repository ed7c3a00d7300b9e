import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from applications.models import Application
from counter import search
from tests import cast
from tests.applications.factories import application
from tests.counter.desk.arranged import address, controls, text_of
from tests.privacy.test_erasure import REASON, ended, erase

pytestmark = pytest.mark.django_db


def page_of(sent, position=0):
    return address("desk_erase", sent.reference, position)


def test_page_says_what_goes_and_what_stays(supervisor):
    ended(cast.MAIJA, reference="HS-2")
    joint = ended(cast.MAIJA, cast.OLLI)

    text = text_of(supervisor.get(page_of(joint)))

    assert "What will be erased now" in text
    assert "What will be kept for the other applicants" in text
    assert f"Application {joint.number} (Withdrawn). It will be kept until" in text


def test_page_erases_with_a_reason(supervisor):
    sent = ended(cast.MAIJA)

    without = supervisor.post(page_of(sent), {"reason": " "})
    assert (without.status_code, Application.objects.filter(pk=sent.pk).exists()) == (200, True)
    response = supervisor.post(page_of(sent), {"reason": REASON}, follow=True)

    assert "The data has been erased." in text_of(response)
    assert not Application.objects.filter(pk=sent.pk).exists()
    assert supervisor.get(page_of(sent)).status_code == 404


def test_page_of_an_open_application_refuses(supervisor):
    sent = application(cast.MAIJA)

    assert "Withdraw it first" in text_of(supervisor.get(page_of(sent)))
    refused = supervisor.post(page_of(sent), {"reason": REASON})

    assert refused.status_code == 409
    assert "Nothing was erased" in text_of(refused)


@pytest.mark.parametrize("role", ["adviser", "operator"])
def test_page_is_for_supervisors(request, role):
    sent = ended(cast.MAIJA)
    client = request.getfixturevalue(role)

    assert client.get(page_of(sent)).status_code == 403
    assert client.post(page_of(sent), {"reason": REASON}).status_code == 403
    assert Application.objects.filter(pk=sent.pk).exists()


def test_only_a_supervisor_is_offered_it_and_only_of_what_has_ended(adviser, supervisor):
    sent, waits = ended(cast.MAIJA), application(cast.OLLI, reference="HS-2")
    offer = "Erase this person’s data"

    pages = [
        controls(client.get(address("desk_applicant", each.reference, 0)))
        for client in (adviser, supervisor)
        for each in (sent, waits)
    ]

    assert [offer in page for page in pages] == [False, False, True, False]


def test_erased_person_is_no_longer_found_by_name():
    sent = ended(cast.MAIJA, cast.OLLI)
    before = [hit.application for hit in search.search("Öhman").hits]

    erase(sent, cast.OLLI)

    assert before == [sent]
    assert search.search("Öhman").hits == []
    assert [hit.application for hit in search.search("Meikäläinen").hits] == [sent]


def test_number_of_queries_is_the_same_for_one_application_and_for_three(supervisor):
    counts = []
    for number in range(1, 4):
        sent = ended(cast.MAIJA, cast.OLLI, reference=f"HS-{number}")
        supervisor.get(page_of(sent))
        with CaptureQueriesContext(connection) as queries:
            supervisor.get(page_of(sent))
        counts.append(len(queries))

    assert counts == [counts[0]] * 3
