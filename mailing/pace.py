"""The rate at which emails leave: settings.EMAIL_RATE a minute, over all workers on all machines together (ADR 51).

Before each try a worker takes the next turn from the one row of Pace, in one statement and by the database's clock.
Between two turns lie the seconds that the rate leaves, so emails are spread evenly, and none of a pause are made up
for. A worker that is killed takes one turn with it at most.
"""

import datetime as dt
import math
import time

from django.conf import settings
from django.db.models import DurationField, ExpressionWrapper, F, Q
from django.db.models.functions import Now

from core.worker import Stop
from mailing.models import Pace

ONLY = 1  # the key of the row
MINUTE = dt.timedelta(minutes=1)
LONGEST_SLEEP = 0.5  # seconds after which a worker notices that it was told to stop


def wait_for_turn(stop: Stop, until: float = math.inf) -> bool:
    """Wait until one more email may be tried, and return True.

    Returns False if a stop was asked for, or `until` came (seconds of the monotonic clock), before that.
    """
    while not stop.asked and time.monotonic() < until:
        wait = _take_turn() if settings.EMAIL_RATE else 0
        if not wait:
            return True
        time.sleep(min(wait, LONGEST_SLEEP, max(until - time.monotonic(), 0)))
    return False


def _take_turn() -> float:
    """Take the next turn and return 0, or return the seconds until its time comes."""
    gap = MINUTE / settings.EMAIL_RATE
    # Far more ahead than one gap is what a lower rate left behind, or a clock that was wrong; and not what another
    # worker took while this statement waited for the row: Now() is when it began.
    has_come = Q(next_at__lte=Now()) | Q(next_at__gt=Now() + gap + MINUTE)
    if Pace.objects.filter(has_come, pk=ONLY).update(next_at=Now() + gap):
        return 0
    ahead = ExpressionWrapper(F("next_at") - Now(), output_field=DurationField())
    wait: dt.timedelta | None = Pace.objects.filter(pk=ONLY).values_list(ahead, flat=True).first()
    if wait is None:
        Pace.objects.bulk_create([Pace(pk=ONLY, next_at=Now())], ignore_conflicts=True)
        return _take_turn()
    return max(wait.total_seconds(), 0.001)  # it may have come while we asked
