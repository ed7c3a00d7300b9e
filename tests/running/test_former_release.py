"""The former release goes on working while the present one migrates the database, and beside it afterwards."""

import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import psycopg
import pytest

from tests import former
from tests.conftest import must_not_skip
from tests.mailing import sink
from tests.postgres import binaries, cluster
from tests.running.visitors import Tally, Visitor, arrange, rounds, visiting
from tests.running.web import PATIENT, command, serving, variables

MOST = 1.0  # second for which a migration may keep anybody waiting
TIMEOUT = 120  # seconds
pytestmark = [
    pytest.mark.skipif(binaries() is None and not must_not_skip(), reason="PostgreSQL is not installed"),
    pytest.mark.skipif(not former.is_known(), reason="this checkout has no history: the former release is not in it"),
]
# As Django adds a column whose default is in Python only: the former code does not know that it has to be given.
BREAKING = """
    ALTER TABLE applications_confirmation ADD COLUMN reason varchar(20) DEFAULT '' NOT NULL;
    ALTER TABLE applications_confirmation ALTER COLUMN reason DROP DEFAULT;
"""


@dataclass
class Waits:
    """For how long, at most, a session waited for the lock of each table."""

    longest: Counter[str] = field(default_factory=Counter)


@contextmanager
def watching(url, waits):
    """Look again and again who waits for the lock of a table."""
    stop = threading.Event()

    def look():
        with psycopg.connect(url, autocommit=True) as connection:
            while not stop.wait(0.05):
                for table, seconds in connection.execute(
                    "SELECT relation::regclass::text, extract(epoch FROM clock_timestamp() - waitstart)"
                    " FROM pg_locks JOIN pg_stat_activity USING (pid)"
                    " WHERE locktype = 'relation' AND waitstart IS NOT NULL"
                ):
                    waits.longest[table] = max(waits.longest[table], float(seconds))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextmanager
def delivering(url, code, port, log):
    """Let a worker of that release deliver emails; in the end ask it to stop, which it does by itself."""
    with log.open("w") as lines:
        worker = subprocess.Popen(
            [sys.executable, "manage.py", "deliver"],
            cwd=code,
            env=variables(url, EMAIL_URL=f"smtp://127.0.0.1:{port}"),
            stdout=lines,
            stderr=lines,
        )
    try:
        yield
        worker.terminate()
        assert worker.wait(timeout=TIMEOUT) == 0, log.read_text()
    finally:
        worker.kill()
        worker.wait()


def wait_until_all_are_answered(tally, kinds=("front", "save step", "confirm", "status", "check", "events")):
    """Wait until each kind of request was answered once more, or one failed."""
    before, until = Counter(tally.answered), time.monotonic() + TIMEOUT
    while not tally.failed and any(tally.answered[kind] < before[kind] + 1 for kind in kinds):
        assert time.monotonic() < until, tally
        time.sleep(0.1)


def test_former_release_works_on_the_new_schema_and_beside_the_new_release(tmp_path):
    code, log = former.unpack(tmp_path / "former"), tmp_path / "deliver.log"
    old, new, waits, stop = Tally(), Tally(), Waits(), threading.Event()
    with cluster() as url, sink.running() as mail, ExitStack() as stack:
        command(url, "manage.py", "migrate", "-v0", code=code)
        known = arrange(url, confirming=60, checked=40, sent=100, code=code)
        server = stack.enter_context(serving(url, code=code, **PATIENT))
        stack.enter_context(delivering(url, code, mail.port, log))
        kinds = rounds(known)
        with visiting([(Visitor(server.port, old, stop=stop), kind) for kind in kinds], stop):
            wait_until_all_are_answered(old)
            with watching(url, waits):
                command(url, "manage.py", "migrate", "-v0")
            present = stack.enter_context(serving(url, **PATIENT))
            with visiting([(Visitor(present.port, new, stop=stop), kind) for kind in kinds], stop):
                wait_until_all_are_answered(old)
                wait_until_all_are_answered(new)
        until = time.monotonic() + TIMEOUT
        while len(mail.taken) <= len(known["people"]) and time.monotonic() < until:
            time.sleep(0.1)  # a busy machine has the invitations in hand until now

        assert (old.failed, new.failed) == ([], [])
        assert {table: seconds for table, seconds in waits.longest.items() if seconds > MOST} == {}
        for proof in ("verify_applications", "verify_records"):
            assert command(url, "manage.py", proof) == ""
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM mailing_letter WHERE failure <> ''").fetchone() == (0,)
            connection.execute(BREAKING)
        assert len(mail.taken) > len(known["people"])
        assert errors(code, log, server.log, present.log) == []
        fails_with_a_column_that_it_does_not_know(server, kinds)


def errors(code, *logs):
    """Return the errors in the logs."""
    lines = [line for log in logs for line in log.read_text().splitlines() if '"ERROR"' in line]
    if "RETURNING *" in (code / "core" / "leases.py").read_text():
        # Its prepared statements fail once there is another column, until the connection ends a minute later.
        lines = [line for line in lines if '"message": "NotSupportedError"' not in line]
    return lines


def fails_with_a_column_that_it_does_not_know(server, kinds):
    """The same visits notice it."""
    tally, stop = Tally(), threading.Event()
    confirm = next(kind for kind in kinds if kind.__name__ == "confirm")
    with visiting([(Visitor(server.port, tally, stop=stop), confirm)], stop):
        wait_until_all_are_answered(tally)
    assert "confirm " in tally.failed[0]
    assert " 500 " in tally.failed[0]
