import pytest

from mailing.checks import check_mail

SMTP = "django.core.mail.backends.smtp.EmailBackend"
POSTMARK = "anymail.backends.postmark.EmailBackend"


@pytest.fixture
def production(settings):
    settings.DEBUG = settings.DEMO = False
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_USE_TLS = SMTP, "mail.example.fi", True
    settings.DEFAULT_FROM_EMAIL = "no-reply@confirm.example.fi"
    return settings


def found():
    return [error.id for error in check_mail()]


def test_production_with_a_mail_server_is_in_order(production):
    assert found() == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("EMAIL_HOST", "", ["mailing.E001"]),
        ("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend", ["mailing.E001"]),
        ("EMAIL_BACKEND", "django.core.mail.backends.dummy.EmailBackend", ["mailing.E001"]),
        ("EMAIL_USE_TLS", False, ["mailing.W003"]),
        ("DEFAULT_FROM_EMAIL", "", ["mailing.E002"]),
        ("DEFAULT_FROM_EMAIL", "Heka Confirm", ["mailing.E002"]),
        ("EMAIL_TIMEOUT", 0, ["mailing.E003"]),
        ("EMAIL_TIMEOUT", 16, ["mailing.E003"]),
        ("EMAIL_TIMEOUT", 15, []),
        ("EMAIL_RATE", -1, ["mailing.E009"]),
        ("EMAIL_RATE", 60_001, ["mailing.E009"]),
        ("EMAIL_RATE", 60_000, []),
        ("EMAIL_BACKEND", POSTMARK, ["mailing.E004"]),
        ("EMAIL_BACKEND", "anymail.backends.mandrill.EmailBackend", ["mailing.E004"]),
        ("EMAIL_BACKEND", "anymail.backends.amazon_ses.EmailBackend", ["mailing.E004"]),
        ("EMAIL_BACKEND", "anymail.backends.scaleway.EmailBackend", ["mailing.W002"]),
        ("EMAIL_BACKEND", "anymail.backends.another.EmailBackend", ["mailing.W001"]),
        ("MAILING_CONTEXT", {"hello": "applications.nothing"}, ["mailing.E005"]),
        ("MAILING_KINDS", "applications.nothing", ["mailing.E005"]),
        ("MAILING_RANKS", "applications.nothing", ["mailing.E005"]),
        ("WORKER_EVERY_ROUND", ["nowhere.at_all"], ["mailing.E005"]),
        ("WORKER_EVERY_MINUTE", ["nowhere.at_all"], ["mailing.E005"]),
    ],
)
def test_silly_setting_is_told(production, name, value, expected):
    setattr(production, name, value)

    assert found() == expected


def test_provider_with_a_guarded_webhook_is_in_order(production):
    production.EMAIL_BACKEND = POSTMARK
    production.ANYMAIL = {**production.ANYMAIL, "WEBHOOK_SECRET": ["name:password"]}

    assert found() == []


@pytest.mark.parametrize(("host", "implicit"), [("localhost", False), ("127.0.0.1", False), ("mail.example.fi", True)])
def test_mail_server_that_is_near_or_encrypts_at_once_is_in_order(production, host, implicit):
    production.EMAIL_HOST, production.EMAIL_USE_TLS, production.EMAIL_USE_SSL = host, False, implicit

    assert found() == []


def test_development_needs_no_mail_server(production):
    production.DEBUG, production.EMAIL_HOST, production.DEFAULT_FROM_EMAIL = True, "", ""

    assert found() == []
