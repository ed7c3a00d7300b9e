"""Staff in front of a browser: enrolling a second factor, and the way into the admin (C1)."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import expect

from tests.browser.journey import LANGUAGES, faults, heading, path, press
from tests.identity.accounts import PASSWORD
from tests.staff import sign_in_staff, staff


@pytest.fixture(autouse=True)
def _no_used_codes():
    cache.clear()


@pytest.fixture
def anna():
    user = staff("adviser")
    user.is_superuser = True
    user.set_password(PASSWORD)
    user.save()
    return user


def code_of(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def log_in(page, live_server, user, language="en"):
    page.goto(f"{live_server.url}/{language}/admin/")
    page.locator("[name=login]").fill(user.username)
    page.locator("[name=password]").fill(PASSWORD)
    with page.expect_navigation():
        page.locator("main form button").click()


def test_adviser_enrols_an_app_and_enters_the_admin(page, new_context, live_server, anna):
    log_in(page, live_server, anna)
    asked = heading(page)
    press(page, "Use an authenticator app")
    secret = page.locator("code").inner_text()
    picture = page.locator("main svg").bounding_box()
    page.get_by_role("textbox", name="Code").fill(code_of(secret))
    press(page, "Continue")
    codes = page.locator("main code").all_inner_texts()
    press(page, "Go to the desk")
    entered = path(page)

    cache.clear()
    other = new_context().new_page()
    log_in(other, live_server, anna)
    other.get_by_role("textbox", name="Code").fill(codes[0])
    press(other, "Log in")

    assert asked == "Your second factor"
    assert picture["width"] > 150
    assert len(codes) == 10
    assert entered == "/en/admin/"
    assert path(other) == "/en/admin/"


def test_adviser_with_an_app_logs_in_and_out(page, live_server, anna):
    secret = generate_totp_secret()
    TOTP.activate(anna, secret)

    log_in(page, live_server, anna)
    asked = heading(page)
    page.get_by_role("textbox", name="Code").fill(code_of(secret))
    press(page, "Log in")
    entered = path(page)
    press(page, "Log out")
    page.goto(f"{live_server.url}/en/admin/")

    assert asked == "Second step of logging in"
    assert entered == "/en/admin/"
    assert path(page) == "/en/log-in/"


def test_adviser_uses_a_key(page, live_server, anna):
    """A key of the browser's own making, as one in a phone would be."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    log_in(page, live_server, anna)
    press(page, "Add a key")
    page.get_by_label("Name of the key").fill("My phone")
    press(page, "Add the key")
    press(page, "Go to the desk")
    enrolled = path(page)
    press(page, "Log out")
    page.goto(f"{live_server.url}/en/admin/")
    page.locator("[name=login]").fill(anna.username)
    page.locator("[name=password]").fill(PASSWORD)
    press(page, "Log in")
    press(page, "Use a passkey or security key")

    assert enrolled == "/en/admin/"
    assert path(page) == "/en/admin/"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("new Error('no')", "The key was not accepted."),
        ("new DOMException('', 'NotAllowedError')", "The key was not used."),
        ("new DOMException('', 'InvalidStateError')", "This key has been added before."),
        ("new DOMException('', 'SecurityError')", "The browser does not allow keys at this address."),
        ("new DOMException('', 'NotSupportedError')", "This browser or device cannot use keys."),
    ],
)
def test_key_that_is_not_accepted_is_told_why(page, live_server, anna, error, told):
    log_in(page, live_server, anna)
    press(page, "Add a key")

    page.evaluate(f"() => {{ navigator.credentials.create = () => Promise.reject({error}) }}")
    page.get_by_role("button", name="Add the key").click()

    expect(page.get_by_role("alert")).to_contain_text(told)
    expect(page.locator("[data-error]:visible")).to_have_count(1)


def test_key_at_an_ip_address_names_the_address_where_keys_work(page, live_server, anna, settings, watch):
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    by_number = watch.here = live_server.url.replace("localhost", "127.0.0.1")
    user = sign_in_staff(Client(), anna, methods=("password",))
    page.context.add_cookies([{"name": "session", "value": user.cookies["session"].value, "url": by_number}])
    page.goto(f"{by_number}/en/staff/second-factor/keys/add/")

    page.get_by_role("button", name="Add the key").click()

    expect(page.get_by_role("alert")).to_contain_text("The browser does not allow keys at this address.")
    expect(page.get_by_role("alert").get_by_role("link")).to_have_attribute("href", settings.PUBLIC_URL)


def test_key_that_is_there_already_is_told(page, live_server, anna):
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    log_in(page, live_server, anna)
    press(page, "Add a key")
    press(page, "Add the key")
    page.goto(f"{live_server.url}/en/staff/second-factor/keys/add/")

    page.get_by_role("button", name="Add the key").click()

    expect(page.get_by_role("alert")).to_contain_text("This key has been added before.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_second_factors_are_accessible(page, live_server, anna, language):
    def open_page(name):
        page.goto(f"{live_server.url}/{language}/staff/{name}/")

    log_in(page, live_server, anna, language)
    found = {"no factor": faults(page, language)}
    open_page("second-factor/app")
    secret = page.locator("code").inner_text()
    page.locator("[name=code]").fill("000000")
    with page.expect_navigation():
        page.locator("main form button").click()
    found["wrong code"] = faults(page, language)
    page.locator("[name=code]").fill(code_of(secret))
    with page.expect_navigation():
        page.locator("main form button").click()
    found["recovery codes"] = faults(page, language)
    for name in ("second-factor", "second-factor/keys", "second-factor/keys/add", "second-factor/app/remove"):
        open_page(name)
        found[name] = faults(page, language)
    for name in ("second-factor/recovery-codes/new", "password", "code"):
        open_page(name)
        found[name] = faults(page, language)

    assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_frame_of_the_admin_is_accessible_and_in_the_readers_language(page, live_server, anna, language):
    secret = generate_totp_secret()
    TOTP.activate(anna, secret)
    log_in(page, live_server, anna, language)
    page.locator("[name=code]").fill(code_of(secret))
    with page.expect_navigation():
        page.locator("main form button").click()

    header = page.locator("header")
    assert page.locator("html").get_attribute("lang") == language
    assert header.locator("[aria-current]").inner_text() == {"fi": "Suomi", "sv": "Svenska", "en": "English"}[language]
    assert (
        page.locator(".staff nav a").all_inner_texts()[0]
        == {"fi": "Työpöytä", "sv": "Arbetsbord", "en": "Desk"}[language]
    )
    assert re.match(r"rgb\(0, 0, 191\)", header.evaluate("e => getComputedStyle(e).backgroundColor"))
