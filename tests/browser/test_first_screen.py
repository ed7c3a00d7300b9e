"""On the first screen of a telephone stands what is to be done there, on each page on the way to the receipt."""

import re

import pytest

from tests.applications.factories import application
from tests.browser.journey import LANGUAGES, WORDS, control, go_to_bank, identify_as, press
from tests.cast import MAIJA

TELEPHONE = {"width": 360, "height": 740}


def is_on_the_first_screen(control):
    """Tell whether a whole link or button is seen before anybody has scrolled."""
    box = control.bounding_box()
    return control.page.evaluate("scrollY") == 0 and box["y"] + box["height"] <= TELEPHONE["height"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_to_be_done_is_on_the_first_screen_of_a_telephone(new_context, live_server, language):
    words, page = WORDS[language], new_context(viewport=TELEPHONE).new_page()
    application(MAIJA)
    application(MAIJA)
    seen = {}

    def look(name):
        seen[name] = is_on_the_first_screen(control(page, name))

    page.goto(f"{live_server.url}/{language}/")
    for name in (words.go, words.accept_cookies):
        look(name)
        press(page, name)
    look(words.to_identification)
    go_to_bank(page, words)
    identify_as(page, MAIJA)
    look(words.accept)
    press(page, words.accept)
    seen[words.check] = is_on_the_first_screen(page.get_by_role("link", name=re.compile(f"^{words.check} ")).first)

    assert [name for name, is_seen in seen.items() if not is_seen] == []
