import json

import pytest

from tests.identity.test_checks import entry
from tests.processes import PRODUCTION, installed, python


def test_check_deploy_is_clean_with_the_documented_environment():
    done = python("manage.py", "check", "--deploy", "--fail-level=DEBUG", **installed())

    assert done.stdout + done.stderr == "System check identified no issues (3 silenced).\n"


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
print(settings.SECURE_HSTS_INCLUDE_SUBDOMAINS, settings.SECURE_HSTS_PRELOAD)
print(settings.SESSION_COOKIE_SAMESITE, settings.CSRF_USE_SESSIONS)
"""


def test_production_has_host_cookies_and_hsts():
    done = python("-c", COOKIES, **PRODUCTION)

    assert done.stdout.splitlines() == [
        "__Host-session True True",
        "True True ['confirm.example.fi']",
        "True False",  # no preload, which is for whole domains and hard to take back
        "Lax True",
    ], done.stderr


@pytest.mark.parametrize("format_", ["json", "plain"])
def test_gunicorn_accepts_its_settings(format_):
    done = python("-m", "gunicorn", "--check-config", LOG_FORMAT=format_, **installed())

    assert (done.returncode, done.stderr) == (0, "")


LONG_ID = [{**entry(), "id": "x" * 41}]
# Whoever starts it: commands and the worker, gunicorn, and any other web server of WSGI.
STARTS = {
    "worker": ["manage.py", "deliver", "--once"],
    "gunicorn": ["-m", "gunicorn", "--check-config"],
    "other": ["-c", "from heka_confirm.wsgi import application"],
}


WRONG = {
    "heka_confirm.E007": {"DEMO": "true"},
    "heka_confirm.E012": {"TRUSTED_PROXIES": "0"},
    "identity.E001": {"IDENTITY_PROVIDERS": json.dumps(LONG_ID)},
    "identity.E006": {"ALLOW_TEST_CODES": "true"},
    "identity.E009": {"IDENTITY_KEYS_FILE": "/nowhere/keys.json"},
    "records.E001": {"RECORD_KEYS": "short"},
}


@pytest.mark.parametrize("start", STARTS)
def test_nothing_starts_with_settings_that_are_wrong_and_all_are_told_at_once(start):
    wrong = {name: value for setting in WRONG.values() for name, value in setting.items()}

    done = python(*STARTS[start], **{**installed(), **wrong})

    assert done.returncode != 0
    assert {code for code in WRONG if code not in done.stdout + done.stderr} == set()


@pytest.mark.parametrize(
    ("start", "wrong", "told"),
    [
        ("gunicorn", {"IDENTITY_PROVIDERS": "[]"}, "identity.E033"),
        ("other", {"EMAIL_URL": ""}, "mailing.E001"),
        ("other", {"STATIC_ROOT": "/nowhere"}, "heka_confirm.E016"),
        ("gunicorn", {"DATABASE_URL": "postgres//heka:s3cret@db.example.fi/heka"}, "DATABASE_URL: Not the address"),
    ],
)
def test_web_server_does_not_start_with_one_fault(start, wrong, told):
    done = python(*STARTS[start], **{**installed(), **wrong})

    assert done.returncode != 0
    assert told in done.stdout + done.stderr
    assert "s3cret" not in done.stdout + done.stderr


def test_command_ends_with_lines_of_what_is_wrong_and_none_of_python():
    urls = {"DATABASE_URL": "postgresql://heka:s3#cret@db/heka", "EMAIL_URL": "submission://heka:s3cret@mail:s3cret"}

    done = python("manage.py", "deliver", **{**PRODUCTION, **urls, "STAGING": "yes please"})

    assert (done.returncode, done.stdout) == (1, "")
    assert [line.partition(": ")[0] for line in done.stderr.splitlines()] == [
        "The environment is wrong:",
        "STAGING",
        "DATABASE_URL",
        "EMAIL_URL",
    ]
    assert "s3" not in done.stderr


def test_web_server_logs_what_it_only_warns_of():
    done = python("-c", "from heka_confirm.wsgi import application", TRUSTED_PROXY="2", **installed())

    assert done.returncode == 0, done.stderr
    [line] = map(json.loads, (done.stdout + done.stderr).splitlines())
    assert (line["name"], line["level"]) == ("heka_confirm.start", "WARNING")
    assert "TRUSTED_PROXY. Did you mean TRUSTED_PROXIES?" in line["message"]


def test_static_files_are_collected_with_the_environment_of_the_image(tmp_path):
    done = python("manage.py", "collectstatic", "--noinput", STATIC_ROOT=str(tmp_path), **PRODUCTION)

    assert done.returncode == 0, done.stderr
    assert list(tmp_path.glob("heka.*.css.br"))
