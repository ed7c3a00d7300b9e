"""By which others see that a worker lives, and how long its rounds take (docs/monitoring.md).

A worker is asked by nobody. So each writes a row every few seconds, and takes it away when it is stopped. The row of
one that was killed, or hangs, stays for an hour.
"""

import datetime as dt
import math
import os
import platform
import time
from contextlib import suppress

from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone

from core.transactions import DATABASE_AWAY
from mailing.models import WorkerHeartbeat

BEAT_SECONDS = 10.0
FORGOTTEN_AFTER = dt.timedelta(hours=1)
LONGEST_NAME = 100  # characters
WRITTEN_ANEW = ["started_at", "seen_at", "round_seconds", "version"]


class Heart:
    """The heart of one worker."""

    def __init__(self, name: str) -> None:
        self.name = name[-LONGEST_NAME:]
        self._started_at = timezone.now()
        self._written, self._round_began, self._longest = -math.inf, time.monotonic(), 0.0

    def beat(self) -> None:
        """Begin a round. Write the row, if its time has come, and remove those of workers that are long gone.

        Raises the errors of the database, and tries again in BEAT_SECONDS.
        """
        now = time.monotonic()
        self._longest, self._round_began = max(self._longest, now - self._round_began), now
        if now < self._written + BEAT_SECONDS:
            return
        self._written = now
        row = WorkerHeartbeat(
            name=self.name,
            started_at=self._started_at,
            seen_at=Now(),
            round_seconds=self._longest,
            version=settings.RELEASE["packageVersion"][:LONGEST_NAME],
        )
        WorkerHeartbeat.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["name"], update_fields=WRITTEN_ANEW
        )
        WorkerHeartbeat.objects.filter(seen_at__lt=Now() - FORGOTTEN_AFTER).delete()
        self._longest = 0.0

    def end(self) -> None:
        """Take the row away: the worker was told to stop."""
        with suppress(*DATABASE_AWAY):  # then it goes as those of killed workers do
            WorkerHeartbeat.objects.filter(name=self.name).delete()


own = Heart(f"{platform.node()}:{os.getpid()}")


def beat() -> None:
    """Begin a round of this process's worker (settings.WORKER_EVERY_ROUND)."""
    own.beat()
