import json

import pytest

from tests.identity.test_checks import entry
from tests.processes import PRODUCTION, python


def test_check_deploy_is_clean_with_the_documented_environment(tmp_path):
    environment = {**PRODUCTION, "IDENTITY_KEYS_FILE": str(tmp_path / "keys.json")}

    made = python("manage.py", "identity_keys", "make", **environment)
    done = python("manage.py", "check", "--deploy", "--fail-level=DEBUG", **environment)

    assert (made.returncode, made.stderr) == (0, "")
    assert done.stdout + done.stderr == "System check identified no issues (1 silenced).\n"


def test_every_missing_secret_is_named_at_once():
    done = python("manage.py", "check", DEBUG="false")  # also where a demo runs: it is not joined

    assert done.returncode != 0
    names = ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "FIELD_INDEX_KEYS", "RECORD_KEYS")
    assert [name for name in names if name not in done.stderr] == []


def test_every_malformed_value_is_named_at_once():
    done = python(
        "manage.py",
        "check",
        **{**PRODUCTION, "DEMO": "perhaps", "TRUSTED_PROXIES": "one", "IDENTITY_PROVIDERS": "{"},
    )

    assert done.returncode != 0
    assert [name for name in ("DEMO", "TRUSTED_PROXIES", "IDENTITY_PROVIDERS") if name not in done.stderr] == []


def test_secret_is_read_from_a_file_without_its_newline(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(PRODUCTION["SECRET_KEY"] + "\n")
    environment = {key: value for key, value in PRODUCTION.items() if key != "SECRET_KEY"}

    done = python(
        "-c",
        "from heka_confirm import settings; print(settings.SECRET_KEY)",
        SECRET_KEY_FILE=str(secret),
        **environment,
    )

    assert done.stdout == PRODUCTION["SECRET_KEY"] + "\n", done.stderr


COOKIES = """
from django.conf import settings
print(settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY)
print(settings.SECURE_HSTS_SECONDS >= 31536000, settings.SECURE_SSL_REDIRECT, settings.ALLOWED_HOSTS)
"""


def test_production_has_host_cookies_and_hsts():
    done = python("-c", COOKIES, **PRODUCTION)

    assert done.stdout.splitlines() == ["__Host-session True True", "True True ['confirm.example.fi']"], done.stderr


@pytest.mark.parametrize("format_", ["json", "plain"])
def test_gunicorn_accepts_its_settings(tmp_path, format_):
    done = python("-m", "gunicorn", "--check-config", LOG_FORMAT=format_, STATIC_ROOT=str(tmp_path), **PRODUCTION)

    assert (done.returncode, done.stderr) == (0, "")


LONG_ID = [{**entry(), "id": "x" * 41}]


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("DEMO", "true", "heka_confirm.E007"),
        ("ALLOW_TEST_CODES", "true", "identity.E006"),
        ("IDENTITY_PROVIDERS", json.dumps(LONG_ID), "identity.E001"),
        ("PUBLIC_URL", "http://confirm.example.fi", "heka_confirm.E005"),
    ],
)
def test_web_server_does_not_start_with_settings_that_open_the_door(tmp_path, setting, value, told):
    environment = {**PRODUCTION, setting: value}

    done = python("-m", "gunicorn", "--check-config", STATIC_ROOT=str(tmp_path), **environment)

    assert done.returncode != 0
    assert told in done.stdout + done.stderr


def test_static_files_are_collected_with_the_environment_of_the_image(tmp_path):
    done = python("manage.py", "collectstatic", "--noinput", STATIC_ROOT=str(tmp_path), **PRODUCTION)

    assert done.returncode == 0, done.stderr
    assert list(tmp_path.glob("heka.*.css.br"))
