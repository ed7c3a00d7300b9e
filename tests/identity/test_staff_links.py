"""The link by which a member of staff sets their own password (C1, ADR 43)."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from core import links
from identity import staff_changes, staff_links
from identity.models import StaffLink, User
from mailing.letters import NoLongerDue, write_letter
from mailing.models import Letter
from records.models import Entry
from tests.identity.accounts import PASSWORD
from tests.staff import acting, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def olli():
    """Somebody who has been invited and has no role yet."""
    user = User.objects.create(username="olli", first_name="Olli", email="olli@example.test", is_staff=True)
    staff_changes.send_link_or_ask(user, by=acting("operator"))
    return user


def token():
    return staff_links.TOKEN.of(StaffLink.objects.latest("pk"))


def page(secret, **sent):
    address = f"/en/staff/link/?token={secret}"
    return Client().post(address, sent) if sent else Client().get(address)


def test_link_shows_the_username_and_sets_the_password(olli):
    shown = page(token())
    done = page(token(), password=PASSWORD)

    assert (shown.status_code, 'value="olli"' in shown.text) == (200, True)
    assert (done.status_code, done.url, done.cookies) == (302, "/en/staff/link/done/", {})
    assert User.objects.get(username="olli").check_password(PASSWORD)
    assert "Log in with your username" in Client().get(done.url).text


def test_reading_the_page_changes_nothing_and_is_kept_nowhere(olli):
    """Mail scanners open links."""
    shown = page(token())

    assert "no-store" in shown["Cache-Control"]
    assert StaffLink.objects.get().used_at is None
    assert page(token(), password=PASSWORD).status_code == 302


@pytest.mark.parametrize("password", ["short", "salasana1234", ""])
def test_password_that_is_short_or_common_is_refused(olli, password):
    told = page(token(), password=password)

    assert (told.status_code, "error-summary" in told.text) == (200, True)
    assert not User.objects.get(username="olli").has_usable_password()


def test_link_works_once(olli):
    secret = token()
    page(secret, password=PASSWORD)

    again = page(secret, password="another long password")

    assert (again.status_code, "You have already created a password" in again.text) == (410, True)
    assert User.objects.get(username="olli").check_password(PASSWORD)


@pytest.mark.parametrize(
    ("end", "status", "told"),
    [
        ("unknown", 404, "We do not know this link."),
        ("replaced", 410, "This link has been replaced."),
        ("expired", 410, "The link has expired"),
        ("inactive", 410, "This username is no longer in use."),
    ],
)
def test_dead_link_says_why_and_whom_to_ask(olli, time_machine, end, status, told):
    secret = "0" * links.TOKEN_LENGTH if end == "unknown" else token()
    if end == "replaced":
        staff_changes.send_link_or_ask(olli, by=acting("operator"))
    if end == "expired":
        time_machine.move_to(timezone.now() + dt.timedelta(hours=72), tick=False)
    if end == "inactive":
        User.objects.update(is_active=False)

    for answer in (page(secret), page(secret, password=PASSWORD)):
        assert (answer.status_code, told in answer.text) == (status, True)
        assert "Ask the operator for a new link." in answer.text
    assert not User.objects.get(username="olli").has_usable_password()


def test_letter_of_a_replaced_link_is_no_longer_due(olli):
    staff_changes.send_link_or_ask(olli, by=acting("operator"))
    former, newer = Letter.objects.order_by("pk")

    with pytest.raises(NoLongerDue):
        write_letter(former)
    assert token() in write_letter(newer).body


def test_link_and_password_are_in_the_trail_without_the_token(olli):
    secret = token()
    page(secret, password=PASSWORD)

    entries = Entry.objects.filter(subject=f"user {olli.pk}").order_by("number")

    assert [(entry.event, entry.user.username) for entry in entries] == [
        ("staff_link_sent", "olavi"),
        ("staff_password_set", "olli"),
    ]
    assert secret not in str([entry.facts for entry in entries])


def test_password_is_set_in_the_role_that_the_person_has():
    anna = staff("adviser")
    anna.email = "anna@example.test"
    anna.save()
    asked = staff_changes.send_link_or_ask(anna, by=acting("operator"))
    staff_changes.decide_change(asked, accepted=True, by=acting("supervisor"))

    page(token(), password=PASSWORD)

    assert Entry.objects.get(event="staff_password_set").role == "adviser"
