"""What an operator learns of a broker before anybody needs it."""

import io
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.management import CommandError, call_command
from joserfc.jwk import RSAKey

from tests.identity.published import set_up

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def service(live_server, settings):
    """Our own pages, at the address where brokers look for them."""
    settings.PUBLIC_URL = live_server.url
    return settings


def check(provider="test"):
    """Return what the command says, a line for each finding, and whether it found something wrong."""
    out = io.StringIO()
    try:
        call_command("check_provider", provider, stdout=out)
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), ""


def wrong(text):
    return [line.removeprefix("wrong").strip() for line in text.splitlines() if line.startswith("wrong")]


def test_all_is_well(broker, service):
    text, fault = check()
    assert fault == ""
    assert text.splitlines() == [
        "ok     authorization_endpoint answers",
        "ok     our clock agrees with the broker's",
        "ok     token_endpoint knows our client_id and our signing key",
        "ok     jwks_uri has keys that may sign tokens: 1",
        f"ok     {service.PUBLIC_URL}/identification/jwks.json has our keys",
        f"ok     {service.PUBLIC_URL}/identification/jwks-signed has our keys",
    ]


@pytest.mark.parametrize("dialect", ["op", "helsinki", "idura"])
def test_all_is_well_at_every_kind_of_broker(broker, service, some_keys, dialect):
    broker.entity_key = some_keys[2]
    service.IDENTITY_PROVIDERS = [broker.settings(dialect=dialect, **set_up(dialect, broker))]
    text, _ = check()
    assert wrong(text) == []


@pytest.mark.parametrize(
    ("behaviour", "found"),
    [
        ("refuse", "token_endpoint does not know us"),
        ("error", "token_endpoint answers 500"),
        ("redirect", "token_endpoint answers 302"),
        ("hang up", "token_endpoint cannot be used (connection)"),
    ],
)
def test_what_is_wrong_with_the_token_endpoint_is_said_without_its_words(broker, service, behaviour, found):
    broker.behaviour = behaviour
    text, fault = check()
    assert wrong(text) == [found]
    assert fault == "test: 1 wrong"
    assert "010594Y9032" not in text  # of error_description


@pytest.mark.parametrize(
    ("behaviour", "word"),
    [("html", "not-json"), ("refuse", "no-keys"), ("redirect", "redirect"), ("error", "status")],
)
def test_keys_that_cannot_be_read_are_told(broker, service, behaviour, word):
    broker.jwks_behaviour = behaviour
    assert f"jwks_uri cannot be used ({word})" in wrong(check()[0])


@pytest.mark.filterwarnings("ignore:Key size should be")
def test_weak_keys_of_the_broker_are_told(broker, service):
    weak = RSAKey.import_key(rsa.generate_private_key(public_exponent=65537, key_size=1024))
    weak.ensure_kid()
    broker.published = [weak]
    assert wrong(check()[0]) == ["jwks_uri has no key that may sign tokens"]
    broker.published = [broker.key, weak]
    text, fault = check()
    assert ("look   jwks_uri has keys that are too weak or have no kid: 1" in text, fault) == (True, "")


@pytest.mark.parametrize(("ahead", "outcome"), [(20, "look"), (-20, "look"), (300, "wrong"), (-300, "wrong")])
def test_a_clock_that_is_wrong_is_told(broker, service, ahead, outcome):
    broker.ahead = ahead
    lines = [line for line in check()[0].splitlines() if "clock" in line and "differ" in line]
    assert [line.split()[0] for line in lines] == [outcome]


def test_a_broker_that_is_not_there_is_told(broker, service):
    gone = "http://127.0.0.1:9/x"
    service.IDENTITY_PROVIDERS = [broker.settings(authorization_endpoint=gone, token_endpoint=gone, jwks_uri=gone)]
    assert wrong(check()[0]) == [
        "authorization_endpoint cannot be used (connection)",
        "token_endpoint cannot be used (connection)",
        "jwks_uri cannot be used (connection)",
    ]


def test_keys_that_are_published_and_are_not_ours_are_told(broker, settings):
    """As with a web server that has another file, or a PUBLIC_URL that leads elsewhere: here to the broker."""
    settings.PUBLIC_URL = broker.url
    assert wrong(check()[0]) == [
        f"{broker.url}/identification/{name} has other keys than {settings.IDENTITY_KEYS_FILE}"
        for name in ("jwks.json", "jwks-signed")
    ]


def test_a_service_that_cannot_reach_itself_is_no_fault(broker, settings):
    settings.PUBLIC_URL = "http://127.0.0.1:9"
    text, fault = check()
    assert (wrong(text), fault) == ([], "")
    assert text.count("we cannot fetch our own keys") == 2


def test_no_keys_of_ours_is_told_once(broker, service, tmp_path):
    service.IDENTITY_KEYS_FILE = tmp_path / "none.json"
    assert wrong(check()[0]) == ["we have no keys"]


def test_settings_that_do_not_go_together_are_told_too(broker, service):
    service.IDENTITY_PROVIDERS = [broker.settings(level_by_contract=True)]
    (found,) = wrong(check()[0])
    assert found.endswith("(identity.E014)")


def test_nothing_secret_is_said(broker, service):
    text, _ = check()
    private = json.loads(service.IDENTITY_KEYS_FILE.read_text())["keys"][0]
    assert [secret for secret in (private["d"], private["n"], "eyJ", "client_assertion") if secret in text] == []


@pytest.mark.parametrize(("provider", "fault"), [("other", "IDENTITY_PROVIDERS has test"), ("", "has test")])
def test_an_unknown_provider_names_those_that_there_are(broker, provider, fault):
    text, said = check(provider)
    assert (text, fault in said) == ("", True)
