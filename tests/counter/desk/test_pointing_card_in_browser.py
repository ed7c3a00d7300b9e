"""The pointing card on a small phone, without a script, and on one sheet."""

import pytest
from playwright.sync_api import expect

from counter.pointing_card import CARDS
from tests.applications.test_slip_in_browser import PAPER, on_paper
from tests.browser.journey import DESKTOP, PHONE, wider_than_the_screen
from tests.counter.desk.arranged import address
from tests.counter.desk.test_desk_in_browser import logged_in
from tests.fonts import in_each_font

pytestmark = pytest.mark.django_db(transaction=True)


def pages(language):
    """Return the addresses of the card in each language beside that one, with the code of each."""
    here = address("desk_pointing_card", language=language)
    return {code: f"{here}?language={code}" for code in CARDS if code != language}


def test_card_is_accessible(live_server, context, axe):
    page, wide = logged_in(context, live_server, "adviser"), []

    for place in (address("desk_pointing_card", language="fi"), *pages("fi").values()):
        page.set_viewport_size(DESKTOP)
        page.goto(live_server.url + place)
        axe(page)
        page.set_viewport_size(PHONE)
        wide += [place] if wider_than_the_screen(page) else []

    assert wide == []


@in_each_font
def test_card_fits_one_sheet_with_nothing_cut_off(live_server, context):
    page, found = logged_in(context, live_server, "adviser"), {}
    page.set_viewport_size(PAPER)

    for code, place in pages("en").items():  # the longest of the three beside it
        page.goto(live_server.url + place)
        found[code] = on_paper(page)

    assert found == dict.fromkeys(pages("en"), (1, True))


def test_customer_chooses_a_language_without_a_script_and_reads_from_the_right(live_server, new_context):
    page = logged_in(new_context(java_script_enabled=False), live_server, "adviser")
    page.set_viewport_size(DESKTOP)
    page.goto(live_server.url + address("desk"))
    page.goto(live_server.url + page.get_by_role("link", name="Pointing card").get_attribute("href"))

    page.get_by_role("link", name="العربية").click()

    theirs, ours = page.locator("td[lang=ar]"), page.locator("td[lang=en]")
    expect(theirs).to_have_count(14)
    expect(ours).to_have_count(14)
    style = theirs.first.evaluate("e => ({align: getComputedStyle(e).textAlign, way: getComputedStyle(e).direction})")
    assert style == {"align": "start", "way": "rtl"}
    assert page.get_by_text("No native speaker has read these sentences yet.").is_visible()
