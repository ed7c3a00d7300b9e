"""Django's PostgreSQL backend, for a server that may be silent.

A server that is down refuses at once. One that is silent (a paused machine, a firewall that forgot the connection)
says nothing, and the limits that a server keeps itself do not hold: so each wait for it ends on our side.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import psycopg
from django.db.backends.postgresql import base

REQUEST_SECONDS = 4.5  # for which one request waits for the database, in all


class Budget:
    """The seconds for which somebody may still wait for the database."""

    def __init__(self, seconds: float) -> None:
        self.left = seconds

    @contextmanager
    def spending(self) -> Iterator[float]:
        """Give what is left, and take off it what passes meanwhile. Raises OperationalError when nothing is left."""
        if self.left <= 0:
            raise psycopg.OperationalError("The time to wait for the database is used up")
        started = time.monotonic()
        try:
            yield self.left
        finally:
            self.left -= time.monotonic() - started


budget: ContextVar[Budget | None] = ContextVar("budget", default=None)


class PatientConnection(psycopg.Connection[Any]):
    """A connection that gives up on a silent server once the budget of the request is used up."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Run a generator of psycopg until it ends. Raises OperationalError after the time."""
        limits = budget.get()
        if limits is None:
            return super().wait(gen, interval, timeout)
        with limits.spending() as left:
            return super().wait(gen, interval, left if timeout is None else min(timeout, left))


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, without a new connection for whoever has no time left for the database."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a connection, of the pool where there is one. Raises OperationalError."""
        limits = budget.get()
        if limits is None:
            return super().get_new_connection(conn_params)
        with limits.spending():
            return super().get_new_connection(conn_params)
