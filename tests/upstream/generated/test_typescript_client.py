"""A client in TypeScript, by the types that openapi-typescript makes of our description, before the service."""

import json
import shutil
import subprocess

import pytest

from applications.models import Application
from tests import npm
from tests.upstream.generated.conftest import FOLDER, NEEDS_NODE
from upstream import events

pytestmark = NEEDS_NODE
STRICT = ["--strict", "--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes", "--noEmitOnError"]


@pytest.fixture(scope="session")
def program(description, tmp_path_factory):
    """Return the program, compiled; neither the generator nor the compiler has anything to say against it."""
    packages, folder = npm.install(FOLDER), tmp_path_factory.mktemp("typescript")
    (folder / "node_modules").symlink_to(packages)
    shutil.copy(FOLDER / "housing_system.mts", folder)
    tools = packages / ".bin"
    for command in (
        # What has a default may be left out; without this the types of a request would ask for it.
        [tools / "openapi-typescript", description, "--default-non-nullable=false", "--output", "description.d.ts"],
        [tools / "tsc", *STRICT, "--module", "nodenext", "--target", "es2022", "housing_system.mts"],
    ):
        made = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        assert (made.returncode, made.stderr) == (0, ""), made.stdout
    return folder / "housing_system.mjs"


@pytest.fixture
def run(program, live_server, issued):
    """Return a function that lets the program do a task, and gives what it saw."""

    def run(task):
        done = subprocess.run(
            # Node 18 tries one address of localhost only; the live server has the other where IPv6 comes first.
            ["node", "--dns-result-order=ipv4first", program, live_server.url, issued[1], task],
            capture_output=True,
            text=True,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return json.loads(done.stdout)

    return run


def test_client_in_typescript_sends_follows_changes_and_withdraws(run):
    seen = run("act")

    assert seen == {
        "reference": Application.objects.get().number,
        "progress": "waiting",
        "version": 2,
        "afterChange": "its applicants",
        "stale": "urn:heka-confirm:changed-meanwhile",
        "atLast": "nobody's",
    }


def test_client_in_typescript_polls_page_by_page(run):
    run("act")
    events.collect()

    assert run("poll") == [
        ["sent", "its applicants", 1],
        ["changed", "its applicants", 2],
        ["withdrawn", "nobody's", 2],
    ]
