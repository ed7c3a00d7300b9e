"""The list of those whom a search has found: an address of its own, to which Back leads."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from applications.models import Application
from counter.desk import kept_results
from tests.applications.factories import applicant, application
from tests.cast import OLLI, VERA, VILLE
from tests.counter.desk.arranged import address, entries, protect, text_of
from tests.counter.desk.test_search import box, rows, search
from tests.staff import sign_in_staff, staff

pytestmark = pytest.mark.django_db


def found_twice(client):
    """Return the address of the results of a search that found two people in two applications."""
    application(VERA)
    application(VILLE)
    return search(client, "virtanen")["Location"]


def test_people_are_told_apart(adviser):
    one, two = application(VERA, VILLE), application(VILLE)
    Application.objects.filter(pk=two.pk).update(state="withdrawn")
    Application.objects.update(sent_at=dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC))

    page = search(adviser, "virtanen", follow=True)

    waits, sent_on = "Sent – waiting for confirmation", "2 November 2026"
    assert rows(page) == [
        ["Vera Virtanen", "3 May 1994", "Main applicant", one.number, waits, sent_on, "Ville Virtanen"],
        ["Ville Virtanen", "4 May 1994", "Co-applicant", one.number, waits, sent_on, "Vera Virtanen"],
        ["Ville Virtanen", "4 May 1994", "Main applicant", two.number, "Withdrawn", sent_on, "–"],
    ]


def test_name_leads_to_the_person_and_number_to_the_application(adviser):
    sent = application(VERA, VILLE)
    application(VILLE)

    page = search(adviser, "virtanen", follow=True).text

    assert f'<a href="{address("desk_applicant", sent.reference, 1)}">Ville Virtanen</a>' in page
    assert f'<a class="number" href="{address("desk_application", sent.reference)}">{sent.number}</a>' in page
    assert "<caption>3 results</caption>" in page


def test_hits_come_before_the_box(adviser):
    application(VERA)
    application(VILLE)

    page = search(adviser, "virtanen", follow=True)

    assert "autofocus" not in box(page)
    main = page.content.decode().partition("<main")[2]
    assert main.index("<tbody>") < main.index('name="text"')


def test_protected_person_is_found_like_anybody_else(adviser, supervisor):
    """R16: nobody learns that the mark exists"""
    sent = application(VERA)
    application(VILLE)
    protect(applicant(sent, VERA))

    found = [rows(search(browser, "virtanen", follow=True))[0] for browser in (adviser, supervisor)]

    assert found[0] == found[1]
    assert found[0][:4] == ["Vera Virtanen", "3 May 1994", "Main applicant", sent.number]


def test_page_says_nothing_of_protection(adviser):
    protect(applicant(application(VERA), VERA))
    application(VILLE)

    page = text_of(search(adviser, "virtanen", follow=True))

    assert re.findall("protect|disclos|safety", page, re.IGNORECASE) == []


def test_search_takes_constant_queries(adviser):
    application(VERA)
    application(VILLE)
    search(adviser, "virtanen", follow=True)
    with CaptureQueriesContext(connection) as few:
        search(adviser, "virtanen", follow=True)
    for _ in range(14):
        application(VERA, VILLE)

    with CaptureQueriesContext(connection) as many:
        page = search(adviser, "virtanen", follow=True)

    assert len(rows(page)) == 30
    assert len(many) == len(few)


def test_more_people_than_fit_are_told_of(adviser, monkeypatch):
    monkeypatch.setattr("counter.search.MOST_HITS", 1)
    application(VERA)
    application(VILLE)

    page = search(adviser, "virtanen", follow=True)

    said = "More than 1 people were found, and 1 of them are shown. If you do not see the right person, type more of"
    assert said in text_of(page)
    assert len(rows(page)) == 1


def test_results_have_an_address_that_says_nothing_of_the_search(adviser):
    place = found_twice(adviser)

    answer = adviser.get(place)

    assert (answer.status_code, len(rows(answer))) == (200, 2)
    assert "no-store" in answer["Cache-Control"]
    assert "virtanen" not in place.lower()
    assert "virtanen" not in repr(dict(adviser.session)).lower()


def test_each_view_of_the_results_is_recorded(adviser):
    place = found_twice(adviser)

    adviser.get(place)
    adviser.get(place)

    assert [facts for *_, facts in entries("list_opened")] == [{"list": "results", "found": 2}] * 2
    assert [facts for *_, facts in entries("search_by_name")] == [{"found": 2}]


def test_back_from_a_person_and_from_an_application_leads_to_the_results(adviser):
    place, other = found_twice(adviser), application(OLLI)
    found = Application.objects.exclude(pk=other.pk).first()
    link = f'<a href="{place}">Back to the results</a>'

    pages = [
        adviser.get(address("desk_applicant", found.reference, 0)),
        adviser.get(address("desk_application", found.reference)),
        adviser.get(address("desk_applicant", other.reference, 0)),
        adviser.get(address("desk_application", other.reference)),
    ]

    assert [link in page.text for page in pages] == [True, True, False, False]


def test_back_leads_to_the_latest_of_several_searches(adviser):
    first = found_twice(adviser)
    second = search(adviser, "virta")["Location"]

    page = adviser.get(address("desk_applicant", Application.objects.first().reference, 0)).text

    assert f'href="{second}"' in page
    assert f'href="{first}"' not in page


def test_results_of_few_searches_are_kept(adviser):
    first = found_twice(adviser)
    for _ in range(kept_results.MOST_KEPT - 1):
        last = search(adviser, "virtanen")["Location"]
    assert adviser.get(first).status_code == 200

    search(adviser, "virtanen")

    assert (adviser.get(first)["Location"], adviser.get(last).status_code) == (address("desk"), 200)


def test_results_of_another_session_lead_to_the_desk(adviser):
    place = found_twice(adviser)
    other = sign_in_staff(Client(), staff("supervisor"))

    assert other.get(place)["Location"] == address("desk")
    assert entries("list_opened") == []


def test_results_are_for_staff_with_the_right(client, operator, adviser):
    place = found_twice(adviser)

    assert operator.get(place).status_code == 403
    assert "/admin/login/" in client.get(place)["Location"]
    assert adviser.post(place).status_code == 405


def test_whoever_no_longer_applies_leaves_the_results_and_nobody_leads_to_the_desk(adviser):
    place = found_twice(adviser)
    shown = []
    for one in Application.objects.order_by("pk"):
        version = one.version
        version.pk, version.number = None, 9
        version.save(force_insert=True)
        Application.objects.filter(pk=one.pk).update(current=version)
        shown.append(adviser.get(place))

    assert len(rows(shown[0])) == 1
    assert shown[1]["Location"] == address("desk")
