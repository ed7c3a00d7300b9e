"""Removing what is stored about the housing system's requests and their answers (R18)."""

import datetime as dt
from collections.abc import Collection

from django.db.models import QuerySet

from core.among import Among
from core.deletion import delete_rows
from upstream.idempotency import ANSWERS_KEPT
from upstream.models import IdempotencyRecord, Intake


def old_answers(now: dt.datetime) -> QuerySet[IdempotencyRecord]:
    """Return the answers that are not kept any longer."""
    return IdempotencyRecord.objects.filter(created_at__lt=now - ANSWERS_KEPT)


def remove_intakes(applications: Collection[int]) -> None:
    """Remove what links these applications to the clients that sent them."""
    delete_rows(Intake.objects.filter(Among("application", applications)))
