"""How many threads of this process may hold a database connection, or wait for one.

While the database answers, all of them. Once it has fallen silent, no more than MOST: the others are refused at
once, so that threads are left for the pages that need no database, for sign-ins that wait for a broker, and for
/healthz. An orchestrator that gets no answer from /healthz kills a sound server.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

MOST = 40  # of the 64 threads of a worker (gunicorn.conf.py); brokers may have 16
SLICE_SECONDS = 0.02
# The database is silent when for so many slices no answer has come, and all who have a connection wait for one.
# Slices, because a process that was itself not let run has missed only one of them.
SILENT_SLICES = 3
FIRST_SLICES = 25  # while nobody has a connection: to make one takes longer


class Crowded(psycopg.OperationalError):
    """So many threads wait for the database that this one must not."""


class Crowd:
    """The threads that hold a connection or wait for one, and whether the database answers them."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._changed = threading.Condition()
        self._inside = 0
        self._holding = 0  # of them, those that have a connection
        self._asking = 0  # of them, those that wait for an answer
        self.answers = 0
        self.is_silent = False

    def enter(self, until: float) -> None:
        """Count this thread in, before it waits for a connection.

        While as many are in as may be, wait for one to leave. Raises Crowded if the database is silent, or none has
        left by that time of the monotonic clock.
        """
        with self._changed:
            if self._inside >= self._most:
                self._wait_for_place(until)
            self._inside += 1

    def leave(self) -> None:
        """Count this thread out: it has no connection, and waits for none."""
        with self._changed:
            self._inside -= 1
            self._changed.notify()

    def hold(self, change: int) -> None:
        """Count one more (1) or one less (-1) of those that have a connection."""
        with self._changed:
            self._holding += change

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Count this thread among those that wait for an answer, and learn whether it came."""
        self._count_asking(1)
        try:
            yield
        except psycopg.Error as error:
            self._count_asking(-1, answered=error.sqlstate is not None)
            raise
        except BaseException:
            self._count_asking(-1)
            raise
        self._count_asking(-1, answered=True)

    def _count_asking(self, change: int, *, answered: bool = False) -> None:
        with self._changed:
            self._asking += change
            if answered:
                self.answers += 1
                self.is_silent = False

    def _wait_for_place(self, until: float) -> None:
        quiet, known = 0, self.answers
        while self._inside >= self._most:
            if self.is_silent or time.monotonic() > until:
                raise Crowded("Enough requests wait for the database")
            self._changed.wait(SLICE_SECONDS)
            if self.answers != known or self._asking < self._holding:  # it answers, or those who hold it are busy
                quiet, known = 0, self.answers
                continue
            quiet += 1
            self.is_silent = quiet >= (SILENT_SLICES if self._asking else FIRST_SLICES)
