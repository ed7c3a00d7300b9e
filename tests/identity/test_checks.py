import json

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.checks import run_checks
from joserfc.jwk import RSAKey

from identity import checks, key_checks, provider_faults
from tests.identity.test_tokens import provider as _provider

REQUIRED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


def entry(**changes):
    good = _provider()
    names = ("id", "name", "dialect", "issuer", "client_id", *REQUIRED, "acr_values")
    accepted = {"acr_accepted": ["http://ftn.ficora.fi/2017/loa2"]}
    values = {name: getattr(good, name) for name in names} | accepted | changes
    return {name: value for name, value in values.items() if value is not None}


@pytest.fixture
def production(settings):
    settings.DEBUG = settings.DEMO_WITHOUT_DEBUG = settings.ALLOW_TEST_CODES = False
    settings.FIELD_ENCRYPTION_KEYS, settings.FIELD_INDEX_KEYS = ["e" * 64], ["i" * 64]
    settings.IDENTITY_PROVIDERS = [entry()]
    return settings


def ids():
    found = [
        *checks.check_providers(),
        *checks.check_what_may_be_odd(),
        *checks.check_codes(),
        *checks.check_keys(),
        *key_checks.check_lists_of_keys(),
    ]
    assert all(message.hint for message in found)
    return [message.id for message in found]


def test_what_is_only_odd_is_not_told_by_each_command_of_each_night(production):
    production.IDENTITY_PROVIDERS = [entry(level_by_contract=True, acr_accepted=[])]

    every_night = run_checks()
    at_the_start = run_checks(include_deployment_checks=True)

    assert "identity.W002" not in [message.id for message in every_night]
    assert "identity.W002" in [message.id for message in at_the_start]


def test_good_settings_pass(production):
    assert ids() == []


def test_production_without_a_broker_is_an_error_and_development_is_none(production):
    production.IDENTITY_PROVIDERS = []
    assert ids() == ["identity.E033"]
    production.DEBUG = True
    assert ids() == []


@pytest.mark.parametrize("port", ["port", "99999"])
def test_address_with_a_port_that_is_none_is_an_error(production, port):
    production.IDENTITY_PROVIDERS = [entry(token_endpoint=f"https://broker.example:{port}/token")]
    assert ids() == ["identity.E003"]


@pytest.mark.parametrize(
    "changes",
    [
        {"dialect": "klingon"},
        {"issuer": None},
        {"client_id": ""},
        {"acr_accepted": [5]},
        {"name": {"fi": 5}},
        {"acr_values": "http://ftn.ficora.fi/2017/loa2"},
        {"encrypted": "yes"},
        {"max_age": "60"},
        {"service_name": 5},
        {"entity_jwks": []},
        {"ui_locales": "se"},
        {"ui_locales": {"sv": 5}},
        {"level_by_contract": "yes"},
        {"token_endpiont": "https://broker.example/token"},
    ],
)
def test_a_malformed_provider_is_an_error(production, changes):
    production.IDENTITY_PROVIDERS = [entry(**changes)]
    assert ids() == ["identity.E001"]


