"""What strangers make of our description with public generators, before the service itself."""

import json
import shutil
from pathlib import Path

import pytest

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
    """Return a client of the service that is running, and its token."""
    return clients.issue("Housing system")
