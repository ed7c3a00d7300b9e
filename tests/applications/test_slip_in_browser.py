"""The slip on a small phone and on paper."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from counter.models import Counter, ExceptionalHours
from tests import cast
from tests.applications.households import sent
from tests.applications.test_invitation_in_browser import check, complaints, enter  # noqa: F401  # fixtures
from tests.counter.conftest import AFTERNOON, MORNING, WEEKLY
from tests.counter.hours import set_hours
from tests.fonts import in_each_font

pytestmark = pytest.mark.django_db(transaction=True)

HOLIDAYS = 6  # days within one period of validity on which the counter has other hours
PAPER = {"width": 680, "height": 1009}  # what the margins leave of A4
WHOLE_SUMMER = 60  # days; an operator who enters each of them as an exception


def words(length, word="Magdaleena"):
    """Return a text of that many characters, in words as long as that one."""
    return f"{word} " * (length // (len(word) + 1)) + "x" * (length % (len(word) + 1))


@pytest.fixture
def address(live_server, enter):  # noqa: F811
    """Return a function that makes the address of Maija's slip in a language, for her, who is signed in."""
    counter = Counter.objects.get()
    counter.phone = "09 310 00000"
    counter.save()
    set_hours(counter, WEEKLY)
    for n in range(HOLIDAYS):
        day = timezone.localdate() + dt.timedelta(days=n + 1)
        ExceptionalHours.objects.create(counter=counter, date=day)
    application = sent({**cast.MAIJA, "first_names": "Maija Liisa Magdaleena", "last_name": "Meikäläinen-Virtanen"})
    enter(cast.MAIJA)
    return lambda language: f"{live_server.url}/{language}/applications/{application.number}/people/0/slip/"


def on_paper(page):
    """Return how many sheets the page takes in print, on a screen as wide as PAPER, and whether all fits its width."""
    page.emulate_media(media="print")
    fits = page.evaluate("document.documentElement.scrollWidth") <= PAPER["width"]
    return sheets(page), fits


def sheets(page):
    """Print the page, and return how many sheets that takes."""
    paper = page.pdf(format="A4", prefer_css_page_size=True)
    return len(re.findall(rb"/Type\s*/Page\b", paper))


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_slip_is_accessible_on_a_small_phone(page, axe, address, complaints, language):  # noqa: F811
    page.set_viewport_size({"width": 320, "height": 640})

    page.goto(address(language))

    check(page, axe)
    assert complaints == []


@in_each_font
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_slip_fits_one_sheet(page, address, language):
    page.goto(address(language))

    assert sheets(page) == 1


@pytest.fixture
def longest_address(live_server, enter):  # noqa: F811
    """As `address`, of a slip on which everything is as long as the database takes it."""
    counter = Counter.objects.get()
    for field in Counter._meta.get_fields():
        if field.name.startswith(("name_", "street_", "city_", "place_", "phone")):
            setattr(counter, field.name, words(field.max_length))
    counter.page_url_fi = f"https://example.test/{'a' * 179}"
    counter.save()
    set_hours(counter, {weekday: [MORNING, AFTERNOON] for weekday in range(7)})
    for n in range(WHOLE_SUMMER):
        day = timezone.localdate() + dt.timedelta(days=n + 1)
        ExceptionalHours.objects.create(counter=counter, date=day, opens=MORNING.opens, closes=MORNING.closes)
    names = {"first_names": " ".join(["Magdaleenamagdaleenamagd"] * 8), "last_name": "Å" * 200}
    application = sent({**cast.MAIJA, **names, "email": "maija@example.test"})
    enter(cast.MAIJA)
    return lambda language: f"{live_server.url}/{language}/applications/{application.number}/people/0/slip/"


@in_each_font
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_longest_slip_fits_one_sheet_with_nothing_cut_off(page, longest_address, language):
    page.set_viewport_size(PAPER)
    page.goto(longest_address(language))
    page.emulate_media(media="print")

    assert sheets(page) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= PAPER["width"]


def test_longest_slip_shows_all_hours_on_the_screen_and_on_paper_where_the_rest_is(page, longest_address):
    page.goto(longest_address("en"))
    rows, link = page.locator(".slip tr"), page.locator(".slip .print-only")

    on_screen = rows.filter(visible=True).count(), link.is_visible()
    page.emulate_media(media="print")

    assert on_screen == (7 + WHOLE_SUMMER, False)
    assert rows.filter(visible=True).count() == 7 + 6
    assert link.inner_text().startswith("Check the opening hours: https://")


def test_slip_on_paper_is_large_black_on_white_and_without_what_is_for_the_screen(page, address):
    page.set_viewport_size(PAPER)
    page.goto(address("en"))

    page.emulate_media(media="print")

    number = page.locator(".slip-number")
    style = number.evaluate(
        "e => ({size: parseFloat(getComputedStyle(e).fontSize), color: getComputedStyle(e).color})"
    )
    assert style["size"] >= 40
    assert style["color"] == "rgb(0, 0, 0)"
    assert page.locator(".qr").bounding_box()["width"] >= 180  # 5 cm
    assert page.get_by_role("button").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= PAPER["width"]
