"""Sessions as people meet them: their end, and two people at one computer (R21)."""

import re
import time

import pytest
from django.contrib.sessions.backends.db import SessionStore

from applications.models import Confirmation
from identity import sessions
from tests.applications.factories import application, confirm, state
from tests.browser.journey import (
    LANGUAGES,
    WORDS,
    control,
    go_to_bank,
    heading,
    identify_as,
    path,
    press,
    sign_in_at_bank,
)
from tests.cast import MAIJA, OLLI, applicant

EN = WORDS["en"]
MINUTE = 60 * 1000  # milliseconds
ENDED = "Your session has ended"
OLLIS = {
    "address": "Toinen katu 3, 00200 Helsinki",
    "phone": "050 765 4321",
    "income": {"monthly_gross": "3100", "benefits": "15", "assets": "20", "debts": "25"},
}
# What a page says of Maija; only the name is for Olli too.
MAIJAS = ["Maija", "Meikäläinen", "010594", "maija@example.test", "040 123 4567", "2,450.50", "1,200", "katu 1 A 2"]


def let_pass(session, minutes):
    """Let the session be idle for some minutes, as the server counts."""
    stored = SessionStore(session.session_key)
    stored[sessions.SEEN] = int(time.time()) - minutes * 60
    stored.save()


def of_maija(page):
    """Return what of Maija's stands anywhere in the page."""
    shown = page.content().replace("\u00a0", " ").replace("&nbsp;", " ")
    return [own for own in MAIJAS if own in shown]


# --- The end ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("javascript", [True, False])
def test_confirming_after_the_session_ended_leads_back_to_the_same_page(new_context, sign_in, link, javascript):
    sent = application(MAIJA)
    context = new_context(java_script_enabled=javascript)
    session = sign_in(context, MAIJA)
    page = context.new_page()
    page.goto(link(sent))
    let_pass(session, minutes=21)

    press(page, EN.confirm)
    ended, confirmed = heading(page), Confirmation.objects.count()
    told = page.get_by_role("alert").inner_text()
    press(page, EN.to_identification)
    sign_in_at_bank(page, MAIJA)
    press(page, EN.confirm)

    assert (ended, confirmed, told) == (ENDED, 0, "This application was not confirmed.")
    assert heading(page) == "Your application is valid"


def test_session_lasts_while_it_is_used(page, sign_in, link):
    sent = application(MAIJA)
    session = sign_in(page.context, MAIJA)
    page.goto(link(sent))
    let_pass(session, minutes=19)

    press(page, "Stay logged in")
    told = page.locator("#session-end").inner_text()
    press(page, EN.confirm)

    assert re.search(r"at \d+[.:]\d\d", told)
    assert heading(page) == "Your application is valid"


@pytest.mark.parametrize("language", LANGUAGES)
def test_warning_comes_two_minutes_before_the_end_and_may_be_answered(page, sign_in, link, language):
    sent, words = application(MAIJA), WORDS[language]
    sign_in(page.context, MAIJA)
    page.clock.install()
    page.goto(link(sent, language))
    warning = page.get_by_role("alertdialog")

    page.clock.run_for(18 * MINUTE - 10_000)
    early = warning.is_visible()
    page.clock.run_for(11_000)
    on_time = warning.is_visible()
    with page.expect_response("**/session/extend/"):
        warning.get_by_role("button").first.click()
    warning.wait_for(state="hidden")
    page.clock.run_for(17 * MINUTE)
    again = warning.is_visible()
    press(page, words.confirm)

    assert (early, on_time, again) == (False, True, False)
    assert state(sent) == "valid"


def test_session_that_ended_by_itself_leads_back_to_the_same_page(page, sign_in, link):
    sent = application(MAIJA)
    session = sign_in(page.context, MAIJA)
    page.clock.install()
    page.goto(link(sent))

    let_pass(session, minutes=21)
    page.clock.run_for(20 * MINUTE + 1000)
    page.wait_for_url("**/session/ended/**")
    ended, left = heading(page), of_maija(page)
    press(page, EN.to_identification)
    sign_in_at_bank(page, MAIJA)

    assert (ended, left) == (ENDED, [])
    assert path(page) == f"/en/applications/{sent.number}/confirm/"


