"""The image: what is in it, and how it runs on a root that cannot be written, as a user whom it does not know."""

import json
import re
import shutil
import socket
import stat
import subprocess
import time
import tomllib
from email.parser import HeaderParser
from pathlib import Path

import psycopg
import pytest

from tests import postgres
from tests.mailing import sink as mail_servers
from tests.ports import free_port
from tests.processes import PRODUCTION, ROOT
from tests.running import images
from tests.running.databases import needs_postgres
from tests.running.visitors import arrange
from tests.running.web import HEADERS, Server

pytestmark = [images.needs_buildah, needs_postgres]
SAID = {"VERSION": "0.1.0", "COMMIT_HASH": "0123abc", "BUILD_TIME": "2026-11-30T04:00:00Z"}
CODE = {"applications", "core", "counter", "heka_confirm", "identity", "mailing", "privacy", "records", "upstream"}
HEALTHY, START_SECONDS = 0, 120
IDLE_SECONDS, BUSY_SECONDS = 10, 25  # in which an operator expects a container to stop


@pytest.fixture(scope="module")
def image():
    with images.built(**SAID) as built:
        yield built


def test_image_says_what_it_is_and_how_it_is_run(image):
    labels, environment = image.config["Labels"], dict(pair.split("=", 1) for pair in image.config["Env"])
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert {name: value for name, value in labels.items() if name.startswith("org.opencontainers.image.")} == {
        "org.opencontainers.image.title": "Heka Confirm",
        "org.opencontainers.image.description": project["description"],
        "org.opencontainers.image.licenses": project["license"],
        "org.opencontainers.image.version": "0.1.0",
        "org.opencontainers.image.revision": "0123abc",
        "org.opencontainers.image.created": "2026-11-30T04:00:00Z",
        "org.opencontainers.image.base.name": "docker.io/library/python:3.13-slim",
    }
    assert environment["APP_RELEASE"] == "0.1.0"
    assert environment["COMMIT_HASH"] == "0123abc"
    assert environment["BUILD_TIME"] == "2026-11-30T04:00:00Z"
    assert image.config["User"] == "10001:0"
    assert image.config["Cmd"] == ["gunicorn"]
    assert image.config["Healthcheck"]["Test"] == ["CMD", "python", "-m", "core.alive"]


