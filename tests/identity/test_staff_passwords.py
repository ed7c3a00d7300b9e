"""Passwords of staff: switched off by a setting, except for one account, whose every use alarms (ADR 58)."""

import datetime as dt
import logging

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import checks

from identity import break_glass, staff_checks, staff_links
from identity.models import User
from mailing import letters
from mailing.models import Letter
from records.models import Entry
from tests.identity.accounts import EMAIL, PASSWORD, with_password
from tests.identity.conftest import Visitor
from tests.identity.directory import DIRECTORY
from tests.identity.test_logging_in import is_in, log_in
from tests.staff import sign_in_staff, staff

pytestmark = pytest.mark.django_db
DESK = "/en/admin/desk/"
START = dt.datetime(2026, 11, 21, 10, 0, 5, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _stopped_clock():
    """Limits begin anew with the minute: none does during a test."""
    with time_machine.travel(START, tick=False):
        yield


@pytest.fixture
def switched_off(settings):
    settings.STAFF_DIRECTORY, settings.STAFF_PASSWORDS = DIRECTORY, False
    return settings


def known(role):
    """Return the member of staff of a role, with a password."""
    user = staff(role)
    user.set_password(PASSWORD)
    user.save()
    return user


def uses():
    return Entry.objects.filter(event="break_glass_used")


# --- The setting -----------------------------------------------------------------------------------------


def test_staff_get_in_with_a_password_unless_it_is_switched_off(settings):
    user = known("adviser")
    assert is_in(log_in(Visitor(), user.username))

    settings.STAFF_PASSWORDS = False
    refused = log_in(Visitor(), user.username)

    assert not is_in(refused)
    assert "is wrong" in refused.text


def test_people_with_an_account_get_in_all_the_same(switched_off):
    with_password()

    assert is_in(log_in(Visitor(), EMAIL))


def test_session_with_a_password_ends_when_passwords_are_switched_off(client, settings):
    sign_in_staff(client, known("adviser"))
    assert client.get(DESK).status_code == 200

    settings.STAFF_PASSWORDS = False

    assert client.get(DESK).status_code == 302


def test_refusal_takes_the_work_of_a_wrong_password(switched_off, counting_hasher):
    user = known("adviser")
    counting_hasher.calls.clear()

    for name in (user.username, "nobody at all"):
        log_in(Visitor(), name)

    assert len(counting_hasher.calls) == 2


def test_link_for_a_password_does_nothing_once_passwords_are_switched_off(client, settings):
    user = known("adviser")
    link = staff_links.replace_staff_link(user, email="anna@example.test")
    settings.STAFF_PASSWORDS = False

    answer = client.get(f"/en/staff/link/?token={staff_links.TOKEN.of(link)}")

    assert (answer.status_code, "need no password" in answer.text) == (410, True)


# --- The break-glass account -----------------------------------------------------------------------------


@pytest.fixture
def glass(settings):
    """The account, which may log in with its password."""
    settings.BREAK_GLASS_USERNAME = "sari"
    return known("supervisor")


def test_break_glass_account_gets_in_with_its_password_and_second_factor_alone(switched_off, glass):
    TOTP.activate(glass, generate_totp_secret())
    visitor = Visitor()
    half = log_in(visitor, glass.username, next=DESK)

    assert half["Location"].startswith("/en/log-in/code/")
    assert visitor.get(DESK).status_code == 302


def test_each_use_of_the_break_glass_account_alarms_even_before_the_second_factor(switched_off, glass, caplog):
    TOTP.activate(glass, generate_totp_secret())
    with caplog.at_level(logging.ERROR, "identity.break_glass"):
        log_in(Visitor(), glass.username)
        log_in(Visitor(), glass.username)

    assert [record.levelname for record in caplog.records if record.name == "identity.break_glass"] == ["ERROR"] * 2
    assert (uses().count(), uses().first().user) == (2, glass)


def test_it_alarms_where_others_have_passwords_too(glass):
    log_in(Visitor(), glass.username)
    log_in(Visitor(), known("adviser").username)

    assert uses().count() == 1


def test_wrong_password_of_it_is_no_use(switched_off, glass):
    log_in(Visitor(), glass.username, "something else")

    assert uses().count() == 0


def test_supervisors_and_operators_get_an_email_and_not_the_account_itself(glass):
    for role in ("adviser", "supervisor", "operator"):
        User.objects.filter(pk=staff(role).pk).update(email=f"{role}@example.test", language="en")
    User.objects.create(
        username="leaver", email="leaver@example.test", is_staff=True, is_active=False, is_superuser=True
    )
    User.objects.create(username="root", email="root@example.test", is_staff=True, is_superuser=True)

    log_in(Visitor(), glass.username)

    sent = Letter.objects.filter(message="staff_break_glass")
    assert sorted(sent.values_list("to", flat=True)) == ["operator@example.test", "root@example.test"]
    text = str(letters.write_letter(sent.get(to__startswith="operator")).body)
    assert "Somebody entered the password of this service’s emergency account" in text
    assert "21 November 2026" in text


def test_giving_the_password_again_and_again_does_not_flood_their_mailboxes(glass):
    User.objects.filter(pk=staff("operator").pk).update(email="operator@example.test")

    for minutes in (0, 20, 60):
        with time_machine.travel(START + dt.timedelta(minutes=minutes), tick=False):
            break_glass.alarm(glass)

    assert (Letter.objects.count(), uses().count()) == (2, 3)


@pytest.mark.parametrize("role", ["supervisor", "operator"])
def test_supervisors_and_operators_see_for_a_week_that_it_was_used(client, settings, role):
    settings.BREAK_GLASS_USERNAME = "other"
    user = staff(role)
    first = DESK if role == "supervisor" else "/en/admin/"
    other = User.objects.create(username="other", is_staff=True)
    sign_in_staff(client, user)
    assert "emergency account" not in client.get(first).text

    break_glass.alarm(other)
    seen = "The emergency account was used on" in client.get(first).text
    with time_machine.travel(dt.datetime.now(dt.UTC) + break_glass.SHOWN, tick=False):
        sign_in_staff(client, user)
        is_over = "emergency account" not in client.get(first).text

    assert (seen, is_over) == (True, True)


def test_advisers_are_not_told(client, settings, glass):
    break_glass.alarm(glass)
    sign_in_staff(client, staff("adviser"))

    assert "emergency account" not in client.get(DESK).text


# --- Checks ----------------------------------------------------------------------------------------------


def ids(found):
    return [message.id for message in found]


def test_passwords_are_not_switched_off_without_a_directory(settings):
    settings.STAFF_DIRECTORY, settings.STAFF_PASSWORDS = {}, False
    assert ids(staff_checks.check_ways_in()) == ["identity.E045"]
    settings.STAFF_DIRECTORY = DIRECTORY
    assert ids(staff_checks.check_ways_in()) == ["identity.W045"]
    settings.BREAK_GLASS_USERNAME = "sari"
    assert ids(staff_checks.check_ways_in()) == []
    settings.STAFF_PASSWORDS, settings.BREAK_GLASS_USERNAME = True, ""
    assert ids(staff_checks.check_ways_in()) == []


def test_break_glass_account_that_would_not_open_is_named_before_it_is_needed(settings):
    def faults():
        return [message.msg for message in staff_checks.check_break_glass(databases=["default"])]

    assert faults() == []
    settings.BREAK_GLASS_USERNAME = "sari"
    assert len(faults()) == 3
    user = known("supervisor")
    assert [fault.partition("USERNAME ")[2] for fault in faults()] == ["has no second factor."]
    TOTP.activate(user, generate_totp_secret())
    assert faults() == []
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert [fault.partition("USERNAME ")[2] for fault in faults()] == ["is no member of staff in use."]


def test_checks_without_a_database_ask_none(settings, django_assert_num_queries):
    settings.BREAK_GLASS_USERNAME = "sari"
    with django_assert_num_queries(0):
        checks.run_checks(tags=[checks.Tags.security])
        staff_checks.check_break_glass(databases=None)
