"""A PostgreSQL of a scenario's own, reached by TCP on this machine, that can be stopped, paused and filled up."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

from tests import postgres
from tests.ports import free_port

PATIENCE = 60  # seconds


class Database:
    """A server with its data in a folder. It writes as in production: what it has acknowledged is on the disk."""

    def __init__(self, folder: Path, settings: dict[str, str] | None = None) -> None:
        programs = postgres.binaries()
        if programs is None:
            raise FileNotFoundError("The PostgreSQL server is not installed")
        self.folder, self.programs, self.settings = folder, programs, settings or {}
        self.data, self.port = folder / "data", free_port()
        self.owner = postgres._not_root(str(folder))
        self.server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://heka@127.0.0.1:{self.port}/heka"

    def make(self) -> None:
        """Make an empty cluster, and start it."""
        command = [self.programs / "initdb", "-D", self.data, "-U", "heka", "-A", "trust", "-E", "UTF8"]
        command += ["--locale=C.UTF-8", "--no-sync"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder, **self.owner)
        self.start()
        with psycopg.connect(self.url.rpartition("/")[0] + "/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE heka")

    def copy_of(self, other: "Database") -> None:
        """Take over the data of a server that was stopped."""
        subprocess.run(["cp", "-a", other.data, self.data], check=True)

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            **self.settings,
        }
        command = [self.programs / "postgres", "-D", self.data]
        command += [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("a") as log:
            self.server = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=self.folder, start_new_session=True, **self.owner
            )
        until = time.monotonic() + PATIENCE
        while not self.is_up():
            if self.server.poll() is not None or time.monotonic() > until:
                raise RuntimeError((self.folder / "log").read_text()[-2000:])
            time.sleep(0.02)

    def is_up(self) -> bool:
        url = self.url.rpartition("/")[0] + "/postgres"
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError as error:
            return "too many" in str(error) or "reserved" in str(error)
        return True

    def is_free(self) -> bool:
        """Tell whether three more sessions get a connection, as commands need them."""
        with ExitStack() as stack, suppress(psycopg.OperationalError):
            for _ in range(3):
                stack.enter_context(psycopg.connect(self.url, connect_timeout=2))
            return True
        return False

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server: SIGINT ends all sessions in order, SIGQUIT ends everything at once."""
        if self.server and self.server.poll() is None:
            self.server.send_signal(how)
            self.server.wait(timeout=PATIENCE)

    def signal_all(self, how: signal.Signals) -> None:
        """Send a signal to the server and to each of its processes: SIGSTOP makes it silent, SIGCONT ends that."""
        assert self.server
        for pid in [self.server.pid, *_children(self.server.pid)]:
            with suppress(ProcessLookupError):
                os.kill(pid, how)

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Let no process of the server do anything within the context. Connections to it stay open."""
        self.signal_all(signal.SIGSTOP)
        try:
            yield
        finally:
            self.signal_all(signal.SIGCONT)

    def execute(self, *statements: str) -> list[tuple[Any, ...]]:
        """Run statements, each its own transaction, and return the rows of the last one."""
        rows: list[tuple[Any, ...]] = []
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement)
                rows = cursor.fetchall() if cursor.description else []
        return rows

    def remove(self) -> None:
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
