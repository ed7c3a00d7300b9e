"""The operator's notices as pages show them. Each process keeps them for half a minute, to spare the database.

A change by the operator is therefore seen half a minute later at most. A notice still begins and ends on time.
"""

import logging
import threading
import time

from django.db import Error

from core.last_known import briefly
from counter.models import Notice

KNOWN_FOR_SECONDS = 30

log = logging.getLogger(__name__)


class NoticeCache:
    """The notices that have not ended, as this process last read them."""

    def __init__(self) -> None:
        self._notices: list[Notice] = []
        self._read_at: float | None = None
        self._reading = threading.Lock()

    def shown(self) -> list[Notice]:
        """Return the notices that are shown now, the latest first.

        No page fails without them, and only one page in half a minute waits for the database, for half a second at
        most. The known notices stay while the database is away, or another thread is reading.
        """
        if self._is_old() and self._reading.acquire(blocking=False):
            try:
                self._read()
            finally:
                self._reading.release()
        return [notice for notice in self._notices if notice.is_shown]

    def set(self, notices: list[Notice]) -> None:
        """Take these as the notices in the database, for the next half minute."""
        self._notices, self._read_at = notices, time.monotonic()

    def _is_old(self) -> bool:
        return self._read_at is None or time.monotonic() - self._read_at >= KNOWN_FOR_SECONDS

    def _read(self) -> None:
        try:
            self.set(briefly(lambda: list(Notice.objects.not_ended())))
        except Error:
            log.warning("notices could not be read", exc_info=True)
            self.set(self._notices)


BOARD = NoticeCache()