def test_image_holds_the_service_and_nothing_of_the_project_beside_it(image):
    app = image.root / "app"
    files = {"LICENSE", "gunicorn.conf.py", "manage.py", "sbom.cdx.json"}

    assert {path.name for path in app.iterdir()} == {
        *CODE, *files, ".venv", "deploy", "locale", "static", "static-root", "templates", "webroot",
    }  # fmt: skip
    assert (app / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    assert [path.name for path in (app / "deploy").iterdir()] == ["pages"]
    assert list((app / "core" / "__pycache__").glob("alive.*.pyc"))
    assert list((app / "static-root").glob("heka.*.css.br"))


def test_nobody_but_root_can_change_the_image_and_everybody_can_read_it(image):
    modes = {path: path.lstat().st_mode for path in (image.root / "app").rglob("*") if not path.is_symlink()}

    assert [path for path, mode in modes.items() if mode & (stat.S_IWGRP | stat.S_IWOTH)] == []
    assert [path for path, mode in modes.items() if not mode & stat.S_IROTH] == []


def test_nothing_of_the_builder_stays_in_the_image(image):
    found = subprocess.run(["grep", "-rlaF", image.mark, image.root], capture_output=True, text=True, check=False)

    assert found.stdout == ""
    assert [path for path in (image.root / "run").rglob("*") if path.is_file()] == []
    assert not (image.root / "build").exists()


def test_libraries_of_the_pdf_variant_can_be_added_to_the_base(image):
    (packages,) = re.findall(r"^    (lib.+?) && \\$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)

    added = image.can_add(packages.split())

    assert all(f"Inst {name} " in added for name in packages.split())


def test_bill_of_materials_lists_every_package_and_its_licence(image):
    bill = json.loads((image.root / "app" / "sbom.cdx.json").read_text())
    installed = {
        (about["Name"], about["Version"])
        for file in image.root.glob("app/.venv/lib/python3.13/site-packages/*.dist-info/METADATA")
        for about in [HeaderParser().parsestr(file.read_text())]
    }
    asked = re.findall(r"^([\w.-]+)==(\S+) \\$", (ROOT / "requirements.txt").read_text(), re.MULTILINE)

    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["name"] == "heka-confirm"
    assert {(part["name"], part["version"]) for part in bill["components"]} == installed
    assert {_plain(*each) for each in asked} <= {_plain(*each) for each in installed}
    assert [part["name"] for part in bill["components"] if not part.get("licenses")] == ["zxcvbn-rs-py"]
    # Neither number nor time of the build: the same packages make the same file.
    assert "serialNumber" not in bill
    assert "timestamp" not in bill["metadata"]


def _plain(name, version):
    return re.sub(r"[-_.]+", "-", name).lower(), version


class Installed:
    """An installation of the image: a database, a mail server, and the secrets as files."""

    def __init__(self, image, url, sink, folder):
        self.image, self.url, self.secrets, self.port = image, url, folder, free_port()
        folder.chmod(0o755)
        keys = Path(shutil.copy(PRODUCTION["IDENTITY_KEYS_FILE"], folder / "identity-keys.json"))
        keys.chmod(0o644)
        (folder / "database_url").write_text(url)
        self.environment = {
            **PRODUCTION,
            "DATABASE_URL_FILE": "/run/secrets/database_url",
            "IDENTITY_KEYS_FILE": "/run/secrets/identity-keys.json",
            "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}",
            "STAGING": "true",  # the people of the tests have test codes
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "WEB_CONCURRENCY": "1",
        }
        del self.environment["DATABASE_URL"]

    def running(self, *command):
        return self.image.running(*command, secrets=self.secrets, **self.environment)

    def run(self, *command):
        return self.image.run(*command, secrets=self.secrets, **self.environment)

    def web(self, container):
        return Server(container.process, self.port, container.log)

    def rows(self, statement):
        with psycopg.connect(self.url) as connection:
            return connection.execute(statement).fetchall()


@pytest.fixture(scope="module")
def sink():
    with mail_servers.running() as running:
        yield running


@pytest.fixture(scope="module")
def installed(image, sink, tmp_path_factory):
    """An installation that the image itself has migrated."""
    port = free_port()
    with postgres.cluster(settings=["listen_addresses=127.0.0.1"], port=port):
        url = f"postgresql://heka@127.0.0.1:{port}/heka"
        here = Installed(image, url, sink, tmp_path_factory.mktemp("secrets"))
        here.run("python", "manage.py", "migrate", "-v0")
        yield here


def wait_until(what, container):
    until = time.monotonic() + START_SECONDS
    while not what():
        assert container.process.poll() is None, container.log.read_text()
        assert time.monotonic() < until, container.log.read_text()
        time.sleep(0.1)


def is_healthy(container):
    return container.run("python", "-m", "core.alive") == HEALTHY


def test_check_finds_no_fault_in_the_documented_environment(installed):
    said = installed.run("python", "manage.py", "check", "--deploy", "--database", "default", "--fail-level", "ERROR")

    assert "heka_confirm.W002" in said  # STAGING, as we have set it
    assert "Permission" not in said


def test_whoever_it_runs_as_can_write_nothing_but_memory(installed):
    tried = """
import os, sys
print(os.getuid(), os.getgid(), os.getgroups())
for folder in ("/app", "/app/static-root", "/tmp", "/var/tmp", "/run/secrets", "/dev/shm"):
    try:
        open(f"{folder}/file", "w").close()
        print(folder)
    except OSError as error:
        assert error.strerror in {"Read-only file system", "Permission denied"}, error
"""

    assert installed.run("python", "-c", tried).splitlines() == [f"{images.USER} 0 []", "/dev/shm"]


def test_idle_web_server_and_worker_are_healthy_and_stop_in_ten_seconds(installed):
    with installed.running() as web, installed.running("python", "manage.py", "deliver") as worker:
        wait_until(lambda: is_healthy(web), web)
        wait_until(lambda: is_healthy(worker), worker)
        answers = [installed.web(web).get(path)[0] for path in ("/healthz", "/readiness", "/fi/")]
        web.terminate()
        worker.terminate()
        seconds = [each.seconds_until_end() for each in (web, worker)]

        assert answers == [200, 200, 200]
        assert [each.process.returncode for each in (web, worker)] == [0, 0]
        assert sum(seconds) < IDLE_SECONDS


def test_busy_web_server_and_worker_stop_in_twenty_five_seconds_and_lose_nothing(installed, sink):
    known = arrange(installed.url, confirming=2, checked=0, sent=2)
    waiting = installed.rows("SELECT count(*) FROM mailing_letter WHERE sent_at IS NULL")
    sink.is_holding = True
    with installed.running() as web, installed.running("python", "manage.py", "deliver") as worker:
        wait_until(lambda: is_healthy(web), web)
        answered, endless = (Upload(installed.port, known, number) for number in (0, 1))
        wait_until(lambda: sink.taken, worker)
        for each in (web, worker):
            each.terminate()
        started = time.monotonic()
        time.sleep(4)  # the web server has let go of its socket
        sink.is_holding = False
        answer = answered.finish()
        answered.close()
        for each in (worker, web):
            each.seconds_until_end()
        seconds = time.monotonic() - started
        endless.close()

    assert waiting[0][0] > 1
    assert answer.startswith(b"HTTP/1.1 201")
    stored = [reference for (reference,) in installed.rows("SELECT reference FROM upstream_intake")]
    assert known["documents"][0]["reference"] in stored
    assert known["documents"][1]["reference"] not in stored  # it had not arrived, and nobody was told that it had
    assert installed.rows("SELECT count(*) FROM mailing_letter WHERE sent_at IS NOT NULL") == [(len(sink.taken),)]
    assert installed.rows("SELECT count(*) FROM mailing_letter WHERE lease IS NOT NULL") == [(0,)]
    assert len(sink.taken) == 1
    assert seconds < BUSY_SECONDS


class Upload:
    """An application that the housing system sends, of which half has arrived."""

    def __init__(self, port, known, number):
        self.body = json.dumps(known["documents"][number]).encode()
        self.half = len(self.body) // 2
        own = {
            "Authorization": f"Bearer {known['token']}",
            "Content-Type": "application/json",
            "Content-Length": str(len(self.body)),
            "Idempotency-Key": f"upload-{number}",
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in {**HEADERS, **own}.items())
        self.connection = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.connection.sendall(f"POST /api/v1/applications HTTP/1.1\r\n{head}\r\n".encode() + self.body[: self.half])

    def finish(self):
        self.connection.sendall(self.body[self.half :])
        return self.connection.recv(65536)

    def close(self):
        self.connection.close()
