"""Delivers letters: takes one at a time, sends it outside any transaction, and records what became of it.

Any number of workers may run, on any number of machines. If one is killed, at most one letter is sent twice, with
the same Message-ID, and none is lost.
"""

import logging
import math
import time
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from typing import Any

from django.conf import settings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models.functions import Now

from core.leases import renew_lease
from core.worker import Stop, log_fault, patiently
from mailing import letters, pace, sending, stops, tries
from mailing.enums import Failure
from mailing.models import Letter
from mailing.reasons import REFUSES_US

logger = logging.getLogger("mailing")

BATCH_LETTERS = 50  # over one connection; many mail servers allow a hundred
STEPS = 4  # how often sending waits for the mail server: MAIL, RCPT, DATA, and the text


def deliver_due_letters(stop: Stop | None = None, until: float = math.inf) -> int:
    """Try every letter that is due now, and return how many were tried.

    No letter is begun after a stop was asked for, or after `until` (seconds of the monotonic clock). While all letters
    wait (stops.py) one a minute is tried.
    """
    stop, tried = stop or Stop(), 0
    while Letter.objects.due().values("pk").first():  # in their order, by the index; exists() may read all letters
        standstill = stops.present_stop()
        if standstill and not standstill.may_try:
            break
        claim, most = (tries.claim_probe, 1) if standstill else (tries.claim_letter, BATCH_LETTERS)
        sent, is_good = _deliver_batch(stop, until, claim, most=most)
        tried += sent + (not is_good)
        if standstill and sent and stops.present_stop() is None:  # it may only have dropped a letter
            stops.end()
        if not is_good and (standstill := stops.present_stop()):
            stops.begin(standstill)
        if is_good and sent < most:
            break
    return tried


def _deliver_batch(stop: Stop, until: float, claim: Callable[[], Letter | None], *, most: int) -> tuple[int, bool]:
    """Deliver at most so many letters over one connection, until one fails: then it may be in any state.

    Return how many did not fail, and whether none failed.
    """
    with closing(_Connection()) as connection:
        for number in range(most):
            letter = claim() if pace.wait_for_turn(stop, until) else None
            if letter is None:
                return number, True
            if not _deliver_letter(letter, connection.backend):
                return number, False
    return most, True


def _deliver_letter(letter: Letter, backend: BaseEmailBackend) -> bool:
    """Send a letter that we hold and record what became of it; tell whether the connection is still good."""
    started = time.monotonic()
    changes, outcome = _try_letter(letter, backend)
    if not patiently(partial(tries.record_try, letter, changes), seconds=settings.MAILING_LEASE):
        outcome = "late"
    refuses_us = changes.get("failure") in REFUSES_US
    level = logging.ERROR if refuses_us else logging.WARNING if "dead_at" in changes else logging.INFO
    facts = {
        "letter": letter.pk,
        "key": letter.key,  # the same when a restore brings it back, or the clock makes it anew (restored_emails.py)
        "outcome": outcome,
        "attempt": letter.attempts,
        "ms": round((time.monotonic() - started) * 1000),
    }
    logger.log(level, "letter %s: %s", letter.pk, outcome, extra=facts)
    return outcome in {"sent", "dropped"}


def _try_letter(letter: Letter, backend: BaseEmailBackend) -> tuple[dict[str, Any], str]:
    """Try to send a letter; return the changes to record, and the word for the outcome in the log."""
    held_since = time.monotonic()
    try:
        if tries.is_letter_exhausted(letter):
            return tries.give_letter_up(Failure.ERROR)
        message = letters.write_letter(letter)
        sending.open_connection(backend)
        time_left = settings.MAILING_LEASE - (time.monotonic() - held_since)
        if time_left < STEPS * settings.EMAIL_TIMEOUT and not renew_lease(letter, seconds=settings.MAILING_LEASE):
            return {}, "late"
        return {"sent_at": Now(), "failure": "", **sending.send_message(backend, message)}, "sent"
    except letters.NoLongerDue:
        return {"dropped_at": Now(), "failure": ""}, "dropped"
    except letters.Unwritable:
        return tries.give_letter_up(Failure.INVALID)
    except sending.NotSent as reason:
        return tries.give_letter_up(reason.failure) if reason.final else tries.retry_letter(letter, reason.failure)
    except Exception as error:  # a fault in one letter must not stop the others
        log_fault(logger, error, letter=letter.pk)
        return tries.retry_letter(letter, Failure.ERROR)


class _Connection:
    """The connection of a batch."""

    def __init__(self) -> None:
        self.backend: BaseEmailBackend = mail.get_connection()

    def close(self) -> None:
        with suppress(OSError):  # the server may have closed it first
            self.backend.close()
