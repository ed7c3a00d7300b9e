import pytest
import time_machine
from django.core import signing
from django.http import HttpResponse
from django.test import RequestFactory

from identity import attempts
from identity.attempts import Attempt


class Jar:
    """A browser that keeps the cookies of one path."""

    def __init__(self):
        self.cookies = {}

    def request(self):
        request = RequestFactory().get("/identification/callback/")
        request.COOKIES = dict(self.cookies)
        return request

    def take(self, response):
        for name, morsel in response.cookies.items():
            if morsel["max-age"] == 0:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value
        return response

    def remember(self, **more):
        attempt = Attempt(**{"provider": "test", "language": "sv", "next": "/sv/x/", **more})
        response = HttpResponse()
        attempts.remember(self.request(), response, attempt)
        self.take(response)
        return attempt


@pytest.fixture
def jar():
    return Jar()


def test_an_attempt_comes_back_by_its_state(jar):
    first, second = jar.remember(), jar.remember(next="/sv/y/")
    assert attempts.find(jar.request(), first.state) == first
    assert attempts.find(jar.request(), second.state) == second


def test_every_attempt_has_secrets_of_its_own(jar):
    first, second = jar.remember(), jar.remember()
    for name in ("id", "state", "nonce", "verifier"):
        assert getattr(first, name) != getattr(second, name)
    assert 43 <= len(first.verifier) <= 128  # RFC 7636


def test_the_attempts_of_one_browser_share_its_name(jar):
    assert attempts.known_browser(jar.request()) is None
    first = jar.remember()
    second = jar.remember(id=attempts.new_attempt_id(attempts.known_browser(jar.request())))
    assert attempts.known_browser(jar.request()) == first.browser == second.browser
    assert first.id != second.id
    assert Jar().remember().browser != first.browser


def test_an_attempt_of_an_earlier_release_still_comes_back(jar):
    """Its id had no browser in it."""
    attempt = jar.remember(id="0123456789abcdef")
    assert attempts.find(jar.request(), attempt.state) == attempt
    assert attempts.known_browser(jar.request()) == "0123456789abcdef"


@pytest.mark.parametrize("state", ["", "other", "ä"])
def test_an_unknown_state_finds_nothing(jar, state):
    jar.remember()
    assert attempts.find(jar.request(), state) is None


def test_an_attempt_ends_after_15_minutes(jar):
    with time_machine.travel(0, tick=False) as clock:
        attempt = jar.remember()
        clock.shift(15 * 60)
        assert attempts.find(jar.request(), attempt.state) == attempt
        clock.shift(1)
        assert attempts.find(jar.request(), attempt.state) is None


def test_a_used_attempt_is_forgotten(jar):
    attempt = jar.remember()
    response = HttpResponse()
    attempts.forget(response, attempt)
    jar.take(response)
    assert jar.cookies == {}


def test_the_oldest_attempt_goes_when_there_are_too_many(jar):
    with time_machine.travel(0, tick=False) as clock:
        made = []
        for _ in range(7):
            made.append(jar.remember())
            clock.shift(1)
        found = [attempts.find(jar.request(), attempt.state) for attempt in made]
    assert found == [None, None, *made[2:]]
    assert len(jar.cookies) == 5


def test_a_forged_or_moved_cookie_is_not_an_attempt(jar):
    attempt = jar.remember()
    ((name, value),) = jar.cookies.items()
    for cookies in (
        {name: value[:-1] + ("A" if value[-1] != "A" else "B")},
        {"attempt-other": value},
        {name: signing.dumps({"state": attempt.state}, salt=attempts.SALT)},
        {name: signing.dumps({"state": attempt.state})},
        {name: ""},
    ):
        jar.cookies = cookies
        assert attempts.find(jar.request(), attempt.state) is None


@pytest.mark.parametrize(("https", "prefix"), [(False, "attempt-"), (True, "__Secure-attempt-")])
def test_the_cookie_is_for_the_broker_alone(jar, settings, https, prefix):
    settings.HTTPS = https
    response = HttpResponse()
    attempts.remember(jar.request(), response, Attempt(provider="test", language="fi", next=""))

    ((name, morsel),) = response.cookies.items()
    assert name.startswith(prefix)
    assert (morsel["path"], morsel["samesite"], morsel["max-age"]) == ("/identification/", "Lax", 900)
    assert (bool(morsel["httponly"]), bool(morsel["secure"])) == (True, https)
