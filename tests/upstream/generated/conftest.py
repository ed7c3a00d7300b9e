"""What strangers make of our description with public generators, before the service itself."""

import json
import shutil
import time
from pathlib import Path

import pytest
from django.core.signals import request_finished, request_started

from tests.conftest import must_not_skip
from upstream import clients
from upstream.api import api

FOLDER = Path(__file__).parent
PREFIX = "/api/v1"
DESCRIPTION = json.loads(json.dumps(api.get_openapi_schema(path_prefix=f"{PREFIX}/")))
OPERATIONS = {
    f"{method.upper()} {path.removeprefix(PREFIX)}": operation
    for path, methods in DESCRIPTION["paths"].items()
    for method, operation in methods.items()
}
# For `pytestmark` of what needs Node.
NEEDS_NODE = [
    pytest.mark.counterpart,
    pytest.mark.skipif(not (shutil.which("npm") or must_not_skip()), reason="npm is not installed"),
]


@pytest.fixture(scope="session")
def description(tmp_path_factory):
    """Return the file that holds the description, as the generators read it."""
    path = tmp_path_factory.mktemp("description") / "openapi.json"
    path.write_text(json.dumps(DESCRIPTION))
    return path


@pytest.fixture
def issued(live_server):
    """Return a client of the service that is running, and its token.

    The service ends a request after it has answered. It may use the database then, so the test waits for that.
    """
    running = []

    def begin(**_signal):
        running.append(True)

    def end(**_signal):
        running.pop()

    request_started.connect(begin)
    request_finished.connect(end)  # behind Django's own, which asks the database
    yield clients.issue("Housing system")
    for _ in range(6000):  # a minute
        if not running:
            break
        time.sleep(0.01)
    request_started.disconnect(begin)
    request_finished.disconnect(end)
