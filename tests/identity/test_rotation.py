"""Rotating our keys while people sign in, at a broker that keeps what we published as long as brokers may.

A day lasts some seconds here. Each of the broker's nodes keeps our keys by itself, and refuses what they do not
explain.
"""

import json
import random
import threading
import time

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from joserfc import jwt
from joserfc.jwk import RSAKey

from identity import keys
from identity.signatures import from_base64url
from tests.cast import MAIJA
from tests.identity.broker import Broker
from tests.identity.conftest import Visitor

DAY, KEPT = (
    5,
    2.5,
)  # seconds; what is under way at the end of the day, and the whole seconds of the file, need the rest
SIGNED_IN, PEOPLE_AT_ONCE = "/fi/applications/waiting/", 3

pytestmark = pytest.mark.django_db(transaction=True)


class Node:
    """One machine of a broker, with our keys as it fetched them last."""

    def __init__(self):
        self.fetched, self.lock = float("-inf"), threading.Lock()

    def key(self, use, kid=None):
        with self.lock:
            if time.monotonic() - self.fetched > KEPT:
                self.keys, self.fetched = Client().get("/identification/jwks.json").json()["keys"], time.monotonic()
        return next(key for key in self.keys if key["use"] == use and kid in (None, key["kid"]))


class KeepingBroker(Broker):
    """Checks our signatures with, and encrypts for, the keys that one of its nodes keeps."""

    def __init__(self, key):
        super().__init__(key, own_enc=None)
        self.nodes = [Node() for _ in range(3)]

    def key_of(self, signed):
        """Return the key of ours that signed it, as one of the nodes keeps it."""
        header = json.loads(from_base64url(signed.partition(".")[0]))
        return RSAKey.import_key(random.choice(self.nodes).key("sig", header["kid"]))

    def authorize(self, request_object, who):
        return super().authorize(request_object, who, self.key_of(request_object))

    def answer(self, form):
        assertion = form["client_assertion"]
        jwt.decode(assertion, self.key_of(assertion), algorithms=["RS256"])
        self.own_enc = RSAKey.import_key(random.choice(self.nodes).key("enc"))
        return super().answer(form)


@pytest.fixture
def keeping(settings, tmp_path, some_keys, monkeypatch):
    monkeypatch.setattr(keys, "DAY_SECONDS", DAY)
    settings.IDENTITY_KEYS_FILE = tmp_path / "keys.json"
    keys.make()
    broker = KeepingBroker(some_keys[0])
    settings.IDENTITY_PROVIDERS = [broker.settings()]
    yield broker
    broker.stop()


def sign_in_until(stop, broker, outcomes):
    """Let one person after the other sign in, each in a browser of their own, and note where each came to."""
    try:
        while not stop.is_set():
            person = Visitor()
            person.accept_cookies()
            try:
                outcomes.append(person.come_back(broker.authorize(person.go_to_broker(), MAIJA))["Location"])
            except StopIteration:
                outcomes.append("a key that the broker does not know")
    finally:
        connection.close()


def signed_in_during(broker, *steps):
    """Take the steps, each followed by its pause in seconds, and return where everybody came to meanwhile."""
    stop, outcomes = threading.Event(), []
    people = [threading.Thread(target=sign_in_until, args=(stop, broker, outcomes)) for _ in range(PEOPLE_AT_ONCE)]
    for one in people:
        one.start()
    try:
        for step, pause in steps:
            call_command("identity_keys", *step, verbosity=0)
            time.sleep(pause)
    finally:
        stop.set()
        for one in people:
            one.join()
    return outcomes


def test_nobody_is_refused_while_our_keys_are_rotated_by_the_book(keeping):
    before = {key.kid for key in (*keys.load().sig, *keys.load().enc)}

    outcomes = signed_in_during(keeping, (["status"], 1), (["rotate"], DAY), (["finish"], DAY), (["finish"], KEPT))

    after = {key.kid for key in (*keys.load().sig, *keys.load().enc)}
    assert set(outcomes) == {SIGNED_IN}
    assert len(outcomes) > 10
    assert (len(after), before & after) == (2, set())


def test_people_are_refused_when_the_book_is_not_kept(keeping):
    """The negative control: the broker does judge by the keys that it keeps."""
    outcomes = signed_in_during(keeping, (["status"], 1), (["rotate"], 0), (["finish", "--at-once"], KEPT))

    assert set(outcomes) > {SIGNED_IN}
