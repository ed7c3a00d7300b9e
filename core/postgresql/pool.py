"""The connections of a web worker: bounded, given back after each request, and never waited for in silence."""

from contextlib import nullcontext
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool

from core.postgresql import patience
from core.postgresql.crowd import Crowd

# A connection that a firewall has forgotten is left, and another one is made, before the request gives up.
CHECK_SECONDS = 1.0


class PatientConnection(psycopg.Connection[Any]):
    """A connection that gives up a server that does not answer within the seconds of a request, or of the process.

    No setting of psycopg or of the server does that: the kernel of a paused machine answers for it. A connection that
    was given up is of no use any more, and the pool makes another.
    """

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Run a generator of psycopg until it ends. Raises OperationalError when no answer has come in time."""
        left = patience.seconds_left()
        if timeout is None and left is not None:
            timeout = max(left, patience.LEAST_SECONDS)
        pool = getattr(self, "_pool", None)
        with patience.charged(), pool.crowd.asking() if pool else nullcontext():
            return super().wait(gen, interval, timeout)


class Pool(ConnectionPool[PatientConnection]):
    """psycopg's pool, which lends connections within the seconds of a request, to a bounded number of threads."""

    def __init__(self, **options: Any) -> None:
        super().__init__(connection_class=PatientConnection, check=_check, **options)
        self.crowd = Crowd()
        patience.limit_process(patience.REQUEST_SECONDS)  # its own threads, which serve no request

    def getconn(self, timeout: float | None = None) -> PatientConnection:
        """Lend a connection that has answered just now. Raises OperationalError."""
        with patience.charged():
            self.crowd.enter(self._within(timeout))
            try:
                connection = super().getconn(self._within(timeout))
            except BaseException:
                self.crowd.leave()
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

    def _within(self, timeout: float | None) -> float:
        """Return the seconds for which this thread may wait, 0 when nothing is left of its request."""
        longest = self.timeout if timeout is None else timeout
        left = patience.seconds_left()
        return longest if left is None else max(0.0, min(longest, left))


def _check(connection: PatientConnection) -> None:
    with patience.at_most(CHECK_SECONDS):
        Pool.check_connection(connection)
