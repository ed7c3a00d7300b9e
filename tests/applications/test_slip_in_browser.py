"""The slip on a small phone and on paper."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from counter.models import Counter, ExceptionalHours
from tests import cast
from tests.applications.households import sent
from tests.applications.test_invitation_in_browser import check, complaints, enter  # noqa: F401  # fixtures
from tests.counter.conftest import WEEKLY
from tests.counter.hours import set_hours

pytestmark = pytest.mark.django_db(transaction=True)

HOLIDAYS = 6  # days within one period of validity on which the counter has other hours


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


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_slip_is_accessible_on_a_small_phone(page, axe, address, complaints, language):  # noqa: F811
    page.set_viewport_size({"width": 320, "height": 640})

    page.goto(address(language))

    check(page, axe)
    assert complaints == []


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_slip_fits_one_sheet(page, address, language):
    page.goto(address(language))

    paper = page.pdf(format="A4", prefer_css_page_size=True)

    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1


def test_slip_on_paper_is_large_black_on_white_and_without_what_is_for_the_screen(page, address):
    page.set_viewport_size({"width": 680, "height": 1009})  # what the margins leave of A4
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
    assert page.evaluate("document.documentElement.scrollWidth") <= 680
