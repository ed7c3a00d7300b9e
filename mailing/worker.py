"""Delivers letters: takes one at a time, sends it outside any transaction, and records what became of it.

Any number of workers may run, on any number of machines. One that is killed leaves at most one letter to be
sent twice, with the same Message-ID, and none unsent.
"""

import logging
import math
import time
from contextlib import closing
from functools import partial
from typing import Any

from django.conf import settings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models.functions import Now

from core.leases import give_back, renew_lease
from core.worker import Stop, log_fault, patiently
from mailing import letters, sending, tries
from mailing.enums import Failure
from mailing.models import Letter

logger = logging.getLogger("mailing")

BATCH = 50  # letters over one connection; many mail servers allow a hundred
STEPS = 4  # how often sending waits for the mail server: MAIL, RCPT, DATA, and the text


def deliver_due_letters(stop: Stop | None = None, until: float = math.inf) -> int:
    """Try every letter that is due now, and return how many were tried.

    No letter is begun once a stop is asked, or after `until` (seconds of the monotonic clock).
    """
    stop, tried = stop or Stop(), 0
    while Letter.objects.due().exists():
        with closing(_Connection()) as connection:
            for _ in range(BATCH):
                is_over = stop.asked or time.monotonic() >= until
                letter = None if is_over else tries.claim_letter()
                if letter is None:
                    return tried
                tried += 1
                if not deliver_letter(letter, connection.backend):
                    break  # the connection may be in any state
    return tried


def deliver_letter(letter: Letter, backend: BaseEmailBackend) -> bool:
    """Send a letter that we hold and record what became of it; tell whether the connection is still good."""
    started = time.monotonic()
    changes, outcome = _try_letter(letter, backend)
    if not patiently(partial(give_back, letter, **changes), seconds=settings.MAILING_LEASE):
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


def _try_letter(letter: Letter, backend: BaseEmailBackend) -> tuple[dict[str, Any], str]:
    """Return what to record of a letter, and the word for it in the log."""
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
    except Exception as error:  # whatever one letter does, the others go on
        log_fault(logger, error, letter=letter.pk)
        return tries.retry_letter(letter, Failure.ERROR)


class _Connection:
    """The connection of a batch."""

    def __init__(self) -> None:
        self.backend: BaseEmailBackend = mail.get_connection()

    def close(self) -> None:
        sending.close_connection(self.backend)
