"""What the housing system's door keeps of applications and answers, and for how long (R18)."""

import datetime as dt
from collections.abc import Collection

from django.db.models import QuerySet

from upstream.intake import ANSWERS_KEPT
from upstream.models import IdempotencyRecord, Intake


def old_answers(now: dt.datetime) -> QuerySet[IdempotencyRecord]:
    return IdempotencyRecord.objects.filter(created_at__lt=now - ANSWERS_KEPT)


def remove_intakes(applications: Collection[int]) -> None:
    """Remove what stands here about these applications."""
    Intake.objects.filter(application__in=applications).delete()
