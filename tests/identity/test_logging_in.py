"""Logging in with a password: who gets in as what, what others learn, and what guessing runs into."""

import datetime as dt

import pytest
import time_machine
from django.contrib.sessions.models import Session

from identity import accounts, proof
from identity.enums import Method
from identity.models import Account, User
from tests.cast import MAIJA, OLLI
from tests.identity.accounts import EMAIL, PASSWORD, issued, person, with_password
from tests.identity.conftest import Visitor

pytestmark = pytest.mark.django_db
LOG_IN, OWN_PAGE = "/en/log-in/", "/en/applications/waiting/"


@pytest.fixture(autouse=True)
def _stopped_clock():
    """Limits begin anew with the minute: none does during a test."""
    with time_machine.travel("2026-11-21T10:00:05Z", tick=False):
        yield


def log_in(client, login=EMAIL, password=PASSWORD, **more):
    client.accept_cookies("en")
    return client.post(LOG_IN, {"login": login, "password": password, **more})


def elsewhere(number):
    return Visitor(REMOTE_ADDR=f"198.51.100.{number}")


def is_in(response):
    return response.status_code == 302


# --- Who gets in -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("login", [EMAIL, f" {EMAIL.upper()} "])
def test_holder_of_an_account_is_identified_by_it(visitor, login):
    account = with_password()

    response = log_in(visitor, login)

    found = proof.of_session(visitor.session)
    assert response["Location"] == OWN_PAGE
    assert (found.method, found.provider, found.level) == (Method.ACCOUNT, "account", "")
    assert visitor.get("/en/session/extend/")["Location"] == OWN_PAGE  # a page for identified people
    assert visitor.session["_auth_user_id"] == str(account.user_id)


@pytest.mark.parametrize("typed", [PASSWORD.swapcase(), f" {PASSWORD} ", PASSWORD[:-1], PASSWORD + "a"])
def test_password_is_compared_as_it_was_typed(visitor, typed):
    with_password()

    assert not is_in(log_in(visitor, password=typed))
    assert is_in(log_in(visitor))


def test_new_installation_has_no_user():
    assert not User.objects.exists()


def test_password_holds_for_years(visitor):
    with_password()

    with time_machine.travel("2031-11-21T10:00:05Z", tick=False):
        assert is_in(log_in(visitor))


def test_person_of_an_account_is_the_person_whom_a_bank_identifies(visitor):
    with_password()

    log_in(visitor)

    assert visitor.get("/en/").wsgi_request.user.person == person()


@pytest.mark.parametrize("next_url", ["/en/how-to/", "//evil.example/", "https://evil.example/", "javascript:x"])
def test_logging_in_leads_on_within_the_service(visitor, next_url):
    with_password()

    response = log_in(visitor, next=next_url)

    assert response["Location"] == (next_url if next_url.startswith("/en") else OWN_PAGE)


def test_wrong_password_closed_account_and_no_account_do_not_get_in(visitor):
    with_password()
    wrong = log_in(visitor, password="something else 123")
    accounts.close(Account.objects.get())
    closed = log_in(visitor)

    assert (wrong.status_code, closed.status_code) == (200, 200)
    assert "session" not in visitor.cookies
    assert Session.objects.count() == 0


def test_account_without_a_password_yet_does_not_get_in(visitor):
    account = issued()

    for password in ("", "!", account.user.password):
        assert not is_in(log_in(visitor, password=password))


def test_person_without_an_account_does_not_get_in_by_their_user(visitor):
    user = person().user
    user.set_password(PASSWORD)
    user.email = EMAIL
    user.save()

    for login in (EMAIL, user.username):
        assert not is_in(log_in(visitor, login))


def test_account_of_a_deactivated_user_does_not_get_in(visitor):
    account = with_password()
    account.user.is_active = False
    account.user.save()

    assert not is_in(log_in(visitor))


def test_account_that_is_closed_ends_its_sessions(visitor):
    account = with_password()
    log_in(visitor)

    accounts.close(account)

    assert visitor.get("/en/session/extend/")["Location"].startswith("/en/identify/")


def test_person_of_a_closed_account_may_still_use_a_bank(visitor, broker):
    accounts.close(with_password())

    visitor.identify(broker, MAIJA)

    assert proof.of_session(visitor.session).method == Method.BANK


