"""Nobody has to scroll sideways for a name or an address without a break: they wrap, on every page that shows them."""

import pytest
from django.utils import timezone

from applications.invitation_links import invitation_token
from applications.models import Invitation
from counter import account_issue
from mailing.letters import write_letter
from mailing.models import Letter
from tests import cast
from tests.applications.factories import applicant, confirm
from tests.applications.households import sent
from tests.applications.test_invitation_in_browser import complaints, enter  # noqa: F401  # fixtures
from tests.browser.journey import PHONE, wider_than_the_screen
from tests.counter.desk.arranged import address, checked
from tests.counter.desk.test_desk_in_browser import logged_in
from tests.staff import acting

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "Wolfeschlegelsteinhausenbergerdorff" * 4  # 140 letters
EMAIL = f"{'a' * 60}@{'b' * 60}.{'c' * 60}.test"
LONG = {"first_names": NAME, "last_name": NAME, "email": EMAIL, "address": NAME, "municipality": NAME}
MAIJA, OLLI = {**cast.MAIJA, **LONG}, {**cast.OLLI, **LONG, "first_names": NAME[::-1]}


@pytest.fixture
def household(live_server):
    """Two people with long names: one has confirmed and one was invited, by an email that came back."""
    made = sent(MAIJA, OLLI)
    confirm(made, MAIJA)
    Letter.objects.filter(message="invitation").update(sent_at=timezone.now(), bounced_at=timezone.now())
    return made


def too_wide(page, server, places):
    page.set_viewport_size(PHONE)
    wide = []
    for place in places:
        assert page.goto(server.url + place).status == 200, place
        if wider_than_the_screen(page):
            wide.append(place)
    return wide


@pytest.mark.parametrize("who", [MAIJA, OLLI], ids=["main applicant", "co-applicant"])
def test_applicants_scroll_nothing_sideways(live_server, page, household, enter, who):  # noqa: F811
    enter(who)
    at = f"/fi/applications/{household.number}/"
    places = ["/fi/applications/", at, f"{at}contact-details/", f"{at}withdraw/"]
    if who is MAIJA:
        places += [f"{at}receipt/", f"{at}people/1/remove/"]
    else:
        places += [f"{at}confirm/", f"{at}decline/", f"{at}people/1/slip/"]

    assert too_wide(page, live_server, [*places, "/fi/own-data/"]) == []


def test_staff_scroll_nothing_sideways(live_server, context, household):
    check = checked(household, MAIJA)
    account_issue.issue_account(check, email=EMAIL, by=acting("adviser"))
    checked(household, OLLI, is_doubtful=True)
    number = household.reference
    page = logged_in(context, live_server, "supervisor")
    places = [
        *[address(name) for name in ("desk", "desk_checks", "desk_waiting", "desk_undeliverable")],
        *[address("desk_second_looks"), address("desk_application", number), address("desk_trail", number)],
        *[address(name, number, 0) for name in ("desk_applicant", "desk_account", "desk_access_log", "desk_check")],
        *[address(name, number, 1) for name in ("desk_applicant", "desk_check", "desk_details")],
    ]

    assert too_wide(page, live_server, places) == []


def test_invited_person_scrolls_nothing_sideways(live_server, page, household):
    token = invitation_token(Invitation.objects.get(applicant=applicant(household, OLLI)))

    assert (
        too_wide(page, live_server, [f"/fi/invitation/?token={token}", f"/fi/invitation/not-me/?token={token}"]) == []
    )


def test_emails_scroll_nothing_sideways(page, household):
    page.set_viewport_size(PHONE)
    wide = []
    for letter in Letter.objects.all():
        page.set_content(write_letter(letter).alternatives[0][0])
        if wider_than_the_screen(page):
            wide.append(letter.message)

    assert Letter.objects.count() > 2
    assert wide == []
