"""What goes wrong on the way, and what the person then sees (docs/rules.md)."""

import base64
import json
import socket
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from applications import references
from applications.models import Application, Confirmation
from identity.models import Person
from tests.applications.factories import application, confirm, person, state
from tests.browser.journey import (
    BANK,
    LANGUAGES,
    WORDS,
    cancel_at_bank,
    control,
    go_to_bank,
    heading,
    identify_as,
    notices,
    path,
    press,
    sign_in_at_bank,
)
from tests.cast import MAIJA, OLLI, OTSO, TEA

EN = WORDS["en"]
COUNTER = "Työpajankatu 8"
INTERRUPTED = {
    "fi": "Tunnistautuminen keskeytyi. Mitään ei ole vahvistettu. Voit yrittää uudelleen.",
    "sv": "Identifieringen avbröts. Ingenting har bekräftats. Du kan försöka igen.",
    "en": "Identification was interrupted. Nothing was confirmed. You can try again.",
}


def at_the_bank(page, link, language="en"):
    """Come by the housing system's link to the broker's page, and return the application of the link."""
    sent = application(MAIJA)
    page.goto(link(sent, language))
    press(page, WORDS[language].accept_cookies)
    go_to_bank(page, WORDS[language])
    return sent


def answer_of(page, **answer):
    """Return the address to which a broker that gives this answer would lead from its page."""
    request_object = parse_qs(urlsplit(page.url).query)["request"][0]
    payload = request_object.split(".")[1]
    asked = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return f"{asked['redirect_uri']}?{urlencode({'state': asked['state'], **answer})}"


# --- Cookies ---------------------------------------------------------------------------------------------


def test_declining_cookies_leads_to_what_can_be_done_without_them(page, link):
    sent = application(MAIJA)
    page.goto(link(sent))

    press(page, "Do not accept")

    assert heading(page) == "You did not accept the cookies"
    assert page.get_by_text(COUNTER).is_visible()
    assert page.context.cookies() == []
    press(page, "Back to the cookies")
    press(page, EN.accept_cookies)
    assert page.url.endswith(f"/en/identify/?next=/en/applications/{sent.number}/confirm/")


def test_browser_that_blocks_cookies_is_told_so_and_may_try_again(page, link):
    def without_cookies(route):
        asked = route.request  # not by route.fetch(), which keeps cookies for the browser
        answer = requests.request(
            asked.method, asked.url, headers=asked.headers, data=asked.post_data_buffer, allow_redirects=False
        )
        kept = {name: value for name, value in answer.headers.items() if name.lower() != "set-cookie"}
        route.fulfill(status=answer.status_code, headers=kept, body=answer.content)

    page.route("**/*", without_cookies)
    page.goto(link(application(MAIJA)))
    press(page, EN.accept_cookies)

    assert heading(page) == "Your browser blocks cookies"
    assert page.get_by_text(COUNTER).is_visible()
    press(page, "Try again")
    press(page, EN.accept_cookies)
    assert heading(page) == "Your browser blocks cookies"
    assert page.context.cookies() == []


# --- The broker ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_cancelling_at_the_bank_says_so_and_the_next_try_leads_to_the_same_application(page, link, language):
    application(MAIJA)
    sent = at_the_bank(page, link, language)

    cancel_at_bank(page)
    told = notices(page)
    sign_in_at_bank(page, MAIJA, language=language)

    assert told == [INTERRUPTED[language]]
    assert path(page) == f"/{language}/applications/{sent.number}/confirm/"


def test_broker_that_is_down_leads_to_the_counter_and_to_another_try(page, link, settings):
    sent = at_the_bank(page, link)
    providers = settings.IDENTITY_PROVIDERS
    settings.IDENTITY_PROVIDERS = [{**one, "token_endpoint": nobody_there()} for one in providers]

    identify_as(page, MAIJA)

    assert heading(page) == "The identification service is not responding"
    assert notices(page)[0].startswith("We could not complete your identification. Nothing was confirmed.")
    assert page.get_by_text(COUNTER).is_visible()
    assert Person.objects.count() == 0

    settings.IDENTITY_PROVIDERS = providers
    press(page, "Try again")
    sign_in_at_bank(page, MAIJA)
    assert path(page) == f"/en/applications/{sent.number}/confirm/"