# --- The page --------------------------------------------------------------------------------------------


def test_cookies_come_first(client):
    shown, sent = client.get(LOG_IN), client.post(LOG_IN, {"login": EMAIL, "password": PASSWORD})

    assert shown["Location"] == "/en/cookies/?next=/en/log-in/"
    assert sent["Location"] == "/en/cookies/?next=/en/log-in/"
    assert (dict(shown.cookies), dict(sent.cookies)) == ({}, {})


def test_page_sets_no_cookie_of_its_own(visitor):
    visitor.accept_cookies("en")

    response = visitor.get(LOG_IN)

    assert response.status_code == 200
    assert dict(response.cookies) == {}
    assert 'autocomplete="current-password"' in response.content.decode()


def test_identification_page_leads_to_it_and_to_creating_an_account(visitor):
    visitor.accept_cookies("en")

    page = visitor.get("/en/identify/?next=/en/how-to/").content.decode()

    assert 'href="/en/log-in/?next=/en/how-to/"' in page
    assert 'href="/en/account/create/"' in page


@pytest.mark.parametrize(
    ("next_url", "label", "leads_on"), [("/en/how-to/", "Email address", True), ("/en/admin/", "Username", False)]
)
def test_page_asks_staff_for_their_user_name(visitor, next_url, label, leads_on):
    visitor.accept_cookies("en")

    page = visitor.get(LOG_IN, {"next": next_url}).content.decode()

    assert f'<label for="id_login">{label}' in page
    assert ("/en/account/forgotten-password/" in page) == leads_on


def test_form_from_another_site_is_refused(visitor):
    with_password()
    visitor.accept_cookies("en")

    response = visitor.post(LOG_IN, {"login": EMAIL, "password": PASSWORD}, headers={"Sec-Fetch-Site": "cross-site"})

    assert response.status_code == 403
    assert "session" not in visitor.cookies


@pytest.mark.parametrize(
    "path", ["signup/", "accounts/signup/", "account/signup/", "accounts/login/", "password/reset/"]
)
def test_nobody_can_sign_up_by_themselves(client, path):
    assert client.get(f"/en/{path}").status_code == 404


# --- R21: nothing of the first person is left --------------------------------------------------------------


def test_session_is_wholly_new_when_another_person_logs_in(visitor, broker):
    visitor.identify(broker, OLLI)
    session = visitor.session
    session["left"] = "something of Olli's"
    session.save()
    before = session.session_key
    with_password()

    log_in(visitor)

    assert visitor.session.get("left") is None
    assert not Session.objects.filter(pk=before).exists()
    assert visitor.get("/en/").wsgi_request.user.person.first_names == MAIJA["first_names"]


def test_failed_log_in_leaves_whoever_is_signed_in(visitor, broker):
    visitor.identify(broker, OLLI)

    log_in(visitor, password="something else 123")

    assert visitor.get("/en/").wsgi_request.user.person.first_names == OLLI["first_names"]


def test_page_says_who_is_logged_in_already(visitor, broker):
    visitor.identify(broker, OLLI)

    page = visitor.get(LOG_IN).content.decode()

    assert "You have already identified yourself as Olli Öhman." in page
    assert 'name="password"' not in page


def test_session_of_an_account_lasts_as_long_as_any_persons(visitor):
    with_password()
    with time_machine.travel(dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC), tick=False) as clock:
        log_in(visitor)
        clock.shift(20 * 60)
        lasts = visitor.get("/en/session/extend/")["Location"] == OWN_PAGE
        clock.shift(20 * 60 + 31)

        assert lasts
        assert visitor.get("/en/session/extend/")["Location"].startswith("/en/session/ended/")


# --- What others learn -----------------------------------------------------------------------------------


@pytest.fixture
def strangers():
    """An account, a closed one, one without a password, a member of staff, and names that nobody has."""
    with_password(MAIJA)
    accounts.close(with_password(OLLI, "olli@example.test"))
    User.objects.create_user("anna", password=PASSWORD, is_staff=True)
    return [EMAIL, "olli@example.test", "anna", "nobody@example.test", "nobody", "\u00e4" * 100]


