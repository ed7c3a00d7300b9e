"""Until when a session that came through the City's directory goes on (ADR 58)."""

import datetime as dt

import pytest
import time_machine
from django.test import Client

from identity import directory_sessions, directory_staff, sessions, staff_changes
from identity.directory_answers import HasNoRole
from identity.models import DirectorySession, User
from tests.identity.directory import DIRECTORY, ISSUER, answer, come_in
from tests.staff import sign_in_staff, staff

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
PAGE, LOG_IN = "/en/admin/desk/", "/en/log-in/"


@pytest.fixture(autouse=True)
def _directory(settings):
    settings.STAFF_DIRECTORY = DIRECTORY
    for role in ("adviser", "supervisor"):
        staff(role)


def is_in(client):
    """Tell whether the desk opens. Otherwise it leads to the log-in."""
    return client.get(PAGE).status_code == 200


def test_directory_lets_somebody_in_without_a_password(client):
    come_in(client)

    assert is_in(client)


def test_logout_at_the_directory_ends_the_session_that_it_names_and_no_other():
    """Each of them is a browser; nothing but the database joins the workers that serve them."""
    first, second, third = Client(), Client(), Client()
    come_in(first, answer(session_id="s-1"))
    come_in(second, answer(session_id="s-2"))
    come_in(third, answer(subject="00u2", session_id="s-3"))

    directory_sessions.end_sessions(ISSUER, session_id="s-1")

    assert [is_in(each) for each in (first, second, third)] == [False, True, True]


def test_logout_of_a_person_ends_all_their_sessions_and_no_others():
    first, second, third = Client(), Client(), Client()
    come_in(first, answer(session_id="s-1"))
    come_in(second, answer(session_id=""))
    come_in(third, answer(subject="00u2", session_id="s-3"))

    directory_sessions.end_sessions(ISSUER, subject="00u1")

    assert [is_in(each) for each in (first, second, third)] == [False, False, True]


def test_logout_of_a_named_session_ends_those_of_the_person_that_were_never_named_to_us():
    """Their identity token had no sid. Which one is meant nobody can tell, and one too many is the lesser harm."""
    unnamed, other, stranger = Client(), Client(), Client()
    come_in(unnamed, answer(session_id=""))
    come_in(other, answer(session_id="s-2"))
    come_in(stranger, answer(subject="00u2", session_id=""))

    directory_sessions.end_sessions(ISSUER, session_id="s-1")
    by_session_alone = is_in(unnamed)
    directory_sessions.end_sessions(ISSUER, subject="00u1", session_id="s-1")

    assert by_session_alone
    assert [is_in(each) for each in (unnamed, other, stranger)] == [False, True, True]


@pytest.mark.parametrize(
    ("issuer", "whose"),
    [
        ("https://other.example.test", {"subject": "00u1"}),
        ("https://other.example.test", {"session_id": "s-1"}),
        (ISSUER, {"subject": "00u2", "session_id": "s-1"}),
        (ISSUER, {"subject": "00u1", "session_id": "s-2"}),
        (ISSUER, {}),
    ],
)
def test_logout_of_somebody_else_or_of_nobody_ends_nothing(client, issuer, whose):
    come_in(client)

    directory_sessions.end_sessions(issuer, **whose)

    assert is_in(client)


def test_logout_that_comes_before_the_first_page_is_not_too_early(client):
    user = directory_staff.admit(answer())
    directory_sessions.end_sessions(ISSUER, subject="00u1")
    client.force_login(user, backend=directory_sessions.PATH)

    assert not is_in(client)


def test_session_without_its_row_is_over(client):
    """Whatever wrote it: nothing goes on that nobody could end."""
    client.force_login(staff("adviser"), backend=directory_sessions.PATH)

    assert client.get(PAGE, follow=True).redirect_chain[-1][0].startswith(LOG_IN)


def test_session_with_a_password_needs_no_row(client):
    sign_in_staff(client, staff("adviser"))

    assert is_in(client)


def test_after_a_working_day_the_directory_is_asked_again_however_busy_somebody_is(client):
    with time_machine.travel(START, tick=False) as clock:
        come_in(client)
        step = dt.timedelta(minutes=10)
        seen = []
        for _ in range(directory_sessions.LONGEST // step):
            clock.shift(step)
            seen.append(is_in(client))

    assert (all(seen[:-1]), seen[-1]) == (True, False)


def test_rows_of_days_that_are_over_go_with_the_next_log_in(client):
    with time_machine.travel(START, tick=False) as clock:
        come_in(client)
        come_in(Client(), answer(subject="00u2"))
        clock.shift(directory_sessions.LONGEST)
        come_in(client)

    assert sorted(DirectorySession.objects.values_list("identity__subject", flat=True)) == ["00u1", "00u2"]


@pytest.mark.parametrize("way_out", ["log out", "idle", "series", "another log-in"])
def test_row_goes_with_its_session_however_it_ends(client, way_out):
    other = Client()
    with time_machine.travel(START, tick=False) as clock:
        user = come_in(client)
        come_in(other)
        left = other.session[directory_sessions.MARK]
        assert is_in(client)
        match way_out:
            case "log out":
                client.post("/en/admin/logout/")
            case "idle":
                clock.shift(dt.timedelta(minutes=sessions.STAFF_MINUTES + 1))
                client.get(PAGE)
            case "series":
                staff_changes.end_sessions(user)
                client.get(PAGE)
            case "another log-in":
                client.force_login(staff("supervisor"))

    assert list(DirectorySession.objects.values_list("pk", flat=True)) == [left]


def test_whoever_is_switched_off_here_is_out_at_their_next_request(client):
    user = come_in(client)
    User.objects.filter(pk=user.pk).update(is_active=False)

    assert not is_in(client)


def test_whoever_has_lost_their_groups_is_out_in_every_browser_once_they_try_one():
    first, second = Client(), Client()
    come_in(first)
    with pytest.raises(HasNoRole):
        come_in(second, answer("g-of-others"))

    assert not is_in(first)


def test_losing_a_role_takes_its_rights_at_the_next_request_of_the_older_session():
    first, second = Client(), Client()
    come_in(first, answer("g-sup"))
    come_in(second, answer("g-adv"))

    assert first.get("/en/admin/desk/staff-changes/").status_code == 403


def test_end_of_all_sessions_of_a_user_ends_these_too(client):
    user = come_in(client)
    staff_changes.end_sessions(user)

    assert not is_in(client)


def test_idle_limit_of_staff_holds_for_these_too(client):
    with time_machine.travel(START, tick=False) as clock:
        come_in(client)
        is_there = is_in(client)
        clock.shift(dt.timedelta(minutes=sessions.STAFF_MINUTES + 1))

        assert (is_there, is_in(client)) == (True, False)


def test_second_factor_that_the_directory_did_not_ask_for_is_asked_for_here(client):
    come_in(client, methods=("directory",))
    shown = client.get(PAGE, follow=True)

    assert shown.redirect_chain[-1][0].startswith("/en/staff/second-factor/")
    assert "did not ask for a second factor" in shown.text


def test_second_factor_of_the_directory_needs_none_here(client):
    come_in(client)
    page = client.get("/en/staff/second-factor/").text

    assert ("You need none here" in page, "Use an authenticator app" in page) == (True, False)


def test_whoever_has_no_password_is_offered_no_change_of_one(client):
    come_in(client)

    assert "Change your password" not in client.get("/en/staff/second-factor/").text
    assert client.get("/en/admin/password_change/")["Location"] == "/en/staff/second-factor/"
