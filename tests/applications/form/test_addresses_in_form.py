"""Whoever fills in the form sees where emails will go, and is asked about an address that looks mistyped."""

import re

import pytest

from applications.models import Applicant, Application
from mailing.models import Letter
from tests import cast
from tests.applications.factories import application
from tests.applications.form.forms import HOME, INCOME, MAIN, OLLI, WISHES, Somebody

pytestmark = pytest.mark.django_db
SLIP = "maija@exmaple.fi"


@pytest.fixture
def somebody(client):
    return Somebody(client, "en").begin()


def said(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def rest(somebody):
    somebody.fill("home", "home", {"dwelling": HOME["dwelling"], "reasons": HOME["reasons"]})
    somebody.fill("home", "home", HOME)
    for prefix in ("p1", "p2"):
        if f'name="{prefix}-monthly_gross"' in somebody.go("money").text:
            somebody.fill("money", prefix, INCOME)
    somebody.fill("wishes", "wishes", WISHES)


def test_likely_slip_is_asked_about_and_the_next_press_goes_on(somebody):
    asked = somebody.fill("people", "p1", {**MAIN, "email": SLIP})

    assert "Did you mean maija@example.fi?" in asked.text
    assert f'value="{SLIP}"' in asked.text  # as it was typed

    again = somebody.fill("people", "p1", {"p1-email-asked": ""}, **{"p1-email-asked": SLIP})

    assert (again.status_code, again.url) == (302, "/en/application/home/")


def test_accepted_address_is_not_asked_about_on_the_summary_and_is_stored_as_it_was_typed(somebody):
    somebody.fill("people", "p1", {**MAIN, "email": SLIP})
    somebody.fill("people", "p1", {}, **{"p1-email-asked": SLIP})
    rest(somebody)
    summary = somebody.go("summary")

    assert "Did you mean" not in summary.text
    somebody.client.post("/en/application/send/", {"saved": saved(summary), "assurance": "on"})
    assert Applicant.objects.get().email == SLIP


def test_whoever_says_that_their_unusual_address_is_right_gets_the_link_to_continue_as_everybody_does(somebody):
    somebody.fill("people", "p1", {**MAIN, "email": SLIP})
    asked = Letter.objects.filter(message="draft_link").count()
    somebody.fill("people", "p1", {}, **{"p1-email-asked": SLIP})

    assert (asked, [letter.to for letter in Letter.objects.filter(message="draft_link")]) == (0, [SLIP])


def test_another_slip_is_asked_about_anew(somebody):
    somebody.fill("people", "p1", {**MAIN, "email": SLIP})

    page = somebody.fill("people", "p1", {"email": "maija@gmial.com"}, **{"p1-email-asked": SLIP})

    assert "Did you mean maija@gmail.com?" in page.text


def saved(page):
    return re.search(r'name="saved" value="([^"]*)"', page.text)[1]


def test_summary_tells_where_emails_go_and_to_whom_none_does(somebody):
    somebody.fill("people", "p1", MAIN, to="form_add_person", kind="co")
    somebody.fill("people", "p2", OLLI)
    rest(somebody)

    page = somebody.go("summary")

    assert "To you: maija@example.test Correct your email address" in said(page)
    assert "We have no email address for Olli Öhman, so we will not send them emails. Add an address" in said(page)
    assert 'href="/en/application/people/#id_p1-email"' in page.text


def test_summary_speaks_of_no_co_applicant_before_they_have_a_name(somebody):
    somebody.fill("people", "p1", MAIN, to="form_add_person", kind="co")

    shown = said(somebody.go("summary"))

    assert "To you: maija@example.test" in shown
    assert "We have no email address for" not in shown


def test_sent_page_tells_to_whom_emails_go_and_shows_no_address(somebody):
    somebody.fill("people", "p1", {**MAIN, "email": ""}, to="form_add_person", kind="co")
    somebody.fill("people", "p2", {**OLLI, "email": "olli@example.test"})
    rest(somebody)
    somebody.client.post("/en/application/send/", {"saved": saved(somebody.go("summary")), "assurance": "on"})

    page = somebody.go("sent")

    assert "You gave no email address, so we will not send you emails." in said(page)
    assert "Olli Öhman will get an invitation by email, at the address that you gave." in said(page)
    assert "olli@example.test" not in page.text
    number = Application.objects.get().number
    assert f'href="/en/applications/{number}/"' in page.text


@pytest.mark.parametrize(
    ("email", "told"),
    [
        ("maija@example.test", "We send your emails to maija@example.test . Correct your email address"),
        (None, "You have given no email address, so we will not send you emails. Add an email address"),
    ],
)
def test_status_tells_each_reader_where_their_own_emails_go(sign_in, email, told):
    sent = application(cast.MAIJA, cast.OLLI, main_applicant=cast.applicant(cast.MAIJA, email=email), language="en")

    page = sign_in(cast.MAIJA).get(f"/en/applications/{sent.number}/")

    assert told in said(page)
    assert "olli@example.test" not in page.text
