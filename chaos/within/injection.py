"""The n-th statement, COMMIT or step of a network call fails, as a real one does; all others are left alone.

What the server refuses is refused by the server: the statement is replaced by one that raises that very error, so the
transaction is as it would be. A lost connection is closed under the service.
"""

import contextlib
import socket
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection

LOST, ANSWER_LOST = "connection lost", "answer lost"
# What the server answers, by its SQLSTATE.
REFUSALS = {
    "statement timeout": "57014",
    "deadlock": "40P01",
    "serialization failure": "40001",
    "disk full": "53100",
    "read-only": "25006",
}
STATEMENT_KINDS = (LOST, ANSWER_LOST, *REFUSALS)
# A server that is read-only or too slow fails before COMMIT; a deadlock is found before it too.
COMMIT_KINDS = (LOST, ANSWER_LOST, "serialization failure", "disk full")
RETRIED = ("deadlock", "serialization failure")
RESET, TIMEOUT = "reset", "timeout"
NETWORK_KINDS = (RESET, TIMEOUT, ANSWER_LOST)
RAISE = "DO $$ BEGIN RAISE EXCEPTION 'on purpose' USING ERRCODE = '{}'; END $$"


@dataclass
class Injection:
    """What fails: the `number`-th, counted from 1. `seen` tells how many there were, and `hit` what failed."""

    kind: str
    number: int
    seen: int = 0
    hit: str = ""

    def is_now(self, what: str) -> bool:
        """Count one more, and tell whether it is the one that fails."""
        self.seen += 1
        if self.seen != self.number:
            return False
        self.hit = what
        return True


@contextmanager
def statement_fails(injection: Injection) -> Iterator[Injection]:
    """Let the n-th statement over the connection of this thread fail."""

    def wrap(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        if not injection.is_now(" ".join(sql.split())[:120]):
            return execute(sql, params, many, context)
        if injection.kind in REFUSALS:
            return execute(RAISE.format(REFUSALS[injection.kind]), None, False, context)  # noqa: FBT003
        if injection.kind == ANSWER_LOST:
            execute(sql, params, many, context)
        connection.connection.close()
        with connection.wrap_database_errors:
            raise psycopg.OperationalError("server closed the connection unexpectedly")

    with connection.execute_wrapper(wrap):
        yield injection


@contextmanager
def commit_fails(injection: Injection) -> Iterator[Injection]:
    """Let the n-th COMMIT of this thread fail: before it reaches the server, by its refusal, or after it was done."""
    commit = connection._commit

    def wrap() -> None:
        if connection.connection is None or not injection.is_now("COMMIT"):
            commit()
            return
        if injection.kind == ANSWER_LOST:
            commit()
        elif injection.kind in REFUSALS:
            connection.connection.rollback()
            with connection.wrap_database_errors:
                raise psycopg.errors.lookup(REFUSALS[injection.kind])("on purpose")
        connection.connection.close()
        with connection.wrap_database_errors:
            raise psycopg.OperationalError("server closed the connection unexpectedly")

    connection._commit = wrap
    try:
        yield injection
    finally:
        del connection._commit


class Network:
    """Lets the n-th step of any call fail that this process makes: connecting, sending, or hearing the answer.

    Only sockets that have called somebody are counted, so a server of the same process is not.
    """

    STEPS = ("connect", "sendall", "send", "recv", "recv_into")

    def __init__(self) -> None:
        self.injection: Injection | None = None
        self._callers: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._lock = threading.Lock()

    @contextmanager
    def watched(self) -> Iterator["Network"]:
        """Watch the sockets of this process."""
        with contextlib.ExitStack() as stack:
            for name in self.STEPS:
                own = getattr(socket.socket, name)
                setattr(socket.socket, name, self._wrapped(name, own))
                stack.callback(delattr, socket.socket, name)
            yield self

    @contextmanager
    def fails(self, injection: Injection) -> Iterator[Injection]:
        """Let the n-th step fail."""
        self.injection = injection
        try:
            yield injection
        finally:
            self.injection = None

    def _wrapped(self, name: str, own: Callable[..., Any]) -> Callable[..., Any]:
        network = self

        def step(self: socket.socket, *args: Any) -> Any:
            if name == "connect" and self.family == socket.AF_INET:
                network._callers.add(self)
            fails = network.injection
            if fails is None or self not in network._callers or not network._is_now(fails, name):
                return own(self, *args)
            if fails.kind == ANSWER_LOST and name != "connect":
                own(self, *args)
            with contextlib.suppress(OSError):
                self.shutdown(socket.SHUT_RDWR)
            raise TimeoutError("timed out") if fails.kind == TIMEOUT else ConnectionResetError("reset by peer")

        return step

    def _is_now(self, fails: Injection, name: str) -> bool:
        with self._lock:
            return fails.is_now(name)
