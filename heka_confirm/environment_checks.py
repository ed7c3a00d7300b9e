"""System checks of what surrounds the process: its variables, folders, libraries, and what the way out needs."""

import os
import ssl
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004  # Django's name

from heka_confirm import databases, pdf_libraries

OF_GUNICORN = ("HOST", "PORT", "WEB_CONCURRENCY", "WEB_THREADS")  # gunicorn.conf.py reads them itself
CLOSE = 0.85  # as alike as TRUSTED_PROXY and TRUSTED_PROXIES
STYLESHEET = "heka.css"
LEAST_TOKEN = 32  # characters


@register(Tags.security)
def check_environment(**kwargs: Any) -> list[CheckMessage]:
    """Return what is wrong around this process."""
    return [*_misspelt(), *_egress(), *_pdf(), *_metrics(), *([] if settings.DEBUG else _database_file())]


def _misspelt() -> Iterator[CheckMessage]:
    known = [*settings.ENVIRONMENT, *OF_GUNICORN]
    for name in sorted(os.environ):
        plain = name.removesuffix("_FILE")
        if plain not in known and name not in known and (meant := get_close_matches(plain, known, 1, CLOSE)):
            yield Warning(
                f"Nothing reads the variable {name}. Did you mean {meant[0]}?",
                hint="docs/configuration.md lists the variables.",
                id="heka_confirm.W004",
            )


def _egress() -> Iterator[CheckMessage]:
    address = settings.EGRESS_PROXY
    try:
        parts = urlsplit(address)
        is_proxy = parts.scheme == "http" and bool(parts.hostname and parts.port) and parts.path in {"", "/"}
    except ValueError:
        is_proxy = False
    if address and not is_proxy:
        yield Error(
            "EGRESS_PROXY is not the address of a proxy.",
            hint="Give scheme, host and port: http://proxy.example.fi:3128, or http://user:password@proxy.example.fi:3128",
            id="heka_confirm.E013",
        )
    if address and settings.EMAIL_BACKEND.startswith("anymail.backends.amazon_ses"):
        yield Warning(
            "EGRESS_PROXY is not for Amazon SES, which is called by a library of its own.",
            hint="Give that its proxy in ANYMAIL: AMAZON_SES_CLIENT_PARAMS. See docs/networks.md.",
            id="heka_confirm.W005",
        )
    try:
        if file := os.environ.get("SSL_CERT_FILE"):
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(file)
    except OSError as error:  # OpenSSL would say nothing, and calls would fail one by one
        yield Error(
            f"SSL_CERT_FILE cannot be used: {error.strerror or error}",
            hint="Let it name a file with certificates of authorities (PEM) that the user of the service can read.",
            id="heka_confirm.E017",
        )


def _pdf() -> Iterator[CheckMessage]:
    missing = pdf_libraries.missing_libraries() if pdf_libraries.is_installed() else []
    if missing:
        yield Warning(
            f"WeasyPrint is installed, but not libraries that it needs: {', '.join(missing)}. No page offers PDFs.",
            hint="On Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
            id="heka_confirm.W006",
        )


def _metrics() -> Iterator[CheckMessage]:
    if 0 < len(settings.METRICS_TOKEN) < LEAST_TOKEN or not settings.METRICS_TOKEN.isascii():
        yield Error(
            f"METRICS_TOKEN is not a random text of at least {LEAST_TOKEN} characters.",
            hint='Make one: python3 -c "import secrets; print(secrets.token_hex(32))"',
            id="heka_confirm.E030",
        )


def _database_file() -> Iterator[CheckMessage]:
    given = settings.DATABASES["default"]
    if given["ENGINE"] != databases.SQLITE_ENGINE or ":memory:" in str(given["NAME"]):
        return
    file = Path(given["NAME"])
    # SQLite writes further files beside its own.
    needed = [file.parent, *([file] if file.exists() else [])]
    if wrong := [path for path in needed if not os.access(path, os.W_OK)]:
        yield Error(
            f"SQLite cannot write {wrong[0]}.",
            hint="Let the user of the service write there, or set DATABASE_URL to a PostgreSQL database.",
            id="heka_confirm.E015",
        )


@register(Tags.security, deploy=True)
def check_static_files(**kwargs: Any) -> list[CheckMessage]:
    """Return what is wrong with the collected static files, without which no page can be shown.

    For the web server: commands do without them, and collectstatic comes before them.
    """
    storage: Any = staticfiles_storage
    if settings.DEBUG or not hasattr(storage, "read_manifest"):
        return []
    try:
        is_there = storage.exists(storage.stored_name(STYLESHEET))
    except ValueError:
        is_there = False
    if is_there:
        return []
    return [
        Error(
            f"STATIC_ROOT, {settings.STATIC_ROOT}, does not hold the static files of this release.",
            hint="Run manage.py collectstatic there, as the Dockerfile does.",
            id="heka_confirm.E016",
        )
    ]
