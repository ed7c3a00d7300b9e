"""Somebody is led to the service in which alone their application is edited, by keyboard on a phone (J6.4)."""

import pytest
from playwright.sync_api import expect

from applications import invitations
from applications.models import Origin
from tests.applications.factories import actor, application
from tests.applications.households import slot
from tests.browser.fit import misfits
from tests.browser.journey import LANGUAGES, faults
from tests.cast import MAIJA, OLLI, VERA

SMALL = {"width": 390, "height": 844}
THERE = "https://housing.example"
LABELS = {
    "fi": "Muokkaa hakemusta toisessa palvelussa (Hekan asuntohaku)",
    "sv": "Redigera ansökan i en annan tjänst (Hekas bostadssökning)",
    "en": "Edit application in another service (Heka housing search)",
}


@pytest.fixture
def sent():
    made = application(MAIJA, OLLI, VERA)
    invitations.report_error(slot(made, OLLI), text="The rent is wrong.", by=actor(OLLI))
    invitations.decline(slot(made, VERA), by=actor(VERA))
    made.origin = Origin.objects.create(
        changed_in="there",
        name_fi="Hekan asuntohaku",
        name_sv="Hekas bostadssökning",
        name_en="Heka housing search",
        change_link=f"{THERE}/{{language}}/applications/{{reference}}",
    )
    made.save(update_fields=["origin"])
    return made


def focus_by_keyboard(page, link):
    """Press Tab until a link has the focus, as somebody without a mouse does."""
    for _press in range(60):
        page.keyboard.press("Tab")
        if link.evaluate("link => link === document.activeElement"):
            return
    pytest.fail("Tab does not reach the link")


@pytest.mark.parametrize("language", LANGUAGES)
def test_link_to_the_other_service_is_followed_by_keyboard_and_tells_it_nothing_more(
    browser, live_server, sign_in, sent, language
):
    context = browser.new_context(viewport=SMALL)  # nobody watches that it asks no other host
    page = context.new_page()
    sign_in(context, MAIJA)
    asked = []

    def answer(route):
        asked.append((route.request.url, route.request.headers.get("referer")))
        route.fulfill(body="<!DOCTYPE html><title>There</title><p>There</p>", content_type="text/html")

    context.route(f"{THERE}/**", answer)
    page.goto(f"{live_server.url}/{language}/applications/{sent.number}/")
    found = misfits(page)
    link = page.get_by_role("link", name=LABELS[language]).first

    focus_by_keyboard(page, link)
    page.keyboard.press("Enter")

    expect(page).to_have_title("There")
    assert asked == [(f"{THERE}/{language}/applications/{sent.number}", None)]
    assert found == []
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_for_editing_leads_on_by_keyboard_and_fits_a_phone(new_context, live_server, sign_in, sent, language):
    page = new_context(viewport=SMALL).new_page()
    sign_in(page.context, MAIJA)
    at = f"{live_server.url}/{language}/applications/{sent.number}/"

    page.goto(f"{at}change/")
    focus_by_keyboard(page, page.get_by_role("link", name=LABELS[language]))
    found = [faults(page, language)]
    page.goto(at)
    found.append(faults(page, language))

    assert found == [[], []]
