"""What the environment makes of the mail settings."""

import json

import pytest

from tests.processes import PRODUCTION, python

SHOW = """
import json
from django.conf import settings as s
names = ["EMAIL_BACKEND", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_USE_TLS", "EMAIL_USE_SSL", "EMAIL_HOST_USER",
         "EMAIL_HOST_PASSWORD", "EMAIL_TIMEOUT", "ANYMAIL", "DEFAULT_FROM_EMAIL"]
print(json.dumps({name: getattr(s, name) for name in names}))
"""


NO_MAIL = {name: value for name, value in PRODUCTION.items() if name != "EMAIL_URL"}


def settings(**environment):
    shown = python("-c", SHOW, **environment)
    assert shown.returncode == 0, shown.stderr
    return json.loads(shown.stdout)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_HOST": ""}),
        (
            {"EMAIL_URL": "submission://us%40er:pa%3Ass@mail.example.fi"},
            {
                "EMAIL_HOST": "mail.example.fi",
                "EMAIL_PORT": 587,
                "EMAIL_USE_TLS": True,
                "EMAIL_HOST_USER": "us@er",
                "EMAIL_HOST_PASSWORD": "pa:ss",
                "EMAIL_TIMEOUT": 10,
            },
        ),
        ({"EMAIL_URL": "submission://mail.example.fi:465/?ssl=true"}, {"EMAIL_PORT": 465, "EMAIL_USE_SSL": True}),
        ({"EMAIL_URL": "smtp://relay"}, {"EMAIL_HOST": "relay", "EMAIL_PORT": 25, "EMAIL_USE_TLS": False}),
        (
            {"EMAIL_BACKEND": "anymail.backends.postmark.EmailBackend"},
            {"EMAIL_BACKEND": "anymail.backends.postmark.EmailBackend"},
        ),
    ],
)
def test_environment_names_the_mail_server(environment, expected):
    found = settings(**NO_MAIL, **environment)

    assert {name: found[name] for name in expected} == expected


def test_provider_s_keys_secret_and_timeout_come_together():
    found = settings(
        **NO_MAIL,
        EMAIL_BACKEND="anymail.backends.postmark.EmailBackend",
        ANYMAIL='{"POSTMARK_SERVER_TOKEN": "key"}',
        ANYMAIL_WEBHOOK_SECRET="name:old,name:new",
        EMAIL_TIMEOUT="5",
    )["ANYMAIL"]

    assert (found["POSTMARK_SERVER_TOKEN"], found["REQUESTS_TIMEOUT"]) == ("key", 5)
    assert found["WEBHOOK_SECRET"] == ["name:old", "name:new"]


def test_demo_keeps_its_letters_unless_told_where_to_send_them():
    demo = {**NO_MAIL, "DEMO": "true", "DEMO_WITHOUT_DEBUG": "true"}

    assert settings(**demo)["EMAIL_BACKEND"] == "demo.inbox.EmailBackend"
    assert settings(**demo, EMAIL_URL="smtp://relay")["EMAIL_BACKEND"].endswith("smtp.EmailBackend")


@pytest.mark.parametrize("wrong", ["nonsense://relay", "smtp://relay:port"])
def test_malformed_mail_server_is_told(wrong):
    checked = python("manage.py", "check", **NO_MAIL, EMAIL_URL=wrong)

    assert checked.returncode == 1
    assert "mailing.E001" in checked.stderr or "EMAIL_URL" in checked.stderr
