"""The settings of the test run: the project's own, and what the tests add to them."""

import os
import tempfile

from heka_confirm.settings import *  # noqa: F403  # everything, on purpose
from heka_confirm.settings import DATABASES, INSTALLED_APPS, MIDDLEWARE

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file: connections that share a database in memory do not wait for each other's locks. One for each
    # process, so that several test runs may go on at once.
    DATABASES["default"]["TEST"] = {"NAME": f"{tempfile.gettempdir()}/heka-test-{os.getpid()}.sqlite3"}
    options = DATABASES["default"]["OPTIONS"]
    options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
    # Finds queries repeated for each row, in every request of every test; on one database, for they are the same.
    INSTALLED_APPS = [*INSTALLED_APPS, "zeal"]
    MIDDLEWARE = [*MIDDLEWARE, "zeal.middleware.zeal_middleware"]
else:
    # The service answers 503 rather than let somebody wait; a machine that is busy with tests makes everybody wait.
    options = DATABASES["default"]["OPTIONS"]
    for limit, longer in {"statement_timeout=5s": 60, "lock_timeout=2s": 30, "session_timeout=30s": 300}.items():
        assert limit in options["options"]
        options["options"] = options["options"].replace(limit, f"{limit.partition('=')[0]}={longer}s")

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
