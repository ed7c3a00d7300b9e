import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from time_machine import travel

from applications import changes, document
from counter.desk import paging, wording
from records.enums import Event
from records.models import Entry
from records.names import applicant_subject, application_chain
from records.trail import append_event
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, applicant, application, confirm
from tests.cast import MAIJA, OLLI
from tests.conftest import headings
from tests.counter.checks import ETHAN
from tests.counter.desk.arranged import address, checked, entries, text_of
from tests.staff import acting

pytestmark = pytest.mark.django_db


def looks(client, sent, position=0):
    return client.get(address("desk_access_log", sent.reference, position))


def chain(client, sent, page=1):
    return client.get(address("desk_trail", sent.reference), {"page": page})


def lines(page):
    """Return what happened in each line."""
    return re.findall('<td data-label="What happened">(.*?)</td>', page.content.decode())


def test_looks_at_a_person_are_shown_over_all_their_applications(adviser, supervisor):
    former, sent, strange = application(MAIJA), application(MAIJA, OLLI), application(OLLI)
    adviser.get(address("desk_application", former.reference))
    adviser.get(address("desk_applicant", former.reference, 0))
    adviser.post(address("desk_code", sent.reference, 0))
    adviser.post(address("desk"), {"text": MAIJA["hetu"], "reason": "here"})
    adviser.get(address("desk_applicant", sent.reference, 1))
    adviser.get(address("desk_application", strange.reference))

    page = looks(supervisor, sent)

    assert headings(page) == ["Who has looked at the details of Maija Liisa Meikäläinen"]
    assert lines(page) == [
        "Event log read",
        "Searched by personal identity code",
        "Personal identity code shown",
        "Applicant’s details opened",
        "Application opened",
    ]
    assert "Anna Adviser, Adviser" in text_of(page)
    assert "Sari Supervisor, Supervisor" in text_of(page)


def test_looks_at_somebody_without_a_code_are_shown_over_the_versions(adviser, supervisor):
    sent = application(MAIJA, ETHAN)
    adviser.post(address("desk_code", sent.reference, 1))
    again = document.parse(cast.document(MAIJA, ETHAN))
    changes.put(sent, again, tag=sent.version.digest, by=HOUSING_SYSTEM)

    assert lines(looks(supervisor, sent, 1)) == ["Event log read", "Personal identity code shown"]


@pytest.mark.parametrize(
    ("language", "moment"),
    [("fi", "21.11.2026 klo 0.30.15"), ("sv", "21.11.2026 kl. 0.30.15"), ("en", "21 Nov 2026 0:30:15")],
)
def test_looks_show_helsinki_time_as_the_language_writes_it(adviser, supervisor, language, moment):
    with travel("2026-11-20T22:30:15Z", tick=False):
        sent = application(MAIJA)
        adviser.get(address("desk_applicant", sent.reference, 0))
        page = supervisor.get(address("desk_access_log", sent.reference, 0, language=language))

    assert moment in text_of(page)


def test_looks_leave_out_what_was_done(supervisor):
    sent = application(MAIJA)
    checked(sent, MAIJA)
    confirm(sent, MAIJA)

    assert lines(looks(supervisor, sent)) == ["Event log read"]


def test_reading_is_recorded(supervisor):
    sent = application(MAIJA)

    looks(supervisor, sent)
    chain(supervisor, sent)

    about = applicant_subject(applicant(sent, MAIJA).pk)
    assert entries("trail_read") == [(application_chain(sent.pk), about, {}), (application_chain(sent.pk), "", {})]


def test_trail_tells_all_that_happened_in_words(adviser, supervisor):
    sent = application(MAIJA, OLLI)
    check = checked(sent, MAIJA)
    confirmed = confirm(sent, MAIJA)
    adviser.get(address("desk_applicant", sent.reference, 1))

    page = chain(supervisor, sent)

    assert lines(page) == [
        "Event log read",
        "Applicant’s details opened",
        "Application confirmed by an applicant",
        "ID check recorded",
        "Application sent",
    ]
    text = text_of(page)
    assert f"identity document: Passport ID check: {check.pk} outcome: in force" in text
    assert (
        f"Application confirmed by an applicant Maija Liisa Meikäläinen Applicant confirmation: {confirmed.pk} way of"
        in text
    )
    assert "Application sent – Housing system, Housing system" in text
    assert "representative" not in text


def test_trail_names_no_user_of_an_applicant(supervisor):
    sent = application(MAIJA)
    made = confirm(sent, MAIJA)

    assert made.person.user.username not in text_of(chain(supervisor, sent))


@pytest.mark.parametrize("read", [looks, chain])
def test_trail_is_paged_in_constant_queries(supervisor, monkeypatch, read):
    sent = application(MAIJA)
    read(supervisor, sent)
    with CaptureQueriesContext(connection) as few:
        read(supervisor, sent)
    monkeypatch.setattr(paging, "PAGE_ROWS", 20)
    for _ in range(30):
        supervisor.get(address("desk_applicant", sent.reference, 0))

    with CaptureQueriesContext(connection) as many:
        page = read(supervisor, sent)

    assert len(lines(page)) == 20
    assert "Next page" in text_of(page)
    assert len(many) == len(few)


def test_every_event_has_its_words(supervisor):
    sent = application(MAIJA)
    facts = {"email": True, "reason": "here", "method": "unheard of", "novel": 3}
    for event in Event:
        append_event(event, chain=application_chain(sent.pk), by=acting("adviser"), **facts)

    text = " ".join(text_of(chain(supervisor, sent, page)) for page in (1, 2))

    assert [event for event in Event if str(event.label) not in text] == []
    assert "email address: yes way of confirming: unheard of novel: 3 reason: The person is here" in text


def test_facts_that_are_stored_have_words(adviser):
    sent = application(MAIJA, OLLI)
    checked(sent, MAIJA)
    confirm(sent, OLLI)
    adviser.post(address("desk"), {"text": sent.number, "reason": "here"})
    adviser.get(address("desk_undeliverable"))

    stored = {name for facts in Entry.objects.values_list("facts", flat=True) for name in facts}

    assert stored - wording.NAMES.keys() == set()
