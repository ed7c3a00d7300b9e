import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings as project
from django.db import connection
from django.test import override_settings

from tests.mailing import sink as sinks

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="package", autouse=True)
def _only_the_letters_of_these_tests():
    """Once for all of them: Django forgets every template that it has read when where they are changes."""
    [templates] = project.TEMPLATES
    with override_settings(
        TEMPLATES=[{**templates, "DIRS": [*templates["DIRS"], Path(__file__).parent / "templates"]}],
        MAILING_CONTEXT={},
        WORKER_EVERY_ROUND=[],
        WORKER_EVERY_MINUTE=[],
        WORKER_BESIDE=[],
    ):
        yield


@pytest.fixture
def sink():
    with sinks.running() as sink:
        yield sink


@pytest.fixture
def by_smtp(sink, settings):
    """Send to the sink from within the test."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", sink.port, 15
    return sink


@pytest.fixture
def environment(sink):
    """Return the environment of worker processes that use the database of this test and send to the sink."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.mailing.worker_settings",
        "DATABASE_URL": database_url(),
        "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}",
        "EMAIL_TIMEOUT": "15",
        "TEST_LEASE": "60",
    }


def database_url():
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    return f"postgresql://{found['USER']}@{quote(found['HOST'], safe='')}/{found['NAME']}"


class Workers:
    """Worker processes that can be started and killed in no time."""

    def __init__(self, environment):
        self.alive = []
        self.nursery = subprocess.Popen(
            [sys.executable, "-m", "tests.mailing.nursery"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    def start(self, count=1):
        for _ in range(count):
            self.nursery.stdin.write("\n")
            self.nursery.stdin.flush()
            self.alive.append(int(self.nursery.stdout.readline()))

    def kill(self, pid):
        self.alive.remove(pid)
        os.kill(pid, signal.SIGKILL)

    def end(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.nursery.pid, signal.SIGKILL)
        self.nursery.communicate()


@pytest.fixture
def workers(environment):
    """Return a function that gives worker processes with a lease of so many seconds."""
    started = []

    def nursery(*, lease):
        started.append(Workers({**environment, "TEST_LEASE": str(lease)}))
        return started[-1]

    yield nursery
    for each in started:
        each.end()
