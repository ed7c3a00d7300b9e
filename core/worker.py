"""The worker's loop: what is to be done again and again, beside the requests, by any number of processes.

What it does is named by the settings and by whoever runs it. A fault in one part keeps no other from being done.
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

from core.transactions import DATABASE_AWAY

T = TypeVar("T")

logger = logging.getLogger(__name__)

PAUSE = 0.5  # seconds between two rounds
MINUTE = 60  # seconds
DEEPEST = 5  # places that the log names of a fault


@dataclass
class Stop:
    """Whether to stop after the work in hand. A plain flag, for a signal may set it at any moment."""

    asked: bool = False


Work = Callable[[Stop, float], object]


def run_worker(work: Work, stop: Stop) -> None:
    """Do `work` and what settings.WORKER_EVERY_ROUND and WORKER_EVERY_MINUTE name, until told to stop.

    `work` gets the stop and when it is to leave off (seconds of the monotonic clock), for the next minute's work.
    What settings.WORKER_BESIDE names is run again and again in threads of its own, so that nothing waits for it.
    """
    beside = [
        threading.Thread(target=_repeat, args=(path, stop), name=path, daemon=True) for path in settings.WORKER_BESIDE
    ]
    for thread in beside:
        thread.start()
    _run_rounds(work, stop)
    for thread in beside:
        thread.join()


def run_worker_once(work: Work, stop: Stop) -> None:
    """Do `work`, and what settings.WORKER_BESIDE names, as far as it is due now."""
    work(stop, math.inf)
    for path in settings.WORKER_BESIDE:
        import_string(path)(stop)


def _run_rounds(work: Work, stop: Stop) -> None:
    next_minute = time.monotonic()
    while not stop.asked:
        close_old_connections()
        if time.monotonic() >= next_minute:
            next_minute = time.monotonic() + MINUTE
            for path in settings.WORKER_EVERY_MINUTE:
                _guarded(import_string(path))
        for path in settings.WORKER_EVERY_ROUND:
            _guarded(import_string(path))
        _guarded(work, stop, next_minute)
        if not stop.asked:
            time.sleep(PAUSE)


def _repeat(path: str, stop: Stop) -> None:
    while not stop.asked:
        close_old_connections()
        _guarded(import_string(path), stop)
        if not stop.asked:
            time.sleep(PAUSE)
    connections.close_all()


def _guarded(work: Callable[..., object], *arguments: Any) -> None:
    """Do some work; if it fails, log that and go on, for the worker has other work to do."""
    try:
        work(*arguments)
    except DATABASE_AWAY:
        logger.warning("the database is away")
        connections.close_all()
    except Exception as error:
        log_fault(logger, error)


def patiently(work: Callable[[], T], *, seconds: float) -> T:
    """Do some work and return its result, also when the database is away for a while: no longer than that."""
    until = time.monotonic() + seconds
    while True:
        try:
            return work()
        except DATABASE_AWAY:
            if time.monotonic() > until:
                raise
            connections.close_all()
            time.sleep(PAUSE)


def log_fault(logger: logging.Logger, error: Exception, *, message: str = "", **facts: Any) -> None:
    """Log where something failed. Not what the error says: it may repeat an address, a token, what people wrote."""
    places = [f"{place.filename}:{place.lineno}" for place in traceback.extract_tb(error.__traceback__)]
    name = type(error).__name__
    known = {"error": name, "outcome": "error", "where": " ".join(places[-DEEPEST:])}
    logger.error("%s", message or name, extra={**facts, **known})
