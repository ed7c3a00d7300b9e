"""A form from paper, entered and decided on in the browser."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.applications.factories import application, state
from tests.browser.journey import DESKTOP, PHONE, wider_than_the_screen
from tests.cast import MAIJA
from tests.counter.desk.arranged import address
from tests.counter.desk.test_desk_in_browser import logged_in

pytestmark = pytest.mark.django_db(transaction=True)

YESTERDAY = dt.timedelta(days=1)


def test_form_is_entered_and_accepted(live_server, new_context, axe):
    sent = application(MAIJA, sent_at=timezone.now() - 3 * YESTERDAY)
    day = timezone.localdate() - YESTERDAY
    adviser = logged_in(new_context(), live_server, "adviser")
    adviser.set_viewport_size(PHONE)
    adviser.goto(live_server.url + address("desk_applicant", sent.reference, 0))
    adviser.get_by_role("link", name="Enter a paper form").click()
    expect(adviser.get_by_label("Date on the form")).to_be_focused()
    axe(adviser)
    assert not wider_than_the_screen(adviser)
    adviser.set_viewport_size(DESKTOP)

    adviser.get_by_label("Date on the form").fill(f"{day.day}.{day.month}.{day.year}")
    adviser.get_by_label("Time on the form").fill("915")
    adviser.get_by_label("I confirm the application").check()
    adviser.get_by_label("The customer has signed the form").check()
    adviser.get_by_label("Identity document").select_option(label="Passport")
    adviser.get_by_label("Last day of validity").fill("31.12.2030")
    adviser.get_by_label("Personal identity code on the document").fill(MAIJA["hetu"][-4:])
    adviser.get_by_label("The picture matches").check()
    adviser.get_by_label("The name matches").check()
    adviser.get_by_label("Note").fill("The network was down")
    adviser.get_by_role("button", name="Save the form").click()
    expect(adviser.get_by_text("The form has been entered.")).to_be_visible()

    supervisor = logged_in(new_context(), live_server, "supervisor")
    supervisor.goto(live_server.url + address("desk_second_looks"))
    expect(supervisor.get_by_text("entered from a paper form")).to_be_visible()
    supervisor.get_by_role("link", name="Maija").click()
    supervisor.get_by_role("link", name="Do the second review").click()
    expect(supervisor.get_by_text("Compare each detail with the paper")).to_be_visible()
    axe(supervisor)
    supervisor.get_by_label("Accept the check").check()
    supervisor.get_by_label("Reason").fill("Compared with the paper")
    supervisor.get_by_role("button", name="Save the decision").click()
    expect(supervisor.get_by_text("Recorded.")).to_be_visible()

    assert state(sent) == "valid"
