"""The desk in a browser: accessible, by keyboard, without scripts, and without scrolling sideways."""

import datetime as dt

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from applications.models import Application
from counter import account_issue
from counter.models import Feedback
from mailing.models import Letter
from tests.applications.factories import application, confirm, person
from tests.browser.journey import DESKTOP, PHONE, wider_than_the_screen
from tests.cast import MAIJA, OLLI, OTSO, TEA, VERA, VILLE
from tests.counter.desk.arranged import address, checked
from tests.staff import acting, sign_in_staff, staff


def logged_in(context, server, role):
    """Return a page at which a member of staff has logged in."""
    cookie = sign_in_staff(Client(), staff(role)).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": server.url}])
    return context.new_page()


@pytest.fixture
def arranged(live_server):
    """An application of which there is something to show on every page."""
    sent, ended = application(MAIJA, OLLI), application(VERA, VILLE)
    Application.objects.filter(pk=ended.pk).update(state="withdrawn")
    person(MAIJA)
    check = checked(sent, MAIJA)
    account_issue.issue_account(check, email="own@example.test", by=acting("adviser"))
    checked(sent, OLLI, is_doubtful=True)
    confirm(sent, MAIJA)
    now = timezone.now()
    Letter.objects.filter(message="invitation").update(sent_at=now, bounced_at=now)
    return sent


@pytest.mark.parametrize(("language", "size"), [("fi", PHONE), ("sv", DESKTOP), ("en", PHONE)])
def test_desk_is_accessible_on_a_desktop_and_a_small_phone(live_server, context, axe, arranged, language, size):
    page, complaints, wide = logged_in(context, live_server, "supervisor"), [], []
    page.on("console", lambda message: complaints.append(message.text))
    reference = arranged.reference
    written = {"kind": "accessibility", "text": "Ei toimi\n" * 3, "email": f"{'a' * 60}@example.test"}
    given = Feedback.objects.create(**written, language="fi", due_on=dt.date(2020, 1, 1))
    addresses = [
        *[address(name, language=language) for name in ("desk", "desk_checks", "desk_waiting", "desk_undeliverable")],
        address("desk_second_looks", language=language),
        address("desk_application", reference, language=language),
        address("desk_trail", reference, language=language),
        address("desk_applicant", reference, 0, language=language),
        address("desk_applicant", reference, 1, language=language),
        address("desk_access_log", reference, 0, language=language),
        address("desk_feedback", language=language),
        address("desk_feedback_one", given.pk, language=language),
    ]

    for place in addresses:
        page.set_viewport_size(size)
        page.goto(live_server.url + place)
        axe(page)
        page.set_viewport_size(PHONE)
        wide += [place] if wider_than_the_screen(page) else []

    assert (wide, complaints) == ([], [])


@pytest.mark.parametrize("typed", ["Virtanen", "Nobody", "K7M-P3X-Q4"])
def test_results_are_accessible_on_a_small_phone(live_server, context, axe, arranged, typed):
    page = logged_in(context, live_server, "adviser")

    page.set_viewport_size(PHONE)
    page.goto(live_server.url + address("desk"))
    page.locator("[name=text]").fill(typed)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    axe(page)

    assert not wider_than_the_screen(page)


def test_adviser_comes_by_keyboard_from_the_box_to_the_check_without_a_script(live_server, new_context, arranged):
    sent = application(OTSO, TEA, VERA)
    page = logged_in(new_context(java_script_enabled=False), live_server, "adviser")

    page.goto(live_server.url + address("desk"))
    expect(page.locator("[name=text]")).to_be_focused()
    page.keyboard.type(sent.number)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address('desk_application', sent.reference)}")
    page.get_by_label("Vera Virtanen").check()
    page.get_by_role("button", name="Check those who are here").press("Enter")

    page.wait_for_url(f"**{address('desk_applicant', sent.reference, 2)}")
    expect(page.get_by_label("Identity document")).to_be_focused()


def test_code_is_shown_without_a_script_and_without_an_address(live_server, new_context, arranged):
    page = logged_in(new_context(java_script_enabled=False), live_server, "adviser")
    page.goto(live_server.url + address("desk_applicant", arranged.reference, 0))
    before = page.get_by_text("010594Y9032").count()

    page.get_by_role("button", name="Show the personal identity code").click()
    page.wait_for_url(f"**{address('desk_code', arranged.reference, 0)}")

    assert (before, page.get_by_text("010594Y9032").count()) == (0, 1)
