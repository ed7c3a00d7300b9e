"""A broker where anybody can be anybody opens no production installation."""

import pytest

from identity import checks, staging
from tests.identity.test_checks import entry

HOSTS = [
    "isb-test.op.fi",
    "tunnistus-pp.telia.fi",
    "heka.sandbox.signicat.com",
    "heka.test.idura.broker",
    "samples.criipto.id",
    "www.ident-preprod1.nets.eu",
    "tunnistus.test.hel.ninja",
    "keycloak.dev.hel.ninja",
]
REAL = [
    "isb.op.fi",
    "tunnistus.telia.fi",
    "heka.signicat.com",
    "heka.idura.broker",
    "heka.criipto.id",
    "www.e-ident.nets.eu",
    "tunnistus.hel.fi",
    "contest.example.fi",
    "developer.example.fi",
]


@pytest.fixture
def production(settings):
    settings.DEBUG = settings.STAGING = settings.DEMO_WITHOUT_DEBUG = settings.ALLOW_TEST_CODES = False
    settings.FIELD_ENCRYPTION_KEYS, settings.FIELD_INDEX_KEYS = ["e" * 64], ["i" * 64]
    settings.IDENTITY_PROVIDERS = [entry()]
    return settings


def ids():
    return [message.id for message in (*checks.check_providers(), *checks.check_codes())]


@pytest.mark.parametrize("name", ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("host", HOSTS)
def test_a_host_of_a_test_environment_stops_the_start(production, host, name):
    production.IDENTITY_PROVIDERS = [entry(**{name: f"https://{host}/x"})]
    assert ids() == ["identity.E030"]
    production.STAGING = True
    assert ids() == []


@pytest.mark.parametrize("host", REAL)
def test_a_host_of_production_is_none_of_a_test_environment(host):
    assert not staging.is_test_host(f"https://{host}/test")


def test_an_address_that_is_none_is_no_test_host():
    assert not staging.is_test_host("https://[test")


@pytest.mark.parametrize("setting", ["STAGING", "DEBUG"])
def test_test_levels_and_test_codes_need_staging_or_debug(production, setting):
    production.ALLOW_TEST_CODES = True
    production.IDENTITY_PROVIDERS = [entry(acr_accepted=["http://ftn.ficora.fi/2017/loatest2"])]
    assert sorted(ids()) == ["identity.E004", "identity.E006"]
    setattr(production, setting, True)
    assert ids() == []


def test_staging_is_no_demo(production):
    production.STAGING = True
    production.IDENTITY_PROVIDERS = [entry(id="demo")]
    assert ids() == ["identity.E005"]
