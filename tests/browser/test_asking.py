"""Asking whether an email is from us, and giving feedback: by keyboard, on a small phone, without a cookie."""

import pytest
from django.utils import timezone

from counter.models import Feedback
from mailing.letter_codes import display_letter_code
from mailing.models import Letter
from tests.applications.factories import application
from tests.browser.journey import LANGUAGES, faults
from tests.cast import MAIJA

FIRST = "main input:not([type=hidden])"


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def phone(request, new_context):
    return new_context(viewport={"width": 320, "height": 640}, java_script_enabled=request.param).new_page()


@pytest.fixture
def looked_at(request, phone):
    """Return a function that tells what is wrong with the page; only with scripts can a page be asked."""
    has_scripts = request.node.callspec.params["phone"]
    return lambda language: faults(phone, language) if has_scripts else []


def type_and_send(page, text):
    page.locator(FIRST).focus()
    page.keyboard.press("Control+A")
    page.keyboard.type(text)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize("language", LANGUAGES)
def test_email_is_checked_by_keyboard(phone, looked_at, live_server, language):
    application(MAIJA)
    letter = Letter.objects.get()
    letter.sent_at = timezone.now()
    letter.save()
    phone.goto(f"{live_server.url}/{language}/email/")

    wrong, panels = [], []
    for typed in ("K7M4P", "K7M4P-3XQ4T", display_letter_code(letter).lower().replace("-", " ")):
        type_and_send(phone, typed)
        wrong += looked_at(language)
        panels.append([phone.locator(f"main {kind}").count() for kind in (".error-summary", ".alert", ".success")])

    assert wrong == []
    assert panels == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert phone.context.cookies() == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_feedback_is_given_by_keyboard_and_a_slip_loses_nothing(phone, looked_at, live_server, language):
    phone.goto(f"{live_server.url}/{language}/feedback/")
    phone.locator(FIRST).first.focus()
    phone.keyboard.press("Space")
    phone.keyboard.press("Tab")
    phone.keyboard.type("The button has no name.")
    phone.keyboard.press("Tab")
    phone.keyboard.type("maija@")
    with phone.expect_navigation():
        phone.keyboard.press("Enter")
    wrong = looked_at(language)
    kept = phone.locator("textarea").input_value()

    phone.locator("[name=email]").fill("maija@example.test")
    with phone.expect_navigation():
        phone.locator("[name=email]").press("Enter")
    wrong += looked_at(language)

    assert wrong == []
    assert kept == "The button has no name."
    given = Feedback.objects.get()
    assert (given.kind, given.text, given.email, given.language) == (
        "accessibility",
        "The button has no name.",
        "maija@example.test",
        language,
    )
    assert phone.locator("main .success").count() == 1
    assert phone.context.cookies() == []
