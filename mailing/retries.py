"""When a letter is tried again, and when it is given up."""

import datetime as dt
import random
from typing import Any

from django.conf import settings
from django.db.models.functions import Now

from mailing.enums import Failure
from mailing.models import Letter

JITTER = (0.8, 1.2)  # so that letters that failed together do not come back together


def later(letter: Letter, failure: Failure) -> tuple[dict[str, Any], str]:
    """Return the changes that let a letter be tried again, or that give it up after the last delay."""
    if letter.attempts > len(settings.MAILING_DELAYS):
        return dead(failure)
    seconds = settings.MAILING_DELAYS[letter.attempts - 1] * random.uniform(*JITTER)  # noqa: S311  # no secret
    return {"due_at": Now() + dt.timedelta(seconds=seconds), "failure": failure}, failure.value


def dead(failure: Failure) -> tuple[dict[str, Any], str]:
    """Return the changes that give a letter up; people are shown that it will not arrive."""
    return {"dead_at": Now(), "failure": failure}, failure.value


def is_exhausted(letter: Letter) -> bool:
    """Tell whether a letter was claimed more often than it may be tried: its workers died over it."""
    return letter.attempts > len(settings.MAILING_DELAYS) + 1
