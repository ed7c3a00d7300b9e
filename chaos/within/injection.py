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

LOST, ANSWER_LOST, DEADLOCK = "connection lost", "answer lost", "deadlock"
# What the server answers, by its SQLSTATE.
REFUSALS = {
    "statement timeout": "57014",
    DEADLOCK: "40P01",
    "serialization failure": "40001",
    "disk full": "53100",
    "read-only": "25006",
}
STATEMENT_KINDS = (LOST, ANSWER_LOST, *REFUSALS)
# A server that is read-only or too slow fails before COMMIT; a deadlock is found before it too.
COMMIT_KINDS = (LOST, ANSWER_LOST, "serialization failure", "disk full")
RETRIED = (DEADLOCK, "serialization failure")
RESET, TIMEOUT = "reset", "timeout"
CALL_KINDS = (RESET, TIMEOUT, ANSWER_LOST)
STEPS = ("connect", "sendall", "send", "recv", "recv_into")
RAISE = "DO $$ BEGIN RAISE EXCEPTION 'on purpose' USING ERRCODE = '{}'; END $$"


@dataclass
class Injection:
    """What fails: the `number`-th, counted from 1. `seen` tells how many there were, and `hit` what failed.

    `is_in_transaction` tells whether it failed in a transaction, where others may hold what it waits for.
    """

    kind: str
    number: int
    seen: int = 0
    hit: str = ""
    is_in_transaction: bool = False

    def is_now(self, what: str) -> bool:
        """Count one more, and tell whether it is the one that fails."""
        self.seen += 1
        if self.seen != self.number:
            return False
        self.hit, self.is_in_transaction = what, connection.in_atomic_block
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
    commit, last = connection._commit, [""]

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        last[0] = sql
        return execute(sql, *rest)

    def wrap() -> None:
        if connection.connection is None or not injection.is_now(f"COMMIT after {last[0][:100]}"):
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
        with connection.execute_wrapper(note):
            yield injection
    finally:
        del connection._commit


@contextmanager
def call_fails(injection: Injection) -> Iterator[Injection]:
    """Let the n-th step of any call fail that this process makes: connecting, sending, or hearing the answer.

    Only sockets that have called somebody meanwhile are counted, so a server of the same process is not.
    """
    callers: weakref.WeakSet[socket.socket] = weakref.WeakSet()
    lock = threading.Lock()  # calls are made in threads of their own

    def wrapped(name: str, own: Callable[..., Any]) -> Callable[..., Any]:
        def step(self: socket.socket, *arguments: Any) -> Any:
            if name == "connect" and self.family == socket.AF_INET:
                callers.add(self)
            with lock:
                is_now = self in callers and injection.is_now(name)
            if not is_now:
                return own(self, *arguments)
            if injection.kind == ANSWER_LOST and name != "connect":
                own(self, *arguments)
            with contextlib.suppress(OSError):
                self.shutdown(socket.SHUT_RDWR)
            raise TimeoutError("timed out") if injection.kind == TIMEOUT else ConnectionResetError("reset by peer")

        return step

    with contextlib.ExitStack() as stack:
        for name in STEPS:
            setattr(socket.socket, name, wrapped(name, getattr(socket.socket, name)))
            stack.callback(delattr, socket.socket, name)
        yield injection
