"""What every page shows of the database, and can show as it was last known while the database is away."""

import copy
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from django.db import OperationalError, connection

from core.postgresql import patience
from core.transactions import DATABASE_AWAY

T = TypeVar("T")

AGAIN_SECONDS = 5.0  # for which no page asks, after one has waited in vain


class _Silence:
    until = 0.0  # seconds of the monotonic clock


@contextmanager
def at_a_glance() -> Iterator[None]:
    """Wait half a second at most for all that is read within. Lets the errors of the database through."""
    try:
        with patience.at_most(patience.GLANCE_SECONDS):
            yield
    except DATABASE_AWAY:
        if not connection.in_atomic_block:  # a connection that was given up would fail what is read next
            connection.close()
        raise


def briefly(read: Callable[[], T]) -> T:
    """Return what is read, for which a page waits half a second at most. Raises the errors of the database.

    While the database is silent, one page in five seconds waits, and the others get an error at once.
    """
    started = time.monotonic()
    if started < _Silence.until:
        raise OperationalError("The database was silent a moment ago")
    try:
        with at_a_glance():
            return read()
    except DATABASE_AWAY:
        if time.monotonic() - started >= patience.GLANCE_SECONDS:
            _Silence.until = time.monotonic() + AGAIN_SECONDS
        raise


class LastKnown(Generic[T]):
    """Something that is read each time, and is what this process read last while the database is away."""

    def __init__(self, unknown: Callable[[], T]) -> None:
        """Take what makes it up for a process that could never read it."""
        self.known = unknown  # what was read last, without asking the database

    def now(self, read: Callable[[], T]) -> T:
        """Return what is read, or was read last. No page fails without the database."""
        try:
            found = briefly(read)
        except DATABASE_AWAY:
            return self.known()
        unused = copy.copy(found)  # without what a page makes of it, in its language
        self.known = lambda: copy.copy(unused)
        return found