def nobody_there():
    """Return an address of this machine at which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/token"


@pytest.mark.parametrize(
    ("answer", "title"),
    [
        ({"error": "temporarily_unavailable"}, "Identification did not succeed"),
        ({"code": "x" * 43}, "Login failed"),
        ({"code": "x" * 43, "iss": "https://another.example"}, "Login failed"),
    ],
)
def test_answer_of_the_broker_that_identifies_nobody_has_its_page_and_a_way_on(page, link, answer, title):
    sent = at_the_bank(page, link)

    page.goto(answer_of(page, **answer))

    assert heading(page) == title
    assert page.get_by_text(COUNTER).is_visible()
    press(page, "Try again")
    sign_in_at_bank(page, MAIJA)
    assert path(page) == f"/en/applications/{sent.number}/confirm/"


def test_bank_that_returns_in_another_browser_is_told_where_the_person_may_be_signed_in(page, new_context, link):
    at_the_bank(page, link)
    other = new_context().new_page()

    other.goto(answer_of(page, code="x" * 43))
    press(other, "English")  # all that is known of the person is the browser's own language

    assert heading(other) == "This identification has expired"
    assert other.get_by_text("You may already be logged in").is_visible()
    assert Person.objects.count() == 0


def test_answer_of_the_broker_opened_again_leads_on_whoever_is_signed_in(page, link):
    """Reload, back button, bookmark."""
    at_the_bank(page, link)
    returns = []
    page.on("request", lambda request: returns.append(request.url))
    identify_as(page, MAIJA)

    page.goto(next(url for url in returns if "/identification/callback/" in url))

    assert path(page).endswith("/terms/accept/")


def test_two_tabs_are_identified_one_after_the_other(page, link):
    """Each tab has an attempt of its own, and comes back to its own application."""
    first, second = application(MAIJA), application(MAIJA)
    other = page.context.new_page()
    page.goto(link(first))
    press(page, EN.accept_cookies)
    other.goto(link(second))
    for tab in (page, other):
        go_to_bank(tab, EN)

    identify_as(page, MAIJA)
    press(page, EN.accept)
    identify_as(other, MAIJA)

    assert [path(tab) for tab in (page, other)] == [
        f"/en/applications/{sent.number}/confirm/" for sent in (first, second)
    ]


# --- The person ------------------------------------------------------------------------------------------


def test_wrong_person_is_told_so_without_any_name_and_the_right_one_is_let_in(page, link):
    sent = application(MAIJA, OLLI)
    page.goto(link(sent))
    sign_in_at_bank(page, OTSO)

    shown = page.content()
    assert heading(page) == "You do not need to confirm this application"
    assert [one for one in ("Maija", "Meikäläinen", "Olli", "Öhman") if one in shown] == []

    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=EN.log_out).click()
    page.goto(link(sent))
    sign_in_at_bank(page, OLLI)
    assert path(page) == f"/en/applications/{sent.number}/confirm/"


def test_application_that_does_not_exist_looks_like_one_of_others(page, live_server, sign_in, link):
    sent = application(MAIJA)
    sign_in(page.context, OTSO)
    shown = []

    for number in (sent.number, references.display(references.new())):
        page.goto(f"{live_server.url}/en/confirm/{number}/")
        shown.append(page.locator("main").inner_text())

    assert shown[0] == shown[1]


def test_somebody_under_18_is_told_that_they_need_not_confirm(page, link):
    sent = application(MAIJA, TEA)
    page.goto(link(sent))

    sign_in_at_bank(page, TEA)

    assert heading(page) == f"Application {sent.number}"
    assert page.get_by_text("You are under 18. You do not need to confirm the application.").is_visible()
    assert control(page, EN.confirm).count() == 0


def test_somebody_without_an_application_is_told_what_to_do(page, live_server):
    page.goto(f"{live_server.url}/en/")
    press(page, EN.go)

    sign_in_at_bank(page, OTSO)

    assert heading(page) == "Your applications"
    assert page.get_by_text("You have no applications to confirm.").is_visible()
    assert page.locator("main").get_by_role("link", name="Contact details of customer service").is_visible()


def test_other_name_than_in_the_application_does_not_matter(page, link):
    """R4"""
    sent = application(MAIJA)
    page.goto(link(sent))

    sign_in_at_bank(page, {**MAIJA, "first_names": "Maria", "last_name": "Mikkola-Lång"})
    press(page, EN.confirm)

    assert heading(page) == "Your application is valid"


# --- The application -------------------------------------------------------------------------------------


def test_link_to_an_application_already_confirmed_leads_to_the_receipt(page, sign_in, link):
    sent = application(MAIJA)
    confirm(sent, MAIJA)
    sign_in(page.context, MAIJA)

    page.goto(link(sent))

    assert heading(page) == "Your application is valid"
    assert path(page) == f"/en/applications/{sent.number}/receipt/"


def test_application_that_ended_meanwhile_is_not_confirmed_and_says_why(page, sign_in, link):
    sent = application(MAIJA)
    sign_in(page.context, MAIJA)
    page.goto(link(sent))
    Application.objects.update(valid_until="2026-01-31")

    press(page, EN.confirm)

    assert notices(page) == [
        "This application has ended, so you cannot confirm it. If you still need a home, send a new application."
    ]
    assert page.get_by_text("Lapsed – not confirmed in time").is_visible()
    assert Confirmation.objects.count() == 0


def test_application_replaced_in_another_tab_is_not_confirmed_and_says_why(page, sign_in, link):
    """R9"""
    first, second = application(MAIJA), application(MAIJA)
    sign_in(page.context, MAIJA)
    other = page.context.new_page()
    page.goto(link(first))
    other.goto(link(second))
    warned = other.locator(".notice li").all_inner_texts()

    press(other, EN.confirm)
    press(page, EN.confirm)

    assert [first.number in one for one in warned] == [True]
    assert notices(page) == [
        "This application has ended, so you cannot confirm it. If you still need a home, send a new application."
    ]
    assert [state(first), state(second)] == ["replaced", "valid"]


def test_double_click_confirms_once(page, sign_in, link):
    """R12"""
    sent = application(MAIJA)
    sign_in(page.context, MAIJA)
    page.goto(link(sent))

    control(page, EN.confirm).dblclick()
    page.wait_for_url("**/receipt/")

    assert heading(page) == "Your application is valid"
    assert Confirmation.objects.count() == 1


def test_confirming_in_two_tabs_gives_one_confirmation_and_the_receipt_in_both(page, sign_in, link):
    """R12"""
    sent = application(MAIJA)
    sign_in(page.context, MAIJA)
    tabs = [page, page.context.new_page()]
    for tab in tabs:
        tab.goto(link(sent))

    for tab in tabs:
        press(tab, EN.confirm)

    assert [heading(tab) for tab in tabs] == ["Your application is valid"] * 2
    assert Confirmation.objects.count() == 1


def test_back_after_confirming_leads_to_the_receipt_again(page, sign_in, link):
    """R12"""
    sent = application(MAIJA)
    sign_in(page.context, MAIJA)
    page.goto(link(sent))
    press(page, EN.confirm)

    page.go_back()

    assert path(page) == f"/en/applications/{sent.number}/receipt/"
    assert control(page, EN.confirm).count() == 0
    assert Confirmation.objects.get().person == person(MAIJA)


def test_reload_of_the_receipt_sends_nothing_again(page, sign_in, link):
    """R12"""
    sent = application(MAIJA)
    sign_in(page.context, MAIJA)
    page.goto(link(sent))
    press(page, EN.confirm)
    sent_again = []
    page.on("request", lambda request: sent_again.append(request.method))

    page.reload()

    assert "POST" not in sent_again
    assert heading(page) == "Your application is valid"


def test_leaving_page_offers_a_link_where_the_browser_does_not_go_on(page, link):
    page.goto(link(application(MAIJA)))
    press(page, EN.accept_cookies)
    page.route(BANK, lambda route: route.fulfill(status=204), times=1)  # the browser stays

    with page.expect_response(BANK):
        control(page, EN.to_identification).click()
    go_to_bank(page, EN)

    assert page.get_by_text("DEMO", exact=True).is_visible()
