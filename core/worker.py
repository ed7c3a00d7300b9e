"""The worker's loop: work that is repeated beside the requests, by any number of processes.

The settings and the caller name the work. A fault in one part does not keep the others from being done.
"""

import logging
import math
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings
from django.db import close_old_connections, connections
from django.utils.module_loading import import_string

from core import alive
from core.postgresql import patience
from core.transactions import DATABASE_AWAY

T = TypeVar("T")

logger = logging.getLogger(__name__)

SILENCE_SECONDS = 30.0  # for which the database may leave one statement unanswered
PAUSE_SECONDS = 0.5  # between two rounds
ROUND_SECONDS = 5.0  # at most, so that much work does not keep what is done in every round waiting
MINUTE_SECONDS = 60
LOGGED_PLACES = 5  # the deepest lines of a traceback


@dataclass
class Stop:
    """Whether to stop after the work in hand. A plain flag, because a signal may set it at any moment."""

    asked: bool = False


Work = Callable[[Stop, float], object]


def run_worker(work: Work, stop: Stop) -> None:
    """Do `work` and what settings.WORKER_EVERY_ROUND and WORKER_EVERY_MINUTE name, until told to stop.

    `work` gets the stop, and the time at which the next round is due (seconds of the monotonic clock): it returns by
    then. What WORKER_EVERY_MINUTE names and has more to do returns True, and goes on in the next round, after `work`.
    What settings.WORKER_BESIDE names runs repeatedly in threads of its own, so nothing waits for it.
    """
    patience.limit_process(SILENCE_SECONDS)
    beside = [
        threading.Thread(target=_repeat, args=(path, stop), name=path, daemon=True) for path in settings.WORKER_BESIDE
    ]
    for thread in beside:
        thread.start()
    next_minute, unfinished = time.monotonic(), list[str]()
    while not stop.asked:
        alive.show_life()
        close_old_connections()
        if time.monotonic() >= next_minute:
            next_minute = time.monotonic() + MINUTE_SECONDS
            unfinished = settings.WORKER_EVERY_MINUTE
        unfinished = [path for path in unfinished if _guarded(import_string(path)) is True]
        for path in settings.WORKER_EVERY_ROUND:
            _guarded(import_string(path))
        next_round = min(next_minute, time.monotonic() + ROUND_SECONDS)
        _guarded(work, stop, next_round)
        if not stop.asked and not unfinished and time.monotonic() < next_round:  # otherwise there is more to do
            time.sleep(PAUSE_SECONDS)
    for thread in beside:
        thread.join()


def run_worker_once(work: Work, stop: Stop) -> None:
    """Do what is due now of `work` and of what settings.WORKER_BESIDE names."""
    work(stop, math.inf)
    for path in settings.WORKER_BESIDE:
        import_string(path)(stop)


def _repeat(path: str, stop: Stop) -> None:
    while not stop.asked:
        close_old_connections()
        _guarded(import_string(path), stop)
        if not stop.asked:
            time.sleep(PAUSE_SECONDS)
    connections.close_all()


def _guarded(work: Callable[..., object], *arguments: Any) -> object:
    """Do some work and return its result. If it fails, log that and return None: the worker has other work to do."""
    try:
        return work(*arguments)
    except DATABASE_AWAY:
        logger.warning("the database is away")
        connections.close_all()
    except Exception as error:
        log_fault(logger, error)
    return None


def patiently(work: Callable[[], T], *, seconds: float) -> T:
    """Do some work and return its result. While the database is away, try again for so many seconds.

    Raises what the work raised last.
    """
    until = time.monotonic() + seconds
    while True:
        try:
            return work()
        except DATABASE_AWAY:
            if time.monotonic() > until:
                raise
            connections.close_all()
            time.sleep(PAUSE_SECONDS)


def log_fault(logger: logging.Logger, error: Exception, *, message: str = "", **facts: Any) -> None:
    """Log where something failed, and not what the error says.

    Its text may repeat an address, a token or what people wrote.
    """
    places = [f"{place.filename}:{place.lineno}" for place in traceback.extract_tb(error.__traceback__)]
    name = type(error).__name__
    known = {"error": name, "outcome": "error", "where": " ".join(places[-LOGGED_PLACES:])}
    logger.error("%s", message or name, extra={**facts, **known})
