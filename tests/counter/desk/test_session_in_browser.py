"""The end of the session of staff as they meet it: warned before, and with what they typed after (R21, ADR 42)."""

import time

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from playwright.sync_api import expect

from applications.models import IdCheck
from identity import sessions
from tests.applications.factories import application
from tests.browser.journey import DESKTOP, LANGUAGES, PHONE, wider_than_the_screen
from tests.cast import MAIJA
from tests.counter.desk.arranged import address
from tests.counter.desk.test_desk_in_browser import logged_in
from tests.identity.accounts import PASSWORD
from tests.staff import staff

MINUTE = 60 * 1000  # milliseconds
BACK = {
    "fi": "Sinut kirjattiin ulos, ennen kuin tämä tallennettiin.",
    "sv": "Du loggades ut innan det här sparades.",
    "en": "You were logged out before this was saved.",
}


@pytest.fixture(autouse=True)
def _no_used_codes():
    cache.clear()


@pytest.fixture
def secret(transactional_db):
    """The secret of Anna's authenticator app; she has a password too."""
    user, secret = staff("adviser"), generate_totp_secret()
    user.set_password(PASSWORD)
    user.save()
    TOTP.activate(user, secret)
    return secret


def let_pass(page, minutes):
    """Let the session be idle for some minutes, as the server counts."""
    (key,) = [cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "session"]
    stored = SessionStore(key)
    stored[sessions.SEEN] = int(time.time()) - minutes * 60
    stored.save()


def fill_in(page):
    page.locator("[name=document_type]").select_option(index=1)
    page.locator("[name=document_valid_until]").fill("31.12.2030")
    page.locator("[name=code]").fill("9032")
    page.locator("[name=picture_matches]").check()
    page.locator("form.check summary").first.click()
    page.locator("[name=note]").fill("Torn")


def log_in(page, secret):
    expect(page.locator("[name=login]")).to_be_focused()
    page.keyboard.type("anna")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button").click()
    expect(page.locator("[name=code]")).to_be_focused()
    page.keyboard.type(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
    page.locator("main form button").first.click()


def expect_form_as_typed(page, language):
    expect(page.get_by_text(BACK[language])).to_be_visible()
    expect(page.locator("[name=document_type]")).not_to_have_value("")
    expect(page.locator("[name=document_valid_until]")).to_have_value("31.12.2030")
    expect(page.locator("[name=note]")).to_have_value("Torn")
    expect(page.locator("[name=picture_matches]")).to_be_checked()
    expect(page.locator("[name=code]")).to_have_value("")
    assert not IdCheck.objects.exists()


@pytest.mark.parametrize(("language", "javascript"), [("fi", True), ("sv", False), ("en", False)])
def test_form_sent_after_the_end_is_back_after_the_log_in(new_context, live_server, secret, language, javascript):
    page = logged_in(new_context(java_script_enabled=javascript), live_server, "adviser")
    page.goto(live_server.url + address("desk_check", application(MAIJA).reference, 0, language=language))
    fill_in(page)
    let_pass(page, 16)

    page.locator("main form .button").last.click()
    log_in(page, secret)

    expect_form_as_typed(page, language)


def test_form_is_back_after_the_session_has_ended_by_itself(new_context, live_server, secret):
    page = logged_in(new_context(), live_server, "adviser")
    where = address("desk_check", application(MAIJA).reference, 0)
    page.clock.install()
    page.goto(live_server.url + where)
    fill_in(page)

    page.clock.run_for(15 * MINUTE + 1000)
    page.wait_for_url("**/log-in/**")
    page.clock.resume()
    log_in(page, secret)

    page.wait_for_url(f"**{where}")
    expect_form_as_typed(page, "en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["desk_check", "password_change", "index"])
def test_warning_comes_two_minutes_before_the_end_and_may_be_answered(
    new_context, live_server, axe, secret, language, name
):
    page = logged_in(new_context(), live_server, "operator" if name == "index" else "adviser")
    arguments = [application(MAIJA).reference, 0] if name == "desk_check" else []
    page.clock.install()
    page.goto(live_server.url + address(name, *arguments, language=language))
    warning = page.get_by_role("alertdialog")

    page.clock.run_for(13 * MINUTE - 10_000)
    expect(warning).to_be_hidden()
    page.clock.run_for(11_000)
    expect(warning).to_be_visible()
    expect(warning.get_by_role("button").first).to_be_focused()
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        assert not wider_than_the_screen(page)
    axe(page)
    with page.expect_response("**/staff/session/extend/"):
        warning.get_by_role("button").first.click()
    expect(warning).to_be_hidden()
    page.clock.run_for(12 * MINUTE)
    expect(warning).to_be_hidden()


def test_typing_puts_the_end_off(new_context, live_server, secret):
    page = logged_in(new_context(), live_server, "adviser")
    page.clock.install()
    page.goto(live_server.url + address("desk_check", application(MAIJA).reference, 0))

    page.clock.run_for(12 * MINUTE)
    with page.expect_response("**/staff/session/extend/"):
        page.locator("form.check summary").first.click()
        page.locator("[name=note]").fill("Torn")
    page.clock.run_for(12 * MINUTE)

    expect(page.get_by_role("alertdialog")).to_be_hidden()


def test_tab_of_somebody_who_logs_out_in_another_keeps_nothing(new_context, live_server, secret):
    page = logged_in(new_context(), live_server, "adviser")
    where = live_server.url + address("desk_check", application(MAIJA).reference, 0)
    page.goto(where)
    fill_in(page)
    other = page.context.new_page()
    other.goto(live_server.url + address("desk"))

    other.locator(".staff nav button").click()
    page.wait_for_url("**/log-in/**")
    log_in(page, secret)

    expect(page.locator("[name=note]")).to_have_value("")