ENTITY_KEY = {"kty": "RSA", "kid": "entity", "e": "AQAB", "n": "0" + "v" * 340 + "Q"}
ADDRESS = "https://broker.example/x"
BANKS = ["urn:grn:authn:fi:bank-id"]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"jwks_uri": None}, ["E011"]),
        ({"jwks_uri": None, "signed_jwks_uri": ADDRESS}, ["E012"]),
        ({"entity_jwks": {"keys": [ENTITY_KEY]}}, ["E012"]),
        ({"signed_jwks_uri": ADDRESS, "entity_jwks": {"keys": [ENTITY_KEY]}}, ["E011"]),
        *(
            ({"jwks_uri": None, "signed_jwks_uri": ADDRESS, "entity_jwks": keys}, ["E013"])
            for keys in (
                {"keys": []},
                {"keys": "all"},
                {"keys": [5]},
                {"kids": 1},
                {"keys": [{**ENTITY_KEY, "kty": "EC"}]},
                {"keys": [{**ENTITY_KEY, "kid": ""}]},
                {"keys": [{**ENTITY_KEY, "d": "our secret"}]},
                {"keys": [{**ENTITY_KEY, "n": "vvvv"}]},
            )
        ),
        ({"acr_accepted": []}, ["E014"]),
        ({"level_by_contract": True}, ["E014", "W002"]),
        ({"level_by_contract": True, "acr_accepted": []}, ["W002"]),
        ({"level_by_contract": True, "acr_accepted": [], "dialect": "telia"}, ["E015"]),
        ({"acr_accepted": ["urn:eident:acrp:level:low"]}, ["E016"]),
        ({"acr_accepted": ["http://ftn.ficora.fi/2017/loa1"]}, ["E016"]),
        ({"dialect": "helsinki", "end_session_endpoint": ADDRESS}, ["E017"]),
        ({"userinfo_endpoint": ADDRESS}, ["E018"]),
        ({"assertion_audience": "token"}, ["E019"]),
        ({"assertion_audience": "issuer"}, []),
        ({"assertion_audience": ADDRESS}, []),
        ({"dialect": "idura", "acr_accepted": BANKS, "max_age": 60}, ["E020"]),
        ({"prompt": "none"}, ["E021"]),
        ({"dialect": "op", "prompt": "login"}, ["E021", "W004"]),
        ({"name": {"fi": "Pankki"}}, ["E022"]),
        ({"service_name": {"fi": "Asunto", "sv": "Bostad"}}, ["E022"]),
        ({"service_name": {"fi": "Asunto", "sv": "Bostad", "en": "Home", "de": "Wohnung"}}, ["E022"]),
        ({"service_name": "x" * 41}, ["E023"]),
        ({"service_name": {"fi": "x" * 41, "sv": "x", "en": "x"}}, ["E023"]),
        ({"ui_locales": {"se": "sv"}}, ["E024"]),
        ({"embedded_ui_endpoint": ADDRESS}, ["E025"]),
        ({"end_session_endpoint": ADDRESS}, ["E026"]),
        ({"dialect": "helsinki", "userinfo_endpoint": ADDRESS}, ["W003"]),
        ({"dialect": "op"}, ["W004"]),
        ({"dialect": "suomi.fi"}, ["E027"]),
    ],
)
def test_settings_that_do_not_go_together_are_told_apart(production, changes, found):
    production.IDENTITY_PROVIDERS = [entry(**changes)]
    assert ids() == [f"identity.{number}" for number in found]


@pytest.mark.parametrize(
    "changes",
    [
        {"dialect": "op", "jwks_uri": None, "signed_jwks_uri": ADDRESS, "entity_jwks": {"keys": [ENTITY_KEY]}},
        {"dialect": "idura", "acr_accepted": BANKS},
        {
            "dialect": "helsinki",
            "acr_accepted": ["substantial", "high"],
            "userinfo_endpoint": ADDRESS,
            "end_session_endpoint": ADDRESS,
        },
        {"dialect": "nets", "acr_accepted": ["urn:eident:cert:eidas:high"]},
        {"dialect": "telia", "acr_values": None, "service_name": {"fi": "Asunto", "sv": "Bostad", "en": "Home"}},
    ],
)
def test_each_dialect_set_up_as_its_guide_says_passes(production, changes):
    production.IDENTITY_PROVIDERS = [entry(**changes)]
    assert ids() == []


@pytest.mark.parametrize("name", provider_faults.ENDPOINTS)
def test_http_is_for_this_machine_while_developing(production, name):
    here, there = ({name: f"http://{host}:4444/x"} for host in ("127.0.0.1", "broker.example"))
    production.IDENTITY_PROVIDERS = [entry(**here)]
    assert "identity.E003" in ids()
    production.DEBUG = True
    assert "identity.E003" not in ids()
    production.IDENTITY_PROVIDERS = [entry(**there)]
    assert "identity.E003" in ids()


@pytest.mark.parametrize("value", ["telia", 5, None, []])
def test_a_provider_that_is_no_object_is_an_error(production, value):
    production.IDENTITY_PROVIDERS = [value]
    assert ids() == ["identity.E001"]


