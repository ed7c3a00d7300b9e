"""The settings of the worker processes that the tests of webhooks start, and kill."""

import os

from heka_confirm.settings import *  # noqa: F403  # everything, on purpose
from heka_confirm.settings import DATABASES

WEBHOOK_ALLOW_PRIVATE = True
WEBHOOK_TIMEOUT = 20.0
WEBHOOK_LEASE = float(os.environ["TEST_LEASE"])
WEBHOOK_DELAYS = [0.2]
WEBHOOK_PAUSE = 0.2
WORKER_EVERY_ROUND = []
WORKER_EVERY_MINUTE = []
WORKER_BESIDE = ["upstream.webhooks.deliver_due_events"]
MAILING_DELAYS = [3600]
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
SILENCED_SYSTEM_CHECKS = ["identity.W001"]
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
