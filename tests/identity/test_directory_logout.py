"""The directory says that somebody has logged out there: whose sessions end, and which tokens end none."""

import time

import pytest
from django.db import OperationalError
from django.test import Client

from identity import client as calls
from identity.models import RateCount
from identity.views import staff_sign_on
from tests.identity.city_directory import DINA, LOGOUT, Staff
from tests.staff import staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _groups(db):
    staff("adviser")  # its group exists, as after migrating


def logged_in(city, **said):
    city.said = {**DINA, **said}
    browser = Staff(city)
    assert browser.log_in()["Location"] == "/en/admin/"
    return browser


def is_in(browser):
    return browser.get("/en/admin/desk/").status_code == 200


def tell(token, **more):
    """Return the answer to the directory, which is no browser of ours."""
    return Client(enforce_csrf_checks=True).post("/staff/logged-out/", {"logout_token": token}, **more)


def test_all_sessions_of_a_subject_end(city):
    dina, phone = logged_in(city), logged_in(city, sid="session-2")
    other = logged_in(city, sub="00u2", preferred_username="ville")

    answer = tell(city.logout_token())

    assert (answer.status_code, answer.content, answer["Cache-Control"]) == (200, b"", "no-store")
    assert [is_in(browser) for browser in (dina, phone, other)] == [False, False, True]


@pytest.mark.parametrize("subject", [None, "00u1"])
def test_one_session_ends_where_the_directory_names_it(city, subject):
    dina, phone = logged_in(city), logged_in(city, sid="session-2")
    tell(city.logout_token(sub=subject, sid="session-2"))
    assert [is_in(browser) for browser in (dina, phone)] == [True, False]


@pytest.mark.parametrize("subject", [None, "00u1"])
def test_session_ends_however_long_its_name_is(city, subject):
    dina, phone = logged_in(city, sid="s" * 1000), logged_in(city, sid="s" * 1001)
    tell(city.logout_token(sub=subject, sid="s" * 1000))
    assert [is_in(browser) for browser in (dina, phone)] == [False, True]


@pytest.mark.parametrize("sid", [None, 5, ""])
def test_session_without_a_name_ends_with_any_of_its_subject(city, sid):
    dina = logged_in(city, sid=sid)
    tell(city.logout_token(sid="session-9"))
    assert not is_in(dina)


def test_whoever_is_unknown_here_has_logged_out_all_the_same(city):
    assert tell(city.logout_token(sub="nobody")).status_code == 200


@pytest.mark.parametrize(
    ("word", "changes"),
    [
        ("iss", {"iss": "https://other.example"}),
        ("aud", {"aud": "another"}),
        ("aud", {"aud": ["heka-desk", "stranger"]}),
        ("iat", {"iat": None}),
        ("iat", {"iat": time.time() - 3600, "exp": time.time() + 60}),
        ("clock", {"iat": time.time() + 3600, "exp": time.time() + 7200}),
        ("exp", {"exp": None}),
        ("exp", {"exp": time.time() - 60}),
        ("jti", {"jti": None}),
        ("events", {"events": None}),
        ("events", {"events": {}}),
        ("events", {"events": {LOGOUT: True}}),
        ("events", {"events": [LOGOUT]}),
        ("nonce", {"nonce": "n"}),
        ("nonce", {"nonce": None, "events": {LOGOUT: {}}, "sub": "00u1", "sid": "x"}),
        ("sub", {"sub": None}),
        ("sub", {"sub": 5}),
        ("sub", {"sub": "00u1", "sid": ["x"]}),
        ("sub", {"sub": "00u1\0"}),
    ],
)
def test_token_that_does_not_hold_ends_nothing(city, caplog, word, changes):
    dina = logged_in(city)
    if changes.get("nonce", "") is None:  # JSON's null, which signed() would leave out
        changes = {**changes, "nonce": ""}

    answer = tell(city.logout_token(**changes))

    assert (answer.status_code, answer.json(), answer["Cache-Control"]) == (
        400,
        {"error": "invalid_request"},
        "no-store",
    )
    assert is_in(dina)
    assert f"Staff sign-on: logout {word}" in caplog.messages


