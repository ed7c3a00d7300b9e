"""When a letter is tried, when it is tried again, and when it is given up."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from core.leases import claim_first, give_back, is_exhausted, retry_delay
from mailing.enums import Failure, Rank
from mailing.models import LEAVING, Letter

A_DAY = dt.timedelta(days=1)


def claim_letter() -> Letter | None:
    """Take the first of the letters that are due, by their rank and time, and return it; None if none is due."""
    return claim_first(Letter.objects.due(), seconds=settings.MAILING_LEASE)


def claim_probe() -> Letter | None:
    """Take one of the letters that are due, to see whether emails leave again, and return it; None if none is due.

    It is one to an address that was reached before, if there is any: what strangers have typed lately says little.
    """
    reached = Letter.objects.filter(to=OuterRef("to"), sent_at__isnull=False, failure="")
    due, seconds = Letter.objects.due(), settings.MAILING_LEASE
    return claim_first(due.filter(Exists(reached)), seconds=seconds) or claim_first(due.order_by("?"), seconds=seconds)


def raise_old_letters() -> None:
    """Let the letters that have been due for a day leave with the news; the worker calls it every minute (ADR 51).

    They come before all news of that day, so nothing waits for ever, whatever comes in.
    """
    Letter.objects.filter(LEAVING, rank__gt=Rank.NEWS, due_at__lte=Now() - A_DAY).update(rank=Rank.NEWS)


def retry_letter(letter: Letter, failure: Failure) -> tuple[dict[str, Any], str]:
    """Return the changes by which a letter is tried again, or given up after the last delay.

    The second value is the word for it in the log.
    """
    if letter.attempts >= _most_tries():
        return give_letter_up(failure)
    seconds = retry_delay(settings.MAILING_DELAYS, attempts=letter.attempts)
    changes = {"due_at": Now() + dt.timedelta(seconds=seconds), "failure": failure, "failed_at": Now()}
    return changes, failure.value


def give_letter_up(failure: Failure) -> tuple[dict[str, Any], str]:
    """Return the changes that give a letter up, and the word for it in the log."""
    return {"dead_at": Now(), "failure": failure, "failed_at": Now()}, failure.value


def record_try(letter: Letter, changes: dict[str, Any]) -> bool:
    """Record what became of a letter in hand; tell whether it was still ours.

    It may have been readdressed meanwhile. Then it has gone to the former address, unless it was refused there.
    """
    if "due_at" in changes:
        return give_back(letter, **changes)
    if "dead_at" in changes:
        moved = Letter.objects.filter(pk=letter.pk, lease=letter.lease).exclude(to=letter.to)
        free = {"lease": None, "leased_until": None}
        if moved.update(**free, attempts=0, failure="", failed_at=None, due_at=Now()):
            return True
    return give_back(letter, to=letter.to, **changes)


def is_letter_exhausted(letter: Letter) -> bool:
    """Tell whether workers died over every try of a letter."""
    return is_exhausted(letter, tries=_most_tries())


def _most_tries() -> int:
    return len(settings.MAILING_DELAYS) + 1
