"""Namesakes in a browser: one is opened, Back leads to the list of both, and the other one is opened."""

import re

import pytest
from playwright.sync_api import expect

from tests.applications.factories import application
from tests.browser.journey import DESKTOP, PHONE, wider_than_the_screen
from tests.cast import VERA, VILLE
from tests.counter.desk.arranged import address
from tests.counter.desk.test_desk_in_browser import logged_in


@pytest.mark.parametrize(
    ("language", "size", "back"),
    [("fi", DESKTOP, "Takaisin hakutuloksiin"), ("sv", PHONE, "Tillbaka till sökresultaten")],
)
def test_back_leads_to_the_namesakes(live_server, context, axe, language, size, back):
    namesake = VILLE | {"first_names": "Vera"}
    one, two = application(VERA), application(namesake)
    page = logged_in(context, live_server, "adviser")
    page.set_viewport_size(size)
    results = re.compile(r"/desk/results/[\w-]+/$")

    page.goto(live_server.url + address("desk", language=language))
    page.locator("main [name=text]").fill("vera virtanen")
    page.keyboard.press("Enter")
    expect(page).to_have_url(results)
    axe(page)
    assert not wider_than_the_screen(page)
    page.locator("main tbody tr", has_text=one.number).get_by_role("link", name="Vera Virtanen").click()
    expect(page).to_have_url(live_server.url + address("desk_applicant", one.reference, 0, language=language))
    page.go_back()

    expect(page).to_have_url(results)
    expect(page.locator("main tbody tr")).to_have_count(2)
    page.locator("main tbody tr", has_text=two.number).get_by_role("link", name="Vera Virtanen").click()
    expect(page).to_have_url(live_server.url + address("desk_applicant", two.reference, 0, language=language))
    page.get_by_role("link", name=back).click()
    expect(page).to_have_url(results)
    page.get_by_role("link", name=two.number).click()
    expect(page).to_have_url(live_server.url + address("desk_application", two.reference, language=language))
    expect(page.get_by_role("link", name=back)).to_be_visible()
