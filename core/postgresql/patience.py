"""How long this process waits for a database that does not answer.

A paused machine and a firewall that has forgotten a connection say nothing, for a quarter of an hour by the defaults
of Linux. So each request has some seconds for all its waiting together; what waits outside requests has them for each
answer. When they are used up, the next use of the database is an OperationalError, and the person reads that the
service is not working.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar

REQUEST_SECONDS = 4.5  # for all waiting of one request: its 503 page is there within 6 s
GLANCE_SECONDS = 0.5  # for what a page can do without
BRIEF_SECONDS = 0.1  # an answer that comes so soon costs nothing: many statements are not a silent database
LEAST_SECONDS = 0.1  # for each answer also when nothing is left, as for the ROLLBACK


class Budget:
    """The seconds that somebody may still wait."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds
        self._waits_since: float | None = None

    def left(self) -> float:
        """Return the seconds that are left, now; 0 or less when they are used up."""
        return self._left - (time.monotonic() - self._waits_since if self._waits_since else 0)

    @contextmanager
    def charged(self, is_free: Callable[[], bool]) -> Iterator[None]:
        """Take what is waited within, if it is not brief, and not free in the end."""
        if self._waits_since:  # it is part of a longer wait
            yield
            return
        self._waits_since = time.monotonic()
        try:
            yield
        finally:
            waited, self._waits_since = time.monotonic() - self._waits_since, None
            if waited > BRIEF_SECONDS and not is_free():
                self._left -= waited


_budget: ContextVar[Budget | None] = ContextVar("seconds to wait for the database", default=None)
_outside: float | None = None  # seconds for each answer outside requests; None is no limit


def limit_process(seconds: float) -> None:
    """Wait at most so long for each answer, wherever this process serves no request."""
    global _outside  # of the process, as its threads have no context in common
    _outside = seconds


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Wait at most so long for all that is done within, and no longer than whoever is around it may."""
    left = seconds_left()
    token = _budget.set(Budget(seconds if left is None else min(seconds, left)))
    try:
        yield
    finally:
        _budget.reset(token)


def seconds_left() -> float | None:
    """Return how long this thread may wait for the next answer; None is no limit, 0 or less that nothing is left."""
    budget = _budget.get()
    return budget.left() if budget else _outside


def charged(is_free: Callable[[], bool] = lambda: False) -> AbstractContextManager[None]:
    """Take from the seconds of this thread what is waited within, if it is not brief, and not free in the end."""
    budget = _budget.get()
    return budget.charged(is_free) if budget else nullcontext()
