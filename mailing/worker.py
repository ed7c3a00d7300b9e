"""The worker: takes one letter at a time, sends it outside any transaction, and records what became of it.

Any number of workers may run, on any number of machines. One that is killed leaves at most one letter to be
sent twice, with the same Message-ID, and none unsent.
"""

import logging
import math
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from django.conf import settings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import InterfaceError, InternalError, OperationalError, close_old_connections, connections
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from mailing import leases, letters, retries, sending
from mailing.enums import Failure
from mailing.models import Letter

T = TypeVar("T")

logger = logging.getLogger("mailing")

PAUSE = 0.5  # seconds between two looks for letters
BATCH = 50  # letters over one connection; many mail servers allow a hundred
MINUTE = 60  # seconds
STEPS = 4  # how often sending waits for the mail server: MAIL, RCPT, DATA, and the text
DEEPEST = 5  # places that the log names of a fault
DATABASE_GONE = (OperationalError, InterfaceError, InternalError)


@dataclass
class Stop:
    """Whether to stop after the letter in hand. A plain flag, for a signal may set it at any moment."""

    asked: bool = False


def run(stop: Stop) -> None:
    """Deliver what is due, and run settings.WORKER_EVERY_ROUND and WORKER_EVERY_MINUTE, until told to stop.

    What settings.WORKER_BESIDE names is run again and again in threads of its own, so that no letter waits for it.
    """
    beside = [
        threading.Thread(target=_repeat, args=(path, stop), name=path, daemon=True) for path in settings.WORKER_BESIDE
    ]
    for thread in beside:
        thread.start()
    _run(stop)
    for thread in beside:
        thread.join()


def _run(stop: Stop) -> None:
    next_minute = time.monotonic()
    while not stop.asked:
        close_old_connections()
        if time.monotonic() >= next_minute:
            next_minute = time.monotonic() + MINUTE
            for path in settings.WORKER_EVERY_MINUTE:
                _guarded(import_string(path))
        for path in settings.WORKER_EVERY_ROUND:
            _guarded(import_string(path))
        _guarded(deliver_due, stop, next_minute)
        if not stop.asked:
            time.sleep(PAUSE)


def run_once(stop: Stop) -> None:
    """Deliver what is due now, letters and what settings.WORKER_BESIDE names."""
    deliver_due(stop)
    for path in settings.WORKER_BESIDE:
        import_string(path)(stop)


def _repeat(path: str, stop: Stop) -> None:
    while not stop.asked:
        close_old_connections()
        _guarded(import_string(path), stop)
        if not stop.asked:
            time.sleep(PAUSE)
    connections.close_all()


def deliver_due(stop: Stop | None = None, until: float = math.inf) -> int:
    """Try every letter that is due now, and return how many were tried.

    No letter is begun once a stop is asked, or after `until` (seconds of the monotonic clock).
    """
    stop, tried = stop or Stop(), 0
    while Letter.objects.due().exists():
        with closing(_Connection()) as connection:
            for _ in range(BATCH):
                is_over = stop.asked or time.monotonic() >= until
                letter = None if is_over else leases.claim()
                if letter is None:
                    return tried
                tried += 1
                if not deliver(letter, connection.backend):
                    break  # the connection may be in any state
    return tried


def deliver(letter: Letter, backend: BaseEmailBackend) -> bool:
    """Send a letter that we hold and record what became of it; tell whether the connection is still good."""
    started = time.monotonic()
    changes, outcome = _try(letter, backend)
    if not patiently(partial(leases.finish, letter, **changes), seconds=settings.MAILING_LEASE):
        outcome = "late"
    level = logging.WARNING if "dead_at" in changes else logging.INFO
    facts = {
        "letter": letter.pk,
        "outcome": outcome,
        "attempt": letter.attempts,
        "ms": round((time.monotonic() - started) * 1000),
    }
    logger.log(level, "letter %s: %s", letter.pk, outcome, extra=facts)
    return outcome in {"sent", "dropped"}


def _try(letter: Letter, backend: BaseEmailBackend) -> tuple[dict[str, Any], str]:
    """Return what to record of a letter, and the word for it in the log."""
    held_since = time.monotonic()
    try:
        if retries.is_exhausted(letter):  # its last worker died over it
            return retries.dead(Failure.ERROR)
        message = letters.write(letter)
        sending.connect(backend)
        time_left = settings.MAILING_LEASE - (time.monotonic() - held_since)
        if time_left < STEPS * settings.EMAIL_TIMEOUT and not leases.renew(letter):
            return {}, "late"
        return {"sent_at": Now(), "failure": "", **sending.send(backend, message)}, "sent"
    except letters.NoLongerDue:
        return {"dropped_at": Now(), "failure": ""}, "dropped"
    except letters.Unwritable:
        return retries.dead(Failure.INVALID)
    except sending.NotSent as reason:
        return retries.dead(reason.failure) if reason.final else retries.later(letter, reason.failure)
    except Exception as error:  # whatever one letter does, the others go on
        log_fault(error, letter=letter.pk)
        return retries.later(letter, Failure.ERROR)


def patiently(work: Callable[[], T], *, seconds: float) -> T:
    """Do some work and return its result, also when the database is away for a while: no longer than that."""
    until = time.monotonic() + seconds
    while True:
        try:
            return work()
        except DATABASE_GONE:
            if time.monotonic() > until:
                raise
            connections.close_all()
            time.sleep(PAUSE)


def _guarded(work: Callable[..., Any], *arguments: Any) -> None:
    """Do some work; if it fails, log that and go on, for the worker has other work to do."""
    try:
        work(*arguments)
    except DATABASE_GONE:
        logger.warning("the database is away")
        connections.close_all()
    except Exception as error:
        log_fault(error)


def log_fault(error: Exception, **facts: Any) -> None:
    """Log where something failed. Not its message: it may repeat an address or a token."""
    places = [f"{place.filename}:{place.lineno}" for place in traceback.extract_tb(error.__traceback__)]
    where = " ".join(places[-DEEPEST:])
    logger.error("%s", type(error).__name__, extra={**facts, "outcome": "error", "where": where})


class _Connection:
    """The connection of a batch."""

    def __init__(self) -> None:
        self.backend: BaseEmailBackend = mail.get_connection()

    def close(self) -> None:
        sending.close(self.backend)
