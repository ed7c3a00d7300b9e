"""The settings of the test run: the project's own, and what the tests add to them."""

import os
import tempfile

from core.postgresql import patience
from heka_confirm.databases import LIMITS
from heka_confirm.settings import *  # noqa: F403  # everything, on purpose
from heka_confirm.settings import DATABASES, INSTALLED_APPS, MIDDLEWARE

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file: connections that share a database in memory do not wait for each other's locks. One for each
    # process, so that several test runs may go on at once.
    own = f"{tempfile.gettempdir()}/heka-test-{os.getpid()}.sqlite3"
    DATABASES["default"]["TEST"] = {"NAME": os.environ.get("TEST_DATABASE", own)}  # of tests/security_controls.py
    options = DATABASES["default"]["OPTIONS"]
    options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
    # Finds queries repeated for each row, in every request of every test; on one database, for they are the same.
    INSTALLED_APPS = [*INSTALLED_APPS, "zeal"]
    MIDDLEWARE = [*MIDDLEWARE, "zeal.middleware.zeal_middleware"]
else:
    # The service answers 503 rather than let somebody wait; a machine that is busy with tests makes everybody wait.
    DATABASES["default"]["OPTIONS"].get("pool", {}).update(timeout=60)  # in web servers of tests/running
    longer = {"statement_timeout": "60s", "lock_timeout": "30s", "idle_in_transaction_session_timeout": "300s"}
    assert set(longer) == set(LIMITS)
    limits = " ".join(f"-c {name}={limit}" for name, limit in longer.items())
    DATABASES["default"]["OPTIONS"]["options"] = limits
    patience.REQUEST_SECONDS = patience.GLANCE_SECONDS = 60.0

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
