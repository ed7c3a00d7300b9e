"""The example of an installation in deploy/ is taken by the service, and what documents name of it exists."""

import re
import subprocess

import pytest
from django.core.management import get_commands

from tests.deploy.known import DEPLOY, DOCUMENTED, ROOT
from tests.deploy.manifests import BASE, OVERLAY, resources
from tests.processes import PRODUCTION, python


def site(folder):
    """Return the variables of a site.env, which all three read alike: no quotes, no blanks around, no references."""
    lines = [line for line in (folder / "site.env").read_text().splitlines() if line and line[0] != "#"]
    assert [line for line in lines if not re.fullmatch(r"[A-Z_]+=[^\s'\"$\\]+", line)] == []
    return dict(line.split("=", 1) for line in lines)


@pytest.mark.parametrize("folder", [DEPLOY, OVERLAY], ids=["machine", "cluster"])
def test_the_example_of_an_installation_is_taken_by_the_service(folder):
    brokers = (folder / "identity_providers.json").read_text()
    own = {**PRODUCTION, **site(folder), "IDENTITY_PROVIDERS": brokers}

    checked = python("manage.py", "check", "--fail-level", "WARNING", **own)

    assert set(site(folder)) <= DOCUMENTED
    assert checked.returncode == 0, checked.stderr


def test_secrets_are_made_once_and_are_taken_by_the_service(tmp_path):
    command = ["sh", DEPLOY / "secrets.sh", tmp_path, "db.example.fi/heka?sslmode=verify-full"]
    first = subprocess.run(command, check=True, capture_output=True, text=True)
    made = {file.name: file.read_text() for file in tmp_path.iterdir()}
    subprocess.run(command, check=True, capture_output=True)

    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == made
    assert re.findall(r"/(\w+(?:\.json)?)$", first.stderr, re.MULTILINE) == ["email_url", "identity_keys.json"]
    names = {"SECRET_KEY": "secret_key", "FIELD_ENCRYPTION_KEYS": "encryption_keys", "FIELD_INDEX_KEYS": "index_keys"}
    names |= {"RECORD_KEYS": "record_keys", "DATABASE_URL": "database_url"}
    given = {f"{name}_FILE": str(tmp_path / file) for name, file in names.items()}
    kept = {name: value for name, value in PRODUCTION.items() if name not in names}
    assert python("manage.py", "check", **kept, **given).returncode == 0
    assert len({made[name] for name in names.values()}) == len(names)


def test_no_secret_is_in_the_repository():
    listed = subprocess.run(["git", "ls-files", "deploy"], cwd=ROOT, check=True, capture_output=True, text=True)

    assert [path for path in listed.stdout.split() if "secrets/" in path or path.endswith((".key", ".pem"))] == []
    assert [each for each in resources(BASE) + resources(OVERLAY) if each["kind"] == "Secret"] == []


def pages():
    """Return what is written for operators and developers, by name of the file."""
    return {path.name: path.read_text() for path in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"))}


def test_every_command_that_the_documents_name_exists():
    named = {
        (page, command)
        for page, text in pages().items()
        for command in re.findall(r"\b(?:manage\.py|heka-manage)(?: --owner)? +([a-z_]+)", text)
    }
    ours = {path.stem for path in ROOT.glob("*/management/commands/[a-z]*.py")}

    assert ours - {command for _, command in named} <= {"demo", "demo_data"}
    assert {(page, command) for page, command in named if command not in get_commands()} == set()


def test_every_file_of_deploy_that_the_documents_name_exists():
    named = {
        (page, file)
        for page, text in pages().items()
        for file in re.findall(r"(?<![\w/-])deploy/[\w./@*-]*[\w/*]", text)
        if page != "CHANGELOG.md"
    }

    assert named
    assert {(page, file) for page, file in named if not list(ROOT.glob(file.rstrip("/")))} == set()
