"""The operator's notices as pages show them: known to each process for half a minute, so that a page asks nothing.

What an operator changes is therefore seen at most half a minute later; a notice begins and ends on time all the same.
"""

import logging
import threading
import time

from django.db import Error

from counter.models import Notice

KNOWN_FOR = 30  # seconds

log = logging.getLogger(__name__)


class NoticeCache:
    """The notices that have not ended, as this process last read them."""

    def __init__(self) -> None:
        self._notices: list[Notice] = []
        self._read_at: float | None = None
        self._reading = threading.Lock()

    def shown(self) -> list[Notice]:
        """Return the notices whose time is now, the latest first.

        No page fails for want of them, and only one in half a minute waits for the database: while it is away, or
        another thread is reading, those that are known stay.
        """
        if self._is_old() and self._reading.acquire(blocking=False):
            try:
                self._read()
            finally:
                self._reading.release()
        return [notice for notice in self._notices if notice.is_shown]

    def set(self, notices: list[Notice]) -> None:
        """Take these for what the database holds, for the next half minute."""
        self._notices, self._read_at = notices, time.monotonic()

    def _is_old(self) -> bool:
        return self._read_at is None or time.monotonic() - self._read_at >= KNOWN_FOR

    def _read(self) -> None:
        try:
            self.set(list(Notice.objects.not_ended()))
        except Error:
            log.warning("notices could not be read", exc_info=True)
            self.set(self._notices)


BOARD = NoticeCache()
