"""A person without bank codes, from the address given at the counter to the page of their applications (J5)."""

import pytest
from playwright.sync_api import expect

from identity import accounts
from identity.models import Account
from tests.applications.factories import application
from tests.browser.journey import LANGUAGES, WORDS, control, faults, heading, path, press
from tests.cast import MAIJA
from tests.counter.checks import check
from tests.identity.accounts import CODE_END, EMAIL, PASSWORD, issued, token_of, with_password

CREATE, LOG_IN, ASK_AGAIN, SAVE = "Create account", "Log in", "Ask again", "Save the password"


@pytest.mark.parametrize("javascript", [True, False])
def test_person_creates_an_account_and_confirms(new_context, live_server, javascript):
    application(MAIJA)
    issued()
    page = new_context(java_script_enabled=javascript).new_page()

    page.goto(f"{live_server.url}/en/account/create/")
    page.get_by_label("Email address").fill(EMAIL)
    press(page, "Continue")
    told = heading(page)
    accounts.answer_requests()
    page.goto(f"{live_server.url}/en/account/password/?token={token_of(Account.objects.get())}")
    page.get_by_label("The last four characters of your personal identity code").fill(CODE_END)
    page.get_by_label("New password").fill(PASSWORD)
    press(page, SAVE)
    saved = heading(page), page.context.cookies()
    press(page, LOG_IN)
    press(page, WORDS["en"].accept_cookies)
    page.get_by_label("Email address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, LOG_IN)
    press(page, WORDS["en"].accept)

    assert told == "Look in your email"
    assert saved == ("Your password has been saved", [])
    assert path(page) == "/en/applications/"
    assert page.locator(".person strong").inner_text() == "Maija Liisa Meikäläinen"


def test_person_who_chooses_the_account_on_the_way_comes_to_their_application(page, live_server, link):
    sent = application(MAIJA)
    with_password()
    Account.objects.update(id_check=check(sent, MAIJA))

    page.goto(link(sent))
    press(page, WORDS["en"].accept_cookies)
    press(page, "Log in with your account")
    page.get_by_label("Email address").fill(EMAIL)
    page.get_by_label("Password").fill("something else 123")
    press(page, LOG_IN)
    failed = heading(page)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, LOG_IN)
    press(page, WORDS["en"].accept)
    press(page, WORDS["en"].confirm)

    assert failed == "Login failed"
    assert heading(page) == "Your application is valid"


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_accounts_are_accessible(page, live_server, language):
    def open_page(name):
        page.goto(f"{live_server.url}/{language}/{name}/")

    found, token = {}, token_of(issued())
    open_page("cookies")
    press(page, WORDS[language].accept_cookies)
    for name in (
        "account/create",
        "account/forgotten-password",
        "account/link-asked",
        "account/password-set",
        "log-in",
    ):
        open_page(name)
        found[name] = faults(page, language)
    for name in ("account/create", "log-in"):
        open_page(name)
        with page.expect_navigation():
            page.locator("main form button").click()
        found[f"{name} with errors"] = faults(page, language)
    for query in (f"token={token}", "token=unknown"):
        page.goto(f"{live_server.url}/{language}/account/password/?{query}")
        found[query] = faults(page, language)

    assert {name: each for name, each in found.items() if each} == {}


def test_first_error_is_where_the_reader_is_led(page, live_server):
    page.goto(f"{live_server.url}/en/account/password/?token={token_of(issued())}")
    page.get_by_label("The last four characters of your personal identity code").fill(CODE_END)
    page.get_by_label("New password").fill("short")
    press(page, SAVE)

    control(page, "New password: The password is too short. Choose one with at least 12 characters.").click()

    expect(page.locator("[name='password']")).to_be_focused()