def test_answer_and_work_are_the_same_for_everybody(strangers, counting_hasher, django_assert_num_queries):
    answers = []
    for number, login in enumerate(strangers):
        client = elsewhere(number)
        client.accept_cookies("en")
        with django_assert_num_queries(6) as queries:
            response = client.post(LOG_IN, {"login": login, "password": "something else 123"})
        page = response.content.decode().replace(f'value="{login}"', "")
        statements = [query["sql"].split()[0] for query in queries]
        answers.append((response.status_code, page, dict(response.cookies), statements))
        assert len(counting_hasher.calls) == number + 1

    assert answers[0][0] == 200
    assert answers == [answers[0]] * len(strangers)
    assert "The email address or the password is wrong." in answers[0][1]


def test_error_names_the_field_of_the_page(visitor):
    """Staff have a user name, and people with an account an email address."""
    answer = log_in(visitor, "anna", "something else 123", next="/en/admin/")
    assert "The username or the password is wrong." in answer.content.decode()


def test_password_is_given_back_to_nobody(visitor):
    page = log_in(visitor, password="something else 123").content.decode()

    assert "something else" not in page


# --- Limits ----------------------------------------------------------------------------------------------


def statuses(client, times, login=EMAIL, password="something else 123"):
    return [log_in(client, login, password).status_code for _ in range(times)]


def test_one_place_cannot_guess_at_one_account_for_long(visitor):
    with_password()

    assert statuses(visitor, 7) == [200] * 6 + [429]
    assert log_in(visitor).status_code == 429  # the right one is not tried either
    assert is_in(log_in(elsewhere(1)))


def test_one_place_cannot_guess_at_many_accounts_for_long(visitor):
    found = [log_in(visitor, f"m{i}@example.test", "x").status_code for i in range(21)]

    assert found == [200] * 20 + [429]


def test_many_places_cannot_guess_at_one_account_for_long_and_its_holder_gets_in():
    with_password()
    log_in(elsewhere(1))

    found = [log_in(elsewhere(2 + i), password="something else 123").status_code for i in range(31)]

    assert found == [200] * 29 + [429] * 2  # the holder's own first time counted too
    assert log_in(elsewhere(99)).status_code == 429
    assert is_in(log_in(elsewhere(1)))


def test_many_places_cannot_guess_at_many_accounts_for_long(monkeypatch):
    monkeypatch.setattr("identity.passwords.MOST_OF_ALL", 5)
    with_password()
    log_in(elsewhere(1))

    found = [log_in(elsewhere(2 + i), f"m{i}@example.test").status_code for i in range(6)]

    assert found == [200] * 4 + [429] * 2
    assert is_in(log_in(elsewhere(1)))


def test_a_flood_from_elsewhere_keeps_nobody_from_logging_in(monkeypatch):
    """The limit over all names is used up by one sender with a whole IPv6 network; a person comes from a new place."""
    monkeypatch.setattr("identity.passwords.MOST_OF_ALL", 5)
    with_password()
    flood = [
        log_in(Visitor(REMOTE_ADDR=f"2001:db8:1:{i}::1"), f"m{i}@example.test", "x").status_code for i in range(10)
    ]

    assert flood == [200] * 5 + [429] * 5
    assert is_in(log_in(elsewhere(1)))


def test_names_that_nobody_has_run_into_the_same_limits(visitor):
    assert statuses(visitor, 7, login="nobody@example.test") == [200] * 6 + [429]


def test_limits_are_past_after_their_time():
    with_password()
    with time_machine.travel(dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC), tick=False) as clock:
        visitor = Visitor()
        statuses(visitor, 7)
        clock.shift(60)

        assert is_in(log_in(visitor))


def test_where_somebody_logged_in_is_not_stored():
    with_password()
    log_in(elsewhere(1))

    assert "198.51.100" not in str(vars(Account.objects.get().user))


def test_password_is_in_no_log(visitor, caplog):
    with_password()
    caplog.set_level("DEBUG")

    log_in(visitor)
    log_in(elsewhere(1), password="something else 123")

    assert PASSWORD not in caplog.text
    assert "something else" not in caplog.text
    assert EMAIL not in caplog.text


def test_empty_page_of_logging_in_says_what_to_write(visitor):
    page = log_in(visitor, "", "").content.decode()

    assert "Enter your email address, for example name@example.com." in page
    assert "Enter your password." in page
