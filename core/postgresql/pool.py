"""The connections of a web worker: bounded, given back after each request, and never waited for in silence."""

import math
import select
import time
from contextlib import nullcontext
from typing import Any

import psycopg
from django.conf import settings
from psycopg.errors import _WaitTimeout
from psycopg_pool import ConnectionPool

from core.postgresql import patience, pooled
from core.postgresql.crowd import Crowd

# A connection that a firewall has forgotten is left, and another one is made, before the request gives up.
CHECK_SECONDS = 1.0
JUST_NOW_SECONDS = 1.0  # for so long an answer tells that a connection lives, if its server has not ended it since


class PatientConnection(psycopg.Connection[Any]):
    """A connection that gives up a server that does not answer within the seconds of a request, or of the process.

    No setting of psycopg or of the server does that: the kernel of a paused machine answers for it. A connection that
    was given up is of no use any more, and the pool makes another.
    """

    answered_at = -math.inf  # by the monotonic clock

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Run a generator of psycopg until it ends. Raises OperationalError when no answer has come in time."""
        left = patience.seconds_left()
        if timeout is None and left is not None:
            timeout = max(left, patience.LEAST_SECONDS)
        pool = getattr(self, "_pool", None)
        with patience.charged(), pool.crowd.asking() if pool else nullcontext():
            try:
                answer = super().wait(gen, interval, timeout)
            except _WaitTimeout:
                if settings.DATABASE_POOLED:
                    pooled.end_statement(self)
                raise
        self.answered_at = time.monotonic()
        return answer

    def has_answered_just_now(self) -> bool:
        """Tell whether it has, and nothing came since: a server that ends a connection says so."""
        if time.monotonic() - self.answered_at > JUST_NOW_SECONDS:
            return False
        line = select.poll()
        line.register(self.fileno(), select.POLLIN)
        return not line.poll(0)


class Pool(ConnectionPool[PatientConnection]):
    """psycopg's pool, which lends connections within the seconds of a request, in turn, to a bounded crowd."""

    def __init__(self, **options: Any) -> None:
        super().__init__(connection_class=PatientConnection, check=self.check_connection, **options)
        self.crowd = Crowd(self.max_size)
        self.refused = 0  # how often a request got no connection
        patience.limit_process(patience.REQUEST_SECONDS)  # its own threads, which serve no request

    def getconn(self, timeout: float | None = None) -> PatientConnection:
        """Lend a connection that has answered just now. Raises OperationalError.

        To wait for one's turn costs a request nothing while the database answers others.
        """
        until = time.monotonic() + (self.timeout if timeout is None else timeout)
        silence, answers = _seconds_left(), self.crowd.answers
        try:
            with patience.charged(is_free=lambda: self.crowd.answers != answers):
                self.crowd.enter(until=until, silence=silence)
            try:
                with patience.charged():
                    connection = super().getconn(max(0.0, min(until - time.monotonic(), _seconds_left())))
            except BaseException:
                self.crowd.leave()
                raise
        except psycopg.OperationalError:
            self.refused += 1
            raise
        self.crowd.hold(1)
        return connection

    def putconn(self, conn: PatientConnection) -> None:
        """Take a connection back."""
        try:
            super().putconn(conn)
        finally:
            self.crowd.hold(-1)
            self.crowd.leave()

    @staticmethod
    def check_connection(conn: PatientConnection) -> None:
        """Ask a connection that has not answered just now whether it lives, for a second at most.

        Raises OperationalError.
        """
        if conn.has_answered_just_now():
            return
        with patience.at_most(CHECK_SECONDS):
            ConnectionPool.check_connection(conn)


def _seconds_left() -> float:
    left = patience.seconds_left()
    return math.inf if left is None else left
