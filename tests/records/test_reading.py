import pytest

from core.actors import Actor, Role, Source
from records import reading, trail
from records.enums import ACCESS_EVENTS, Event
from tests import cast
from tests.applications.factories import person
from tests.records.tampering import ADVISER

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _trail():
    by = Actor(Role.ADVISER, Source.COUNTER, user=person(cast.OTSO).user)
    for event, chain, subject in (
        (Event.SENT, "application 17", ""),
        (Event.APPLICANT_OPENED, "application 17", "applicant 55"),
        (Event.PERSON_CONFIRMED, "application 17", "applicant 55"),
        (Event.CODE_SHOWN, "application 18", "applicant 56"),
        (Event.CODE_SHOWN, "application 18", "applicant 57"),
    ):
        trail.append_event(event, chain=chain, by=by, subject=subject)


def events(entries):
    return [(entry.event, entry.subject) for entry in entries]


def test_chain_is_read_newest_first():
    assert events(reading.entries_of_chain("application 17")) == [
        ("person_confirmed", "applicant 55"),
        ("applicant_opened", "applicant 55"),
        ("sent", ""),
    ]
    assert events(reading.entries_of_chain("application 19")) == []


def test_what_is_about_somebody_is_read_over_chains_newest_first():
    assert events(reading.entries_about(["applicant 55", "applicant 56"])) == [
        ("code_shown", "applicant 56"),
        ("person_confirmed", "applicant 55"),
        ("applicant_opened", "applicant 55"),
    ]


def test_looks_are_what_somebody_saw():
    assert events(reading.entries_about(["applicant 55", "applicant 56"]).filter(event__in=ACCESS_EVENTS)) == [
        ("code_shown", "applicant 56"),
        ("applicant_opened", "applicant 55"),
    ]


@pytest.mark.parametrize("rows", [1, 3])
def test_a_page_takes_one_query(django_assert_num_queries, rows):
    with django_assert_num_queries(1):
        page = reading.entries_of_chain("application 17")[:rows]
        assert [(entry.chain.name, entry.user.username) for entry in page] == [
            ("application 17", "OutsiderOtso")
        ] * rows


def test_an_entry_without_a_user_is_read_too():
    trail.append_event(Event.RENEWED, chain="application 17", by=ADVISER)

    assert reading.entries_of_chain("application 17").first().name == "Aino"
