"""The page of statistics in a browser: accessible, by keyboard, and without scrolling sideways."""

import datetime as dt

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from tests.applications.factories import application, confirm
from tests.cast import MAIJA, OLLI
from tests.counter.test_statistics import check
from tests.staff import sign_in_staff, staff


@pytest.fixture
def supervisor(live_server, page):
    sign_in(live_server, page)
    return page


def sign_in(live_server, page):
    client = sign_in_staff(Client(), staff("supervisor"))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])


def address(language, query=""):
    with translation.override(language):
        return reverse("admin:statistics") + query


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_statistics_are_accessible_on_a_desktop_and_a_small_phone(live_server, supervisor, axe, language):
    sent = application(MAIJA, OLLI)
    confirm(sent, MAIJA)
    check(sent, OLLI)
    complaints = []
    supervisor.on("console", lambda message: complaints.append(message.text))

    for query in ("", "?since=2026-11-21&until=2026-11-20"):
        supervisor.set_viewport_size({"width": 1280, "height": 800})
        supervisor.goto(live_server.url + address(language, query))
        axe(supervisor)
        supervisor.set_viewport_size({"width": 320, "height": 640})
        axe(supervisor)

        assert supervisor.evaluate("document.documentElement.scrollWidth") == 320
    assert complaints == []


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_all_charts_of_ninety_days_are_on_one_screen(live_server, supervisor, counter, time_machine, language):
    sent = application(MAIJA, OLLI)
    confirm(sent, MAIJA)
    check(sent, OLLI)
    time_machine.move_to(timezone.now() + dt.timedelta(days=80))
    sign_in(live_server, supervisor)
    supervisor.set_viewport_size({"width": 1366, "height": 768})
    supervisor.goto(live_server.url + address(language))

    tables = supervisor.locator(".figures table").all()
    assert len(tables) == 7
    assert max(table.bounding_box()["y"] + table.bounding_box()["height"] for table in tables) <= 768
    widths = [bar.bounding_box()["width"] for bar in supervisor.locator(".bar").all()]
    assert min(widths) > 60


def test_period_is_chosen_by_keyboard(live_server, supervisor):
    supervisor.goto(live_server.url + address("en"))
    supervisor.get_by_label("First day").fill("2026-11-01")
    supervisor.get_by_label("Last day").fill("2026-11-02")

    with supervisor.expect_navigation():
        supervisor.keyboard.press("Enter")

    assert supervisor.get_by_text("1 November 2026 to 2 November 2026").is_visible()
