"""Checking a receipt in a real browser: with and without JavaScript, in three languages, on a small phone."""

import pytest
from django.utils import translation
from django.utils.translation import gettext

from tests import cast
from tests.applications.factories import application, confirm
from tests.applications.test_receipts import end
from tests.browser.journey import LANGUAGES, PHONE, faults, heading


def check(page, made, code=""):
    page.fill("#id_number", made.receipt_number)
    page.fill("#id_check_code", code or made.check_code)
    with page.expect_navigation():
        page.locator("main form button").click()


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_and_its_answers_are_accessible_also_on_a_small_phone(page, live_server, language):
    page.set_viewport_size(PHONE)
    sent = application(cast.MAIJA)
    made, faulty = confirm(sent, cast.MAIJA), {}

    def look(name):
        if found := faults(page, language):
            faulty[name] = found

    page.goto(f"{live_server.url}/{language}/receipt/")
    look("form")
    check(page, made, "too short")
    look("errors")
    focused = page.evaluate("document.activeElement.className")
    check(page, made, "0" * 16)
    look("not known")
    check(page, made)
    look("counts")
    end(sent)
    check(page, made)
    look("no longer counts")

    assert faulty == {}
    assert focused == "error-summary"
    assert page.context.cookies() == []


@pytest.mark.parametrize("javascript", [True, False])
def test_receipt_is_checked_with_and_without_javascript(new_context, live_server, javascript):
    made = confirm(application(cast.MAIJA), cast.MAIJA)
    page = new_context(java_script_enabled=javascript).new_page()
    page.goto(f"{live_server.url}/sv/how-to/")
    with translation.override("sv"):
        page.get_by_role("link", name=gettext("Check a receipt or certificate")).click()
        answer = gettext("The receipt is genuine and still valid")

    check(page, made)

    assert heading(page) == answer
    assert made.digest[:4] not in page.url
