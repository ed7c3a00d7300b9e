import pytest
from django.core import checks
from django.db import connection

from heka_confirm.checks import check_settings
from tests.processes import PRODUCTION


@pytest.fixture
def production(settings):
    """Settings of a sound production."""
    settings.DEBUG = False
    settings.HTTPS = True
    settings.SECRET_KEY = PRODUCTION["SECRET_KEY"]
    settings.PUBLIC_URL = PRODUCTION["PUBLIC_URL"]
    settings.ALLOWED_HOSTS = ["confirm.example.fi"]
    settings.TRUSTED_PROXIES = 1
    settings.SECURITY_CONTACT = ["mailto:security@example.fi"]
    settings.DEMO = False
    settings.DEMO_WITHOUT_DEBUG = False
    return settings


def found():
    """Return the faults, without what is said of the database that the tests run on."""
    return [message.id for message in check_settings() if message.id != "heka_confirm.W001"]


def test_check_of_a_sound_production_finds_nothing(production):
    assert found() == []


def test_check_of_production_warns_of_sqlite_only(production):
    warned = [message.id for message in check_settings()]

    assert warned == (["heka_confirm.W001"] if connection.vendor == "sqlite" else [])


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("PUBLIC_URL", "confirm.example.fi", "heka_confirm.E001"),
        ("PUBLIC_URL", "https://confirm.example.fi/app", "heka_confirm.E001"),
        ("PUBLIC_URL", "ftp://confirm.example.fi", "heka_confirm.E001"),
        ("PUBLIC_URL", "https://confirm.example.fi#top", "heka_confirm.E001"),
        ("PUBLIC_URL", "https://user:password@confirm.example.fi", "heka_confirm.E001"),
        ("PUBLIC_URL", "https://confirm example.fi", "heka_confirm.E001"),
        ("PUBLIC_URL", "https://hyvä.example.fi", "heka_confirm.E001"),
        ("ALLOWED_HOSTS", ["other.example.fi"], "heka_confirm.E002"),
        ("ALLOWED_HOSTS", [], "heka_confirm.E002"),
        ("TRUSTED_PROXIES", -1, "heka_confirm.E003"),
        ("SECRET_KEY", "short", "heka_confirm.E004"),
        ("SECRET_KEY", "x" * 60, "heka_confirm.E004"),
        ("SECRET_KEY", f"django-insecure-{PRODUCTION['SECRET_KEY']}", "heka_confirm.E004"),
        ("SECRET_KEY_FALLBACKS", ["short"], "heka_confirm.E004"),
        ("TRUSTED_PROXIES", 0, "heka_confirm.E012"),
        ("HTTPS", False, "heka_confirm.E005"),
        ("ALLOWED_HOSTS", ["*"], "heka_confirm.E006"),
        ("DEMO", True, "heka_confirm.E007"),
        ("SECURITY_CONTACT", [], "heka_confirm.W003"),
        ("SECURITY_CONTACT", ["security@example.fi"], "heka_confirm.E010"),
        ("SECURITY_CONTACT", ["http://example.fi/security"], "heka_confirm.E010"),
        ("SECURITY_CONTACT", ["mailto:security@localhost"], "heka_confirm.E011"),
        ("API_CONTACT", "interface@åbo.fi", "heka_confirm.E011"),
        ("RETENTION_LETTERS_DAYS", 0, "heka_confirm.E008"),
        ("RETENTION_ENDED_DAYS", -1, "heka_confirm.E008"),
        ("RETENTION_TRAIL_DAYS", 729, "heka_confirm.E009"),
    ],
)
def test_check_of_one_wrong_setting_names_it(production, name, value, expected):
    setattr(production, name, value)

    assert found() == [expected]


def test_preload_needs_the_subdomains(production):
    production.HSTS_PRELOAD, production.HSTS_INCLUDE_SUBDOMAINS = True, False

    assert found() == ["heka_confirm.E014"]


def test_check_of_a_demonstration_that_is_allowed_finds_nothing(production):
    production.DEMO = production.DEMO_WITHOUT_DEBUG = True

    assert found() == []


@pytest.mark.parametrize("name", ["DEMO", "HTTPS"])
def test_check_in_development_lets_be_what_production_must_not(production, name):
    production.DEBUG = True
    production.DEMO, production.HTTPS, production.SECRET_KEY = True, False, "short"

    assert found() == []


def test_each_fault_has_a_hint(production):
    production.PUBLIC_URL, production.TRUSTED_PROXIES, production.SECRET_KEY = "x", -1, "short"

    assert [message.hint for message in check_settings() if not message.hint] == []


def test_checks_are_registered():
    assert check_settings in checks.registry.registry.get_checks()
