import re

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications import letter_names
from applications.models import Application
from mailing.models import Letter
from records.names import application_chain
from tests import cast
from tests.applications.factories import application, confirm
from tests.applications.households import edit_elsewhere
from tests.cast import MAIJA, OLLI, TEA, VERA, VILLE
from tests.conftest import headings
from tests.counter.desk.arranged import address, controls, entries, text_of

pytestmark = pytest.mark.django_db


def show(client, sent):
    return client.get(address("desk_application", sent.reference))


def test_application_shows_how_it_stands(adviser):
    sent = application(MAIJA, OLLI, co_applicants=[cast.applicant(OLLI), cast.applicant(TEA)])
    confirm(sent, MAIJA)

    page = show(adviser, sent)
    text = text_of(page)

    assert headings(page) == [f"Application {sent.number}", "Applicants", "Emails", "History"]
    assert "Sent – waiting for confirmation" in text
    assert "Every adult applicant must confirm the application by" in text
    assert re.search("Maija Liisa Meikäläinen Main applicant confirmed .*, online banking codes", text)
    assert "Olli Öhman Co-applicant not confirmed yet" in text
    assert "Tea Teini Co-applicant need not confirm . Under 18." in text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fi", "Hakijat voivat muokata tätä hakemusta vain toisessa palvelussa, jonka nimi on Asuntohaku."),
        ("sv", "De sökande kan redigera den här ansökan bara i en annan tjänst, Asuntohaku."),
        ("en", "The applicants can edit this application only in another service, Home search."),
    ],
)
def test_application_and_its_people_say_where_it_is_edited(adviser, language, said):
    """J6.4"""
    sent, other = application(MAIJA, OLLI), application(VERA)
    edit_elsewhere(sent)

    pages = [
        adviser.get(address(name, one.reference, *position, language=language))
        for one in (sent, other)
        for name, position in (("desk_application", []), ("desk_applicant", [0]))
    ]

    assert [said in text_of(page) for page in pages] == [True, True, False, False]


def test_application_leads_to_its_people_first(adviser):
    sent = application(MAIJA, OLLI)

    assert controls(show(adviser, sent))[:2] == ["Maija Liisa Meikäläinen", "Olli Öhman"]


def test_application_shows_no_details_of_anybody(adviser):
    sent = application(MAIJA, OLLI)

    page = show(adviser, sent).content.decode()

    secrets = ["010594", "9032", "2450", "1200", "Esimerkkikatu", "040 123", "@example.test"]
    assert [secret for secret in secrets if secret in page] == []


def test_application_shows_its_letters_and_what_became_of_them(adviser):
    sent = application(MAIJA, OLLI)
    now = timezone.now()
    Letter.objects.filter(message="arrived").update(sent_at=now, delivered_at=now)
    Letter.objects.filter(message="invitation").update(dead_at=now, failure="refused")
    application(MAIJA)

    text = text_of(show(adviser, sent))

    said = [
        text.partition(f"{what} ")[2][:130] for what in ("Invitation Olli Öhman", "The application has arrived Maija")
    ]
    assert "Could not be sent on" in said[0]
    assert "Arrived on" in said[1]
    assert text.count("The application has arrived") == 1


def test_letters_show_no_address_to_anybody(adviser, supervisor):
    """R16"""
    sent = application(MAIJA, OLLI)

    assert ["@example.test" in show(each, sent).content.decode() for each in (adviser, supervisor)] == [False, False]


def test_application_shows_its_history_latest_first(adviser):
    sent = application(MAIJA)
    confirm(sent, MAIJA)

    text = text_of(show(adviser, sent)).partition("History")[2]

    assert re.search(
        "confirmed by all Maija Liisa Meikäläinen, an applicant Valid .* sent the housing system Sent", text
    )


@pytest.mark.parametrize("state", ["lapsed", "expired", "withdrawn", "replaced"])
def test_application_that_has_ended_says_so(adviser, state):
    sent = application(MAIJA)
    Application.objects.filter(pk=sent.pk).update(state=state)

    assert "This application has ended. A new application is needed." in text_of(show(adviser, sent))


def test_each_opening_is_recorded(adviser):
    sent = application(MAIJA, OLLI)

    show(adviser, sent)
    show(adviser, sent)

    assert entries("application_opened") == [(application_chain(sent.pk), "", {})] * 2


def test_way_to_the_trail_is_for_supervisors(adviser, supervisor):
    sent = application(MAIJA)

    assert address("desk_trail", sent.reference) not in show(adviser, sent).content.decode()
    assert address("desk_trail", sent.reference) in show(supervisor, sent).content.decode()


def test_application_takes_constant_queries(adviser):
    one, four = application(MAIJA), application(MAIJA, OLLI, VERA, VILLE)
    for who in (OLLI, VERA):
        confirm(four, who)
    show(adviser, one)
    with CaptureQueriesContext(connection) as few:
        show(adviser, one)

    with CaptureQueriesContext(connection) as many:
        show(adviser, four)

    assert len(many) == len(few)


def test_every_letter_has_a_name():
    folders = {path.parent.name for path in (settings.BASE_DIR / "templates" / "mailing").glob("*/subject.txt")}

    assert letter_names.NAMES.keys() == folders
