"""Demos as processes of their own, each in a copy of what `make demo` needs."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE = 120  # seconds
PACKAGES = (
    "applications", "core", "counter", "demo", "docs", "heka_confirm", "identity", "locale", "mailing", "privacy",
    "records", "static", "templates", "upstream", "webroot",
)  # fmt: skip


def copy_to(folder):
    """Copy what the demo runs from, so that no demo of somebody at work is in the same folder; return the folder."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package)
    shutil.copy2(ROOT / "manage.py", folder)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


@contextlib.contextmanager
def demos(checkout, folder, port):
    """Give a function that starts the demo of a copy, with its data in a folder; what still runs is killed last."""

    def start(**different):
        environment = {
            **bare_environment(),
            "DEBUG": "true",
            "DEMO": "true",
            "LOG_FORMAT": "plain",
            "PUBLIC_URL": f"http://localhost:{port}",
            "DATABASE_URL": f"sqlite:///{folder}/var/demo.sqlite3",
            "IDENTITY_KEYS_FILE": f"{folder}/var/keys.json",
            **different,
        }
        # A session of its own: its group then holds every process that the demo has started.
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo"],
            cwd=checkout,
            env=environment,
            stdout=subprocess.PIPE,  # the log goes to pytest, who reads it while we wait: a pipe would fill up
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    started: list[subprocess.Popen[str]] = []
    try:
        yield start
    finally:
        for process in started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def bare_environment():
    """Return an environment that says nothing of an installation, as a new shell's."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}


def greeting(process) -> str:
    """Return the first line, which comes once the demo answers."""
    impatient = threading.Timer(PATIENCE, os.killpg, [process.pid, signal.SIGKILL])
    impatient.start()
    try:
        return process.stdout.readline() or pytest.fail("The demo ended without a word, or had none in time.")
    finally:
        impatient.cancel()
