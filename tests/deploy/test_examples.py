"""The example of an installation in deploy/, for one machine and for a cluster, is taken by the service."""

import re
import subprocess

import pytest

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