def test_two_providers_of_one_id_are_an_error(production):
    production.IDENTITY_PROVIDERS = [entry(), entry()]
    assert ids() == ["identity.E002"]


@pytest.mark.parametrize("name", ["issuer", *REQUIRED])
@pytest.mark.parametrize("address", ["http://broker.example/x", "broker.example", "https://"])
def test_an_endpoint_without_https_is_an_error(production, name, address):
    production.IDENTITY_PROVIDERS = [entry(**{name: address})]
    assert ids() == ["identity.E003"]


def test_a_test_level_is_an_error_in_production(production):
    production.IDENTITY_PROVIDERS = [entry(acr_accepted=["http://ftn.ficora.fi/2017/loatest2"])]
    assert ids() == ["identity.E004"]


def test_the_demo_broker_is_an_error_in_production(production):
    production.IDENTITY_PROVIDERS = [entry(id="demo")]
    assert ids() == ["identity.E005"]
    production.DEMO_WITHOUT_DEBUG = True
    assert ids() == []


def test_test_codes_are_an_error_in_production(production):
    production.ALLOW_TEST_CODES = True
    assert ids() == ["identity.E006"]
    production.DEBUG = True
    assert ids() == []


@pytest.mark.parametrize("name", ["FIELD_ENCRYPTION_KEYS", "FIELD_INDEX_KEYS"])
@pytest.mark.parametrize("value", [[], ["short"], ["long" * 16, "short"], "long" * 16])
def test_a_short_or_missing_field_key_is_an_error(production, name, value):
    setattr(production, name, value)
    assert "identity.E007" in ids()


@pytest.mark.parametrize("values", [["long" * 16, " long"], ["long" * 16, ""]])
def test_key_that_is_short_or_empty_is_named_by_its_place(production, values):
    production.FIELD_INDEX_KEYS = values
    [message] = [one for one in key_checks.check_lists_of_keys() if one.id == "identity.E007"]
    assert "that at place 2 is shorter" in message.msg
    assert "long" not in message.msg


def test_blank_beside_a_key_is_an_error_for_it_would_belong_to_the_key(production):
    production.FIELD_INDEX_KEYS = ["n" * 64, " " + "o" * 64]
    assert ids() == ["identity.E031"]


@pytest.mark.parametrize("fallbacks", [["s" * 64], ["f" * 64, "f" * 64], ["f" * 64, ""], ["short"], [" " + "f" * 64]])
def test_former_secret_keys_that_are_none_are_an_error(production, fallbacks):
    production.SECRET_KEY, production.SECRET_KEY_FALLBACKS = "s" * 64, fallbacks
    assert ids() == ["identity.E032"]


def test_secret_key_that_encrypts_too_is_an_error(production):
    production.SECRET_KEY, production.SECRET_KEY_FALLBACKS = "s" * 64, ["e" * 64]
    assert ids() == ["identity.E008"]


def test_one_key_for_two_uses_is_an_error(production):
    production.FIELD_INDEX_KEYS = production.FIELD_ENCRYPTION_KEYS
    assert ids() == ["identity.E008"]


def test_missing_keys_are_an_error_in_production_and_a_warning_before(production, tmp_path):
    production.IDENTITY_KEYS_FILE = tmp_path / "none.json"
    assert ids() == ["identity.E009"]
    production.DEBUG = True
    assert ids() == ["identity.W001"]
    production.IDENTITY_PROVIDERS = []
    assert ids() == []


@pytest.mark.filterwarnings("ignore:Key size should be")
def test_a_weak_key_of_ours_is_an_error(production, tmp_path, own_keys):
    document = json.loads(own_keys.read_text())
    weak = RSAKey.import_key(rsa.generate_private_key(public_exponent=65537, key_size=1024))
    document["keys"][0] = {**weak.as_dict(private=True), "use": "sig", "kid": "weak"}
    production.IDENTITY_KEYS_FILE = tmp_path / "weak.json"
    production.IDENTITY_KEYS_FILE.write_text(json.dumps(document))
    assert ids() == ["identity.E010"]
