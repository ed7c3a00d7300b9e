"""Whom to call, what to say and the letter on paper, in a browser and on one sheet."""

import pytest
from playwright.sync_api import expect

from applications import letters
from counter.models import Counter
from mailing import outbox
from mailing.models import Letter
from tests import cast
from tests.applications.households import fresh, sent
from tests.applications.test_slip_in_browser import sheets
from tests.browser.journey import DESKTOP, PHONE, wider_than_the_screen
from tests.counter.conftest import WEEKLY
from tests.counter.desk.arranged import address
from tests.counter.desk.test_desk_in_browser import logged_in
from tests.counter.hours import set_hours

pytestmark = pytest.mark.django_db(transaction=True)

OLLI = {**cast.OLLI, "email": None, "phone": "+358 50 998 8776"}


@pytest.fixture
def owed(live_server):
    """Return a function that owes Olli, whom no email reaches, a warning in a language."""
    counter = Counter.objects.get()
    counter.phone, counter.email = "09 310 00000", "neuvonta@example.test"
    counter.save()
    set_hours(counter, WEEKLY)

    def made(language):
        application = sent(cast.MAIJA, {**OLLI, "language": language})
        outbox.queue_letters(*letters.about_to_end(fresh(application)))
        return Letter.objects.get(to="", message="about_to_lapse", about=application.reference)

    return made


@pytest.mark.parametrize(("language", "size"), [("fi", PHONE), ("sv", DESKTOP), ("en", PHONE)])
def test_pages_of_whom_to_call_are_accessible(live_server, context, axe, owed, language, size):
    letter, page, wide = owed(language), logged_in(context, live_server, "adviser"), []

    for name, keys in (("desk_to_tell", []), ("desk_tell", [letter.pk]), ("desk_tell_letter", [letter.pk])):
        page.set_viewport_size(size)
        page.goto(live_server.url + address(name, *keys, language=language))
        axe(page)
        page.set_viewport_size(PHONE)
        wide += [name] if wider_than_the_screen(page) else []

    assert wide == []


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_letter_fits_one_sheet_and_has_a_button_that_prints(live_server, context, owed, language):
    page = logged_in(context, live_server, "adviser")
    page.add_init_script("window.print = () => { window.printed = true }")

    page.goto(live_server.url + address("desk_tell_letter", owed(language).pk))
    page.locator("[data-print]").click()

    assert page.evaluate("window.printed") is True
    assert sheets(page) == 1


def test_adviser_calls_and_notes_it(live_server, context, owed):
    owed("en")
    page = logged_in(context, live_server, "adviser")
    page.goto(live_server.url + address("desk_to_tell"))

    page.get_by_role("link", name="Olli Öhman").click()
    page.get_by_role("button", name="Show the phone number").click()
    expect(page.get_by_text("+358 50 998 8776")).to_be_visible()
    page.get_by_role("button", name="Told by phone").click()

    expect(page.get_by_text("There is nobody to call.")).to_be_visible()
