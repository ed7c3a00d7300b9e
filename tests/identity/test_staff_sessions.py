"""The end of the session of staff, of which they are told before (R21), and its address for the script."""

import datetime as dt

import pytest
import time_machine
from django.test import Client

from identity import sessions, unsent_forms
from tests.identity.accounts import with_password
from tests.identity.test_logging_in import log_in
from tests.staff import sign_in_staff, staff

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)
EXTEND, ENDED = "/en/staff/session/extend/", "/en/staff/session/ended/?next=/en/admin/desk/"
LED = "/en/log-in/?ended=yes&next=/en/admin/desk/"
DESK = "/en/admin/desk/"
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def anna(clock):
    """A browser at which an adviser has logged in."""
    client = sign_in_staff(Client(enforce_csrf_checks=True), staff("adviser"))
    client.get(DESK)
    return client


def token(client):
    return {"csrfmiddlewaretoken": client.session["_csrftoken"]}


@pytest.mark.parametrize(
    ("language", "told"),
    [("fi", "Kirjautuminen päättyy klo\u00a012.15"), ("sv", "Inloggad till kl.\u00a012.15"), ("en", "until 12:15")],
)
def test_every_page_of_staff_says_when_the_session_ends(anna, language, told):
    for path in ("admin/desk/", "admin/password_change/", "staff/second-factor/", "admin/no-such-page/"):
        page = anna.get(f"/{language}/{path}", follow=True).text
        assert told in page.replace("&nbsp;", "\u00a0")
        assert page.count('id="session-warning"') == 1


def test_public_page_says_nothing_of_the_session_of_staff(anna):
    assert "session-warning" not in anna.get("/en/").text


def test_the_script_extends_the_session_of_staff(anna, clock):
    form = token(anna)
    for _ in range(2):
        clock.shift(14 * 60)
        assert anna.post(EXTEND, form, headers={"Accept": "*/*"}).status_code == 204

    assert anna.get(DESK).status_code == 200


def test_the_button_leads_back_to_the_page(anna):
    form = {**token(anna), "next": "/en/admin/desk/checks/"}

    assert anna.post(EXTEND, form, headers={"Accept": "text/html"})["Location"] == "/en/admin/desk/checks/"
    assert anna.get(EXTEND)["Location"] == "/en/admin/"


def test_session_that_has_ended_is_not_extended(anna, clock):
    form = token(anna)
    clock.shift(16 * 60)

    assert anna.post(EXTEND, form, headers=OWN_PAGE)["Location"] == f"/en/log-in/?ended=yes&next={EXTEND}"


def test_session_of_a_person_is_none_of_staff(visitor):
    with_password()
    log_in(visitor)

    assert visitor.post(EXTEND)["Location"] == "/en/log-in/"


def test_the_script_ends_the_session_and_hands_in_what_was_typed(anna):
    answer = anna.post(ENDED, {**token(anna), "text": "x", "note": "typed"}, headers=OWN_PAGE)

    assert answer["Location"] == LED
    assert "_auth_user_id" not in anna.session
    assert unsent_forms.KEY in anna.session


def test_the_script_ends_the_session_and_nothing_stays_where_nothing_was_typed(anna):
    answer = anna.post(ENDED, {**token(anna), "next": DESK}, headers=OWN_PAGE)

    assert answer["Location"] == LED
    assert (list(anna.session.keys()), sessions.SEEN in anna.session) == ([], False)


def test_reading_the_address_of_the_end_ends_nothing(anna):
    assert anna.get(ENDED)["Location"] == LED
    assert anna.get(DESK).status_code == 200


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
def test_no_other_site_ends_the_session(anna, headers):
    assert anna.post(ENDED, {"note": "typed"}, headers=headers).status_code == 403
    assert anna.get(DESK).status_code == 200


def test_tab_of_staff_does_not_end_the_session_of_a_person(visitor):
    with_password()
    log_in(visitor)

    visitor.post(ENDED, {"note": "typed"}, headers=OWN_PAGE)

    assert "_auth_user_id" in visitor.session
    assert unsent_forms.KEY not in visitor.session


@pytest.mark.parametrize("next_url", ["https://evil.example/", "//evil.example/", ""])
def test_end_leads_on_within_the_service(anna, next_url):
    answer = anna.post(f"/en/staff/session/ended/?next={next_url}", {"note": "x"}, headers=OWN_PAGE)

    assert answer["Location"] == "/en/log-in/?ended=yes&next=/en/admin/"