# --- Signing out -----------------------------------------------------------------------------------------


def test_back_after_signing_out_shows_nothing_personal(page, sign_in, live_server, link):
    sent = application(MAIJA)
    confirm(application(MAIJA, OLLI), MAIJA)
    sign_in(page.context, MAIJA)
    page.goto(f"{live_server.url}/en/applications/")
    page.goto(link(sent))
    press(page, EN.confirm)
    there = of_maija(page)
    press(page, EN.log_out)

    left = []
    for _ in range(3):
        page.go_back()
        left.append(of_maija(page))

    assert there != []
    assert left == [[], [], []]


def test_back_after_the_session_ended_shows_nothing_personal(page, sign_in, live_server):
    application(MAIJA)
    session = sign_in(page.context, MAIJA)
    page.goto(f"{live_server.url}/en/applications/")
    there = of_maija(page)
    page.goto(f"{live_server.url}/en/privacy/")
    let_pass(session, minutes=21)

    page.go_back()

    assert there != []
    assert (heading(page), of_maija(page)) == ("Your session has ended", [])


def test_signing_out_ends_the_session_for_whoever_kept_its_cookie(page, new_context, sign_in, link):
    sent = application(MAIJA)
    sign_in(page.context, MAIJA)
    page.goto(link(sent))
    kept = page.context.cookies()

    press(page, EN.log_out)
    thief = new_context()
    thief.add_cookies(kept)
    other = thief.new_page()
    other.goto(link(sent))

    assert [cookie["name"] for cookie in page.context.cookies()] == ["cookies"]
    assert of_maija(other) == []


# --- Two people at one computer --------------------------------------------------------------------------


def test_couple_confirms_one_after_the_other_without_meeting_each_others_session(page, link):
    sent = application(MAIJA, co_applicants=[applicant(OLLI, **OLLIS)])
    page.goto(link(sent))
    sign_in_at_bank(page, MAIJA)
    to_maija = of_maija(page)
    press(page, EN.confirm)
    first = [(c["name"], c["value"]) for c in page.context.cookies() if c["name"] == "session"]

    press(page, EN.log_out)
    signed_out = of_maija(page)
    page.goto(link(sent))
    go_to_bank(page, EN)
    identify_as(page, OLLI)
    asked_anew = heading(page)
    press(page, EN.accept)
    to_olli = of_maija(page)
    press(page, EN.confirm)

    assert signed_out == []
    assert asked_anew == EN.read_terms
    assert to_maija == MAIJAS
    assert to_olli == ["Maija", "Meikäläinen"]
    assert heading(page) == "Your application is valid"
    assert sorted(one.person.first_names for one in Confirmation.objects.all()) == ["Maija Liisa", "Olli"]
    assert first[0] not in [(c["name"], c["value"]) for c in page.context.cookies()]


def test_second_person_who_finds_the_first_signed_in_is_asked_who_they_are(page, sign_in, live_server, link):
    sent = application(MAIJA, OLLI)
    sign_in(page.context, MAIJA)
    page.goto(f"{live_server.url}/en/")

    press(page, EN.go)
    told = page.locator("main .lead").inner_text()
    press(page, "I am somebody else: log out")
    sign_in_at_bank(page, OLLI)
    page.goto(link(sent))

    assert told == "You have already identified yourself as Maija Liisa Meikäläinen."
    assert page.locator(".person strong").inner_text() == "Olli Öhman"


def test_second_person_who_identifies_themselves_in_another_tab_takes_over_wholly(page, live_server, link):
    """What the first still has open can confirm nothing any more, for either of them."""
    sent = application(MAIJA, OLLI)
    other = page.context.new_page()
    other.goto(f"{live_server.url}/en/cookies/")
    press(other, EN.accept_cookies)
    go_to_bank(other, EN)
    page.goto(link(sent))
    sign_in_at_bank(page, MAIJA)

    identify_as(other, OLLI)
    press(page, EN.confirm)

    assert heading(page) == "The page has been open for too long"
    assert Confirmation.objects.count() == 0
    assert of_maija(other) == []
    page.goto(link(sent))
    assert control(page, EN.accept).is_visible()
    assert of_maija(page) == []
