"""The way of staff to the City's directory and back in a real browser, under the strict policy."""

import pytest
from playwright.sync_api import expect

from tests.browser.journey import DESKTOP, PHONE, wider_than_the_screen
from tests.staff import staff

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def here(live_server, settings, city, _served_from_here):
    for role in ("adviser", "supervisor", "operator"):
        staff(role)
    settings.PUBLIC_URL = live_server.url
    return live_server.url


@pytest.mark.parametrize("javascript", [True, False])
def test_button_leads_to_the_directory_and_back_to_the_page(here, browser, javascript):
    context = browser.new_context(java_script_enabled=javascript)
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{here}/sv/admin/desk/")
    page.get_by_role("button", name="Logga in: Stadens konto").click()

    page.wait_for_url(f"{here}/sv/admin/desk/")
    expect(page.locator(".staff")).to_contain_text("Dina Directory")
    assert [cookie["name"] for cookie in context.cookies()] == ["session"]
    assert complaints == []
    context.close()


@pytest.mark.parametrize(("language", "size"), [("fi", PHONE), ("sv", DESKTOP), ("en", PHONE)])
def test_pages_are_accessible(here, city, settings, context, axe, language, size):
    settings.BREAK_GLASS_USERNAME = "glass"
    page, wide = context.new_page(), []
    page.set_viewport_size(size)
    failed = f"{here}/{language}/staff/log-in-failed/"
    for passwords in (True, False):
        settings.STAFF_PASSWORDS = passwords
        for address in (f"{here}/{language}/admin/", failed, f"{failed}?about=no-role&id=cdfghjkmpr"):
            page.goto(address)
            axe(page)
            wide += [page.url] if wider_than_the_screen(page) else []
    assert wide == []
