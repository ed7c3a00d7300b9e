import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from joserfc.jwk import RSAKey

from identity import client, keys, own_choice
from tests.cast import MAIJA
from tests.identity.broker import Broker
from tests.identity.city_directory import CityDirectory


@pytest.fixture(scope="session")
def own_keys(tmp_path_factory):
    """Our own pair of keys, in a file. Making a key is slow: once a run."""
    path = tmp_path_factory.mktemp("keys") / "identity-keys.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.IDENTITY_KEYS_FILE", path)
        keys.make()
    return path


@pytest.fixture(scope="session")
def some_keys():
    """Keys that are not ours: two of the broker's, and one of a stranger."""
    return [RSAKey.generate_key(2048, auto_kid=True) for _ in range(3)]


@pytest.fixture(autouse=True)
def _fresh(settings, own_keys):
    settings.IDENTITY_KEYS_FILE = own_keys
    client.forget_keys()
    own_choice.forget_offers()


@pytest.fixture
def broker(settings, own_keys, some_keys):
    broker = Broker(some_keys[0], keys.load().enc[0])
    settings.IDENTITY_PROVIDERS = [broker.settings()]
    yield broker
    broker.stop()


@pytest.fixture
def city(settings, some_keys):
    """The City's directory, a real server, as STAFF_DIRECTORY names it."""
    city = CityDirectory(some_keys[0])
    settings.STAFF_DIRECTORY = city.settings()
    yield city
    city.stop()


class Visitor(Client):
    """Django's test client, as a person who accepts cookies and identifies themselves uses a browser."""

    def accept_cookies(self, language="fi"):
        return self.post(f"/{language}/cookies/accept/")

    def start(self, **form):
        """Return the answer to "Continue to identification"."""
        return self.post("/identification/start/", {"provider": "test", "language": "fi", **form})

    def go_to_broker(self, **form):
        """Return the request object that the browser carries to the broker."""
        page = self.start(**form).content.decode()
        address = unescape(re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page)[1])
        return parse_qs(urlsplit(address).query)["request"][0]

    def come_back(self, query):
        return self.get("/identification/callback/", query)

    def identify(self, broker, who=MAIJA, method="nordea", **form):
        """Return the answer to the return from the broker."""
        self.accept_cookies()
        request_object = self.go_to_broker(**form)
        return self.come_back(broker.authorize(request_object, who, keys.load().sig[0], method))


@pytest.fixture
def visitor(db):
    return Visitor()


class CountingHasher(MD5PasswordHasher):
    """Tells how often passwords were hashed."""

    calls: list[str] = []

    def encode(self, password, salt):
        self.calls.append(password)
        return super().encode(password, salt)


@pytest.fixture
def counting_hasher(settings):
    settings.PASSWORD_HASHERS = ["tests.identity.conftest.CountingHasher"]
    CountingHasher.calls.clear()
    return CountingHasher


def place_of(response):
    """Return where an answer leads, without the id of the request, which each has for itself."""
    return re.sub(r"&?id=[a-z]{10}(?=&|$)", "", response["Location"]).replace("?&", "?").removesuffix("?")
