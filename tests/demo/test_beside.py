"""Commands beside the running demo, in a shell where nothing is set."""

import fcntl
import json
import os
import signal
import subprocess
import sys

import pytest

from demo import beside
from heka_confirm.running_demo import join_running_demo
from tests.demo.demos import PATIENCE, bare_environment, greeting

KNOWN = {"DEBUG": "true", "DEMO": "true", "PUBLIC_URL": "http://localhost:8000"}
HELLO = "Beside the demo at http://localhost:{port}, with its settings and its database.\n"


def manage(checkout, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=checkout,
        env={**bare_environment(), **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.fixture
def file(tmp_path):
    """What a running demo has written down."""
    file = tmp_path / "running-demo.json"
    file.write_text(json.dumps(KNOWN))
    with file.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield file


def test_command_beside_the_demo_uses_its_database_and_its_settings(second_demo, checkout, port):
    process = second_demo()
    greeting(process)

    listed = manage(checkout, "webhooks", "list")
    made = manage(checkout, "api_client", "Another system")
    linked = manage(checkout, "link_staff", "neuvoja", "9d1e7c52")
    process.send_signal(signal.SIGTERM)
    process.wait(PATIENCE)
    afterwards = manage(checkout, "webhooks", "list")

    assert listed.stderr == made.stderr == HELLO.format(port=port)
    assert f"http://localhost:{port}/demo/housing-system/events  waiting 0" in listed.stdout
    assert made.stdout.startswith("heka_")
    assert linked.stdout == "neuvoja now comes in through the City's directory, without a password here\n"
    assert "SECRET_KEY" in afterwards.stderr
    assert not (checkout / "var" / "running-demo.json").exists()


def test_demo_that_was_killed_is_not_joined(second_demo, checkout):
    process = second_demo()
    greeting(process)
    process.kill()
    process.wait(PATIENCE)
    process.stdout.read()  # until its worker is gone too

    done = manage(checkout, "webhooks", "list")

    assert (checkout / "var" / "running-demo.json").exists()
    assert "Beside the demo" not in done.stderr
    assert "SECRET_KEY" in done.stderr


def test_shell_where_nothing_is_set_joins_the_running_demo(file):
    shell = {"HOME": "/root"}

    assert join_running_demo(shell, file=file) == "http://localhost:8000"
    assert shell == {"HOME": "/root", **KNOWN}


@pytest.mark.parametrize("suffix", ["", "_FILE"])
@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "DEBUG"])
@pytest.mark.parametrize("value", ["", "false", "something"])
def test_shell_that_names_an_installation_joins_nothing(file, name, suffix, value):
    shell = {f"{name}{suffix}": value}

    assert join_running_demo(shell, file=file) is None
    assert shell == {f"{name}{suffix}": value}


def test_what_is_set_in_the_shell_stays(file):
    shell = {"LOG_LEVEL": "DEBUG", "PUBLIC_URL": "http://localhost:9000"}

    assert join_running_demo(shell, file=file) == "http://localhost:9000"
    assert shell == {**KNOWN, "LOG_LEVEL": "DEBUG", "PUBLIC_URL": "http://localhost:9000"}


def test_nothing_is_joined_where_no_demo_runs(tmp_path):
    left_behind = tmp_path / "running-demo.json"
    left_behind.write_text(json.dumps(KNOWN))
    shell = {}

    assert join_running_demo(shell, file=left_behind) is None
    assert join_running_demo(shell, file=tmp_path / "missing.json") is None
    assert shell == {}


def test_demo_of_another_user_is_not_joined(file, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: file.stat().st_uid + 1)
    shell = {}

    assert join_running_demo(shell, file=file) is None
    assert shell == {}


def test_settings_are_for_their_owner_only_and_go_with_the_demo(tmp_path, monkeypatch):
    monkeypatch.setenv("LOG_FORMAT", "plain")
    monkeypatch.setenv("EMAIL_URL_FILE", "/run/secrets/email")
    monkeypatch.setenv("UNRELATED", "1")
    file = tmp_path / "var" / "running-demo.json"

    with beside.written_down(file):
        shell = {}
        join_running_demo(shell, file=file)
        mode = file.stat().st_mode & 0o777

    assert mode == 0o600
    assert (shell["LOG_FORMAT"], shell["EMAIL_URL_FILE"]) == ("plain", "/run/secrets/email")
    assert (shell["PUBLIC_URL"], shell["WEBHOOK_ALLOW_PRIVATE"]) == ("http://testserver", "true")
    assert "UNRELATED" not in shell
    assert list(file.parent.iterdir()) == []


def test_of_two_demos_in_one_folder_the_later_one_is_joined_and_each_takes_only_its_own_away(tmp_path, settings):
    file = tmp_path / "running-demo.json"
    with beside.written_down(file):
        settings.PUBLIC_URL = "http://localhost:8001"
        with beside.written_down(file):
            assert join_running_demo({}, file=file) == "http://localhost:8001"
        assert not file.exists()
        with beside.written_down(file):
            pass

    with beside.written_down(file):
        later = beside.written_down(file)
        later.__enter__()
    assert file.exists()
    later.__exit__(None, None, None)
    assert not file.exists()


def test_web_server_joins_no_demo(second_demo, checkout):
    greeting(second_demo())

    started = subprocess.run(
        [sys.executable, "-c", "import heka_confirm.wsgi"],
        cwd=checkout,
        env={**bare_environment(), "DJANGO_SETTINGS_MODULE": "heka_confirm.settings"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert started.returncode != 0
    assert "SECRET_KEY" in started.stderr
