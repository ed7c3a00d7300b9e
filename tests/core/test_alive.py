import os
import time

import pytest

from core import alive
from tests import servers
from tests.ports import free_port

GUNICORN = ["/app/.venv/bin/python", "/app/.venv/bin/gunicorn"]
WORKER = ["python", "manage.py", "deliver"]


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKER_ALIVE_FILE", str(tmp_path / "worker"))
    return tmp_path / "worker"


@pytest.fixture
def served(monkeypatch):
    """A web server on this machine, which answers with the status that stands in the list."""
    statuses = []

    class Handler(servers.Handler):
        def do_GET(self):
            self.answer(statuses[-1] if self.path == "/healthz" else 404)

    with servers.running(servers.Server(Handler)) as server:
        monkeypatch.setenv("PORT", str(server.server_port))
        yield statuses


@pytest.mark.parametrize(("status", "expected"), [(200, True), (500, False)])
def test_web_server_is_alive_while_it_answers(served, status, expected):
    served.append(status)

    assert alive.is_alive(GUNICORN) is expected


def test_web_server_that_takes_no_connection_is_not_alive(monkeypatch):
    monkeypatch.setenv("PORT", str(free_port()))

    assert not alive.is_alive(GUNICORN)


def test_worker_is_alive_for_as_long_as_its_rounds_go_on(file):
    assert not alive.is_alive(WORKER)

    alive.show_life()
    assert alive.is_alive(WORKER)

    long_ago = time.time() - alive.MOST_SECONDS_OF_ROUND - 1
    os.utime(file, (long_ago, long_ago))
    assert not alive.is_alive(WORKER)


@pytest.mark.parametrize("command", ["migrate", "check --deploy", "deliver --once", "purge"])
def test_command_that_ends_by_itself_is_alive_until_then(file, command):
    assert alive.is_alive(["python", "manage.py", *command.split()])


def test_worker_outside_of_a_container_leaves_no_file_and_one_that_cannot_be_written_is_no_fault(
    tmp_path, monkeypatch
):
    monkeypatch.delenv("WORKER_ALIVE_FILE", raising=False)
    alive.show_life()
    monkeypatch.setenv("WORKER_ALIVE_FILE", str(tmp_path / "missing" / "worker"))
    alive.show_life()

    assert list(tmp_path.iterdir()) == []
