"""The form for a day without the service on the screen, and on one sheet."""

import pytest

from tests.applications.test_slip_in_browser import PAPER, on_paper
from tests.browser.journey import DESKTOP, PHONE, wider_than_the_screen
from tests.counter.desk.arranged import address
from tests.counter.desk.test_desk_in_browser import logged_in
from tests.fonts import in_each_font

pytestmark = pytest.mark.django_db(transaction=True)

LANGUAGES = ("fi", "sv", "en")


def test_form_is_accessible(live_server, context, axe):
    page, wide = logged_in(context, live_server, "adviser"), []

    for theirs in LANGUAGES:
        place = address("desk_paper_form", language="fi") + f"?language={theirs}"
        page.set_viewport_size(DESKTOP)
        page.goto(live_server.url + place)
        axe(page)
        page.set_viewport_size(PHONE)
        wide += [place] if wider_than_the_screen(page) else []

    assert wide == []


@in_each_font
def test_form_fits_one_sheet_with_nothing_cut_off(live_server, context):
    page, found = logged_in(context, live_server, "adviser"), {}
    page.set_viewport_size(PAPER)

    for ours in LANGUAGES:
        for theirs in LANGUAGES:
            page.goto(live_server.url + address("desk_paper_form", language=ours) + f"?language={theirs}")
            found[ours, theirs] = on_paper(page)

    assert found == {(ours, theirs): (1, True) for ours in LANGUAGES for theirs in LANGUAGES}
