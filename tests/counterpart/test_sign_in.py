"""A certified OpenID provider as the broker: an independent judge of what we send, and of what we understand."""

import html
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests
from django.core.management import call_command
from django.test import override_settings

from identity import client, entity, keys, proof, providers
from identity.models import Person
from tests import npm
from tests.conftest import must_not_skip

FOLDER = Path(__file__).parent
ACR = "http://ftn.ficora.fi/2017/loatest2"
NAMES = {"given_name": "Maija Liisa", "family_name": "Meikäläinen", "birthdate": "1994-05-01"}

pytestmark = [
    pytest.mark.counterpart,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not (shutil.which("npm") or must_not_skip()),
        reason="npm is not installed",
    ),
]


@dataclass(frozen=True)
class Counterpart:
    """The provider as one kind of broker: its address, and its entity keys."""

    kind: str
    issuer: str
    entity_jwks: dict

    def settings(self):
        return {
            "id": "counterpart",
            "name": "Counterpart",
            "issuer": self.issuer,
            "client_id": "heka-confirm",
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "acr_values": [ACR],
            "acr_accepted": [ACR],
            "max_age": 300,
            **{
                "plain": {"dialect": "signicat", "jwks_uri": f"{self.issuer}/jwks"},
                "op": {
                    "dialect": "op",
                    "prompt": "consent",
                    "signed_jwks_uri": f"{self.issuer}/jwks/broker-signed",
                    "entity_jwks": self.entity_jwks,
                },
            }[self.kind],
        }


PERSON = {
    "plain": {**NAMES, "nin": "010594Y9032", "ftn_idp": "fi-mobiilivarmenne"},
    "op": {**NAMES, "personal_identity_code": "010594Y9032"},
}
PROMPT, METHOD = {"plain": "login", "op": "consent"}, {"plain": "mobile", "op": "strong"}


@pytest.fixture(scope="module", params=["plain", "op"])
def counterpart(request, live_server, tmp_path_factory):
    """Start the provider with our keys, of which the plain one reads an unsigned set, and the other a signed one."""
    npm.install(FOLDER)
    path = tmp_path_factory.mktemp("counterpart") / "keys.json"
    with override_settings(IDENTITY_KEYS_FILE=path, PUBLIC_URL=live_server.url):
        keys.make()
        ours = Counterpart("plain", "https://broker.example", {}).settings()
        statement = entity.entity_statement(providers.parse(ours), organisation="Helsingin kaupunki")
        environment = {
            **os.environ,
            "REDIRECT_URI": f"{live_server.url}/identification/callback/",
            "JWKS_URI": f"{live_server.url}/identification/jwks.json",
            **({"ENTITY_STATEMENT": statement} if request.param == "op" else {}),
        }
        provider = subprocess.Popen(
            # Node 18 tries one address of localhost only; the live server has the other where IPv6 comes first.
            ["node", "--dns-result-order=ipv4first", "broker.js"],
            cwd=FOLDER,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        with provider:
            try:
                issuer, entity_jwks = (provider.stdout.readline().strip() for _ in range(2))
                yield Counterpart(request.param, issuer, json.loads(entity_jwks))
            finally:
                provider.terminate()


@pytest.fixture(autouse=True)
def _our_provider(settings, counterpart, _served_from_here):
    client.forget_keys()
    settings.IDENTITY_PROVIDERS = [counterpart.settings()]


@pytest.fixture
def visitor(live_server):
    """Return a browser that has accepted the cookies. It keeps to this service, whose host is the provider's too."""
    with requests.Session() as session:
        session.post(f"{live_server.url}/sv/cookies/accept/").raise_for_status()
        yield session


@pytest.fixture
def at_broker():
    with requests.Session() as session:
        yield session


def leave(visitor, live_server, **form):
    """Start an identification, and return the address at the broker that our page leads to."""
    page = visitor.post(
        f"{live_server.url}/identification/start/", {"provider": "counterpart", "language": "sv", **form}
    )
    return html.unescape(re.search(r'href="(http://127\.0\.0\.1:\d+/auth\?[^"]+)"', page.text).group(1))


def answer_login(at_broker, login, **form):
    """Fill in the broker's form, and return the address of ours that the broker sends the browser to."""
    response = at_broker.post(login.url, form, allow_redirects=False, timeout=10)
    for _ in range(5):
        location = response.headers.get("Location", "")
        if "/identification/callback/" in location:
            return location
        # Without a redirect it asks for the consent.
        go_on = at_broker.get if location else at_broker.post
        response = go_on(urljoin(response.url, location), allow_redirects=False, timeout=10)
    raise AssertionError(f"the broker does not send us back, but says: {response.text}")


def session_of(visitor, settings):
    engine = import_module(settings.SESSION_ENGINE)
    return engine.SessionStore(visitor.cookies.get(settings.SESSION_COOKIE_NAME))


def test_sign_in_at_a_certified_provider(visitor, at_broker, live_server, settings, counterpart):
    login = at_broker.get(leave(visitor, live_server))
    asked = login.json()
    returned = answer_login(at_broker, login, **PERSON[counterpart.kind])
    response = visitor.get(returned, allow_redirects=False)

    person = Person.objects.get()
    session = session_of(visitor, settings)
    evidence = proof.of_session(session)
    assert (asked["ui_locales"], asked["acr_values"], asked["prompt"]) == ("sv", ACR, PROMPT[counterpart.kind])
    assert urlsplit(response.headers["Location"]).path.startswith("/sv/")
    assert (person.hetu, person.first_names, person.last_name) == ("010594Y9032", "Maija Liisa", "Meikäläinen")
    assert session["_auth_user_id"] == str(person.user_id)
    assert (evidence.method, evidence.provider, evidence.level) == (METHOD[counterpart.kind], "counterpart", ACR)


def test_answer_works_once(visitor, at_broker, live_server, settings, counterpart):
    returned = answer_login(at_broker, at_broker.get(leave(visitor, live_server)), **PERSON[counterpart.kind])
    cookies = visitor.cookies.copy()
    visitor.get(returned, allow_redirects=False)

    visitor.cookies = cookies
    again = visitor.get(returned, allow_redirects=False)

    assert urlsplit(again.headers["Location"]).path == "/sv/identify/refused/"
    assert session_of(visitor, settings).get("_auth_user_id") is None


def test_cancelling_at_a_certified_provider(visitor, at_broker, live_server):
    login = at_broker.get(leave(visitor, live_server, next="/sv/how-to/"))
    returned = answer_login(at_broker, login, cancel="yes")
    response = visitor.get(returned, allow_redirects=False)

    arrived = urlsplit(response.headers["Location"])
    assert arrived.path == "/sv/identify/cancelled/"
    assert parse_qs(arrived.query) == {"next": ["/sv/how-to/"]}
    assert Person.objects.count() == 0


def test_request_changed_on_the_way_is_refused_by_the_provider(visitor, at_broker, live_server):
    """The negative control: the provider does judge the request object."""
    address = leave(visitor, live_server)
    signature = parse_qs(urlsplit(address).query)["request"][0].rpartition(".")[2]

    response = at_broker.get(address.replace(signature, signature[::-1]), allow_redirects=False)

    answer = parse_qs(urlsplit(response.headers["Location"]).query)
    assert answer["error"] == ["invalid_request_object"]


def test_nothing_is_wrong_between_us_and_a_certified_provider(live_server, counterpart, capsys):
    call_command("check_provider", "counterpart")

    said = capsys.readouterr().out
    assert "wrong" not in said
    assert "token_endpoint knows our client_id and our signing key" in said
