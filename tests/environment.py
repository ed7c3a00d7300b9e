"""The environment of the test run, set before Django reads it."""

import os

from hypothesis import settings

os.environ["DEBUG"] = "true"  # development keys; the test runner itself turns DEBUG off
os.environ["DEMO"] = "true"
os.environ["DEMO_WITHOUT_DEBUG"] = "true"
os.environ["ALLOW_TEST_CODES"] = "true"
os.environ["PUBLIC_URL"] = "http://testserver"
os.environ["LOG_FORMAT"] = "json"
os.environ.setdefault("DATABASE_URL", "sqlite:///var/test.sqlite3")
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright runs an event loop beside the tests

# A machine that is busy with other tests is no fault of the code. The run that decides whether a commit is taken tries
# the same inputs each time; all others go on searching.
settings.register_profile("heka", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("heka")
