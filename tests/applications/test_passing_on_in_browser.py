"""Passing the way on in a real browser: by keyboard, with a script and without one."""

import pytest

from tests import cast
from tests.applications.households import sent
from tests.applications.test_invitation_in_browser import check, complaints, enter  # noqa: F401  # fixtures

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def status(live_server, enter):  # noqa: F811
    """Return the address of Maija's page, for her, who is signed in."""
    household = sent(cast.MAIJA, cast.OLLI, language="sv")
    enter(cast.MAIJA)
    return f"{live_server.url}/en/applications/{household.number}/"


def test_message_is_copied_by_keyboard_and_the_page_says_so(page, axe, status, complaints):  # noqa: F811
    page.set_viewport_size({"width": 320, "height": 640})
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(status)
    page.get_by_text("Contact Olli Öhman yourself").focus()
    page.keyboard.press("Enter")
    check(page, axe)

    page.get_by_role("button", name="Copy the message to Olli Öhman").press("Enter")
    page.get_by_text("Copied").wait_for()

    text = page.locator("#note-1").inner_text()
    assert text.startswith("Helsingfors stad")
    assert page.evaluate("navigator.clipboard.readText()") == text
    assert complaints == []


def test_without_a_script_the_text_is_there_and_no_button_that_does_nothing(new_context, page, status):
    plain = new_context(java_script_enabled=False)
    plain.add_cookies(page.context.cookies())
    quiet = plain.new_page()
    quiet.goto(status)

    quiet.get_by_text("Contact Olli Öhman yourself").click()

    assert quiet.locator("#note-1").is_visible()
    assert quiet.get_by_role("link", name="Send as a text message to Olli Öhman").is_visible()
    assert not quiet.locator("[data-copy]").is_visible()
