"""Cookies: none of any kind before the acceptance, and afterwards those that the cookie page names."""

import time

import pytest

from tests.applications.factories import application
from tests.browser.journey import LANGUAGES, WORDS, go_to_bank, identify_as, press
from tests.cast import MAIJA

# Every page that may be read without a cookie; {number} is an application's.
PUBLIC = [
    "",
    "how-to/",
    "email/",
    "privacy/",
    "accessibility/",
    "counter/",
    "feedback/",
    "terms/",
    "cookies/",
    "cookies/blocked/",
    "cookies/declined/",
    "application/new/",
    "invitation/",
    "identify/",
    *[f"identify/{outcome}/" for outcome in ("cancelled", "error", "expired", "refused", "unreachable", "counter")],
    "application/closed/",
    "session/ended/",
    "session/extend/",
    "sign-out/",
    "signed-out/",
    "confirm/{number}/",
    "applications/",
    "applications/{number}/",
    "applications/{number}/confirm/",
    "applications/{number}/receipt/",
    "terms/accept/",
    "no-such-page/",
]
STORED = """async () => ({
    cookies: document.cookie,
    local: localStorage.length,
    session: sessionStorage.length,
    databases: (await indexedDB.databases()).length,
    caches: (await caches.keys()).length,
    workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""
NOTHING = {"cookies": "", "local": 0, "session": 0, "databases": 0, "caches": 0, "workers": 0}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_stored_in_the_browser_before_the_cookies_are_accepted(page, live_server, language):
    number, answers, stored = application(MAIJA).number, [], {}
    page.on("response", lambda answer: answers.append(answer))

    for address in PUBLIC:
        page.goto(f"{live_server.url}/{language}/{address.format(number=number)}")
        stored[address] = page.evaluate(STORED)

    assert stored == dict.fromkeys(PUBLIC, NOTHING)
    assert page.context.cookies() == []
    headers = [(answer.url, answer.header_value("set-cookie")) for answer in answers]
    assert [(url, value) for url, value in headers if value] == []
    assert {"stylesheet", "document"} <= {answer.request.resource_type for answer in answers}


def test_the_three_addresses_without_a_language_store_nothing(page, live_server):
    for address in ("/", "/healthz", "/readiness"):
        page.goto(live_server.url + address)

    assert page.context.cookies() == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_cookie_page_names_exactly_the_cookies_of_the_journey(page, live_server, language):
    words = WORDS[language]
    application(MAIJA)
    page.goto(f"{live_server.url}/{language}/")
    press(page, words.go)
    page.locator("main summary").click()
    named = page.locator("main code").all_inner_texts()
    started, seen = time.time(), {}

    def look():
        for cookie in page.context.cookies():
            name = "attempt-…" if cookie["name"].startswith("attempt-") else cookie["name"]
            lasts = round((cookie["expires"] - started) / 60) if cookie["expires"] > 0 else None
            seen[name] = (cookie["path"], cookie["httpOnly"], cookie["sameSite"], lasts)

    look()
    assert seen == {}
    press(page, words.accept_cookies)
    look()
    assert list(seen) == ["cookies"]
    go_to_bank(page, words)
    look()
    identify_as(page, MAIJA)
    press(page, words.accept)
    look()

    # Path, HttpOnly, SameSite, and minutes; a session's ends with the browser.
    assert seen == {
        "cookies": ("/", True, "Lax", 365 * 24 * 60),
        "attempt-…": ("/identification/", True, "Lax", 15),
        "session": ("/", True, "Lax", None),
    }
    assert named == [*seen, "draft"]  # the last one is for those who fill in an application
    assert [one["name"] for one in page.context.cookies()] == ["cookies", "session"]
    assert page.evaluate(STORED) == NOTHING


def test_filling_in_adds_one_cookie_which_its_first_page_names(page, live_server):
    page.goto(f"{live_server.url}/en/application/new/")
    page.locator("summary").click()
    named = page.locator("main code").all_inner_texts()
    press(page, WORDS["en"].accept_cookies)

    [draft] = [one for one in page.context.cookies() if one["name"] == "draft"]
    assert {one["name"] for one in page.context.cookies()} == {"cookies", "session", "draft"} <= set(named)
    assert (draft["path"], draft["httpOnly"], draft["sameSite"]) == ("/", True, "Lax")
    assert round((draft["expires"] - time.time()) / 86400) == 30


def test_withdrawing_the_acceptance_takes_all_cookies_away(page, live_server, sign_in):
    sign_in(page.context, MAIJA)
    page.goto(f"{live_server.url}/en/cookies/")

    press(page, "Withdraw your acceptance")

    assert page.context.cookies() == []
    page.goto(f"{live_server.url}/en/applications/")
    assert page.locator("h1").inner_text() == "Cookies"
