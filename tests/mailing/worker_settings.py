"""The settings of the worker processes that the tests start, and kill."""

import os
import signal
from pathlib import Path

from heka_confirm.settings import *  # noqa: F403  # everything, on purpose
from heka_confirm.settings import DATABASES, TEMPLATES

TEMPLATES[0]["DIRS"] = [*TEMPLATES[0]["DIRS"], Path(__file__).parent / "templates"]
MAILING_LEASE = float(os.environ["TEST_LEASE"])
MAILING_DELAYS = [0.2] * 60
MAILING_CONTEXT = {"": "tests.mailing.worker_settings.context"}
WORKER_EVERY_MINUTE = []
WORKER_EVERY_ROUND = []
WORKER_BESIDE = []
SILENCED_SYSTEM_CHECKS = ["identity.W001"]
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"


def context(letter):
    """Die over a letter that says so, the first time."""
    if letter.parameters.get("deadly") and letter.attempts == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return {}
