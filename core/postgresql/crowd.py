"""The threads of this process that have a database connection, and those that wait for their turn.

While the database answers, all may wait. Once it has fallen silent, no more than MOST: the others are refused at once,
so that threads are left for the pages that need no database, for sign-ins that wait for a broker, and for /healthz. An
orchestrator that gets no answer from /healthz kills a sound server.
"""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

MOST = 40  # of the 64 threads of a worker (gunicorn.conf.py); brokers may have 16
# The database is silent when for so many slices no answer has come, and all who have a connection wait for one.
# Slices, because a process that was itself not let run has missed only one of them.
SLICE_SECONDS = 0.02
SILENT_SLICES = 3
FIRST_SLICES = 25  # while nobody has a connection: to make one takes longer
WAIT_SECONDS = 0.1  # between two looks of whoever may wait


class Crowded(psycopg.OperationalError):
    """So many threads wait for the database that this one must not, or has for too long."""


class Crowd:
    """Who has one of the places, who waits for one, and whether the database answers."""

    def __init__(self, places: int, most: int = MOST) -> None:
        self._places, self._most = places, most
        self._lock = threading.Lock()
        self._inside = 0  # who have a place
        self._turns: deque[threading.Event] = deque()  # of those who wait, the first come first
        self._holding = 0  # who have a connection
        self._asking = 0  # who wait for an answer
        self.answers = 0
        self.is_silent = False

    def enter(self, *, until: float, silence: float) -> None:
        """Take a place, when it is this thread's turn.

        Raises Crowded when it has none by a time of the monotonic clock, when the database has been silent for so
        many seconds, and at once when it is silent and enough others wait.
        """
        with self._lock:
            if self._inside < self._places:
                self._inside += 1
                return
            turn = threading.Event()
            self._turns.append(turn)
        try:
            self._wait(turn, until, silence)
        except BaseException:
            with self._lock:
                if turn in self._turns:
                    self._turns.remove(turn)
                else:  # it came just now
                    self._pass_on()
            raise

    @property
    def waiting(self) -> int:
        """How many threads wait for their turn."""
        return len(self._turns)

    def leave(self) -> None:
        """Give the place to whoever has waited longest."""
        with self._lock:
            self._pass_on()

    def hold(self, change: int) -> None:
        """Count one more (1) or one less (-1) of those that have a connection."""
        with self._lock:
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
        with self._lock:
            self._asking += change
            if answered:
                self.answers += 1
                self.is_silent = False

    def _pass_on(self) -> None:
        if self._turns:
            self._turns.popleft().set()
        else:
            self._inside -= 1

    def _wait(self, turn: threading.Event, until: float, silence: float) -> None:
        quiet, known, since = 0, self.answers, time.monotonic()
        while True:
            may_wait = self._may_wait(turn)
            if self.is_silent and not may_wait:
                raise Crowded("The database is silent, and enough requests wait for it")
            if turn.wait(WAIT_SECONDS if may_wait else SLICE_SECONDS):
                return
            now = time.monotonic()
            if self.answers != known:
                quiet, known, since = 0, self.answers, now
            if now > until or now - since > silence:
                raise Crowded("No turn in time")
            quiet = 0 if may_wait or self._asking < self._holding else quiet + 1  # others may be busy themselves
            if quiet >= (SILENT_SLICES if self._asking else FIRST_SLICES):
                self.is_silent = True

    def _may_wait(self, turn: threading.Event) -> bool:
        with self._lock:
            return turn not in self._turns or self._inside + self._turns.index(turn) < self._most