def test_token_that_a_stranger_signed_and_none_end_nothing(city, some_keys):
    dina = logged_in(city)
    city.signer = some_keys[2]
    assert tell(city.logout_token()).status_code == 400
    assert [tell(text).status_code for text in ("", "x", "a.b.c", "x" * 100_000)] == [400] * 4
    assert Client().post("/staff/logged-out/").status_code == 400
    assert is_in(dina)


def test_identity_token_logs_nobody_out(city):
    dina = logged_in(city)
    token = city.id_token({"client_id": "heka-desk", "nonce": "n"})
    assert tell(token).status_code == 400
    assert is_in(dina)


def test_logout_token_logs_nobody_in(city, caplog):
    browser = Staff(city)
    city.id_token = lambda asked: city.logout_token()
    browser.log_in()
    assert "Staff sign-on: nonce" in caplog.messages


def test_token_counts_once(city):
    token = city.logout_token()
    assert tell(token).status_code == 200
    dina = logged_in(city)
    assert tell(token).status_code == 400
    assert is_in(dina)


def test_token_of_a_key_that_nobody_can_fetch_ends_nothing_and_may_come_again(city, caplog):
    dina, token = logged_in(city), city.logout_token()
    city.jwks_behaviour = "error"
    calls.forget_keys()

    answers = [tell(token) for _ in range(staff_sign_on.MOST_REFUSED + 1)]

    assert {(answer.status_code, answer.json()["error"], answer["Cache-Control"]) for answer in answers} == {
        (503, "temporarily_unavailable", "no-store")
    }
    assert "Staff sign-on: logout status" in caplog.messages
    assert is_in(dina)
    city.jwks_behaviour = "good"
    assert tell(token).status_code == 200
    assert not is_in(dina)


def test_logout_tokens_take_no_more_than_the_share_of_log_ins(city, settings, caplog):
    """Whoever sends any number of them while the directory hangs leaves people the threads of the worker."""
    share = settings.IDENTITY_CALLS_AT_ONCE // 2
    assert all(staff_sign_on._AT_ONCE.acquire(blocking=False) for _ in range(share))
    try:
        answers = [tell(text).status_code for text in (city.logout_token(), "x")]
    finally:
        staff_sign_on._AT_ONCE.release(share)

    assert answers == [503, 400]
    assert "Staff sign-on: logout busy" in caplog.messages
    assert RateCount.objects.get(key__startswith="logout token:").count == 1  # that of the wrong one
    assert tell(city.logout_token()).status_code == 200


@pytest.mark.parametrize("token", ["right", "wrong"])
def test_fault_of_the_database_is_none_of_the_token(city, monkeypatch, token):
    texts = {"right": city.logout_token(), "wrong": "x"}

    def away(*args, **named):
        raise OperationalError("away")

    with monkeypatch.context() as patch:
        patch.setattr("identity.limits._add", away)
        client = Client(raise_request_exception=False)
        assert client.post("/staff/logged-out/", {"logout_token": texts[token]}).status_code == 503
    assert not RateCount.objects.filter(key__startswith="logout").exists()


def test_wrong_tokens_are_limited_and_right_ones_are_not(city):
    for _ in range(staff_sign_on.MOST_REFUSED + 5):
        assert tell(city.logout_token()).status_code == 200
    answers = [tell("x").status_code for _ in range(staff_sign_on.MOST_REFUSED + 1)]

    assert answers == [400] * staff_sign_on.MOST_REFUSED + [429]
    assert tell(city.logout_token(), REMOTE_ADDR="198.51.100.7").status_code == 200


def test_what_cannot_be_ended_now_may_come_again(city, monkeypatch):
    """The token is not used up by a fault of ours."""
    token, dina = city.logout_token(), logged_in(city)

    def fail(*args, **named):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("identity.directory_sessions.end_sessions", fail)
        with pytest.raises(RuntimeError):
            tell(token)
    assert not RateCount.objects.filter(key__startswith="logout:").exists()
    assert tell(token).status_code == 200
    assert not is_in(dina)


@pytest.mark.parametrize("method", ["get", "head", "put"])
def test_only_post_is_taken(city, method):
    assert getattr(Client(), method)("/staff/logged-out/").status_code == 405
