"""The ordinary opening hours as a whole."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from counter.models import Counter, WeeklyHours
from counter.opening import Span


def replace(counter: Counter, weekly: Mapping[int, Sequence[Span]]) -> None:
    """Set the ordinary hours of the counter by weekday (0 is Monday); days that are left out are closed."""
    with transaction.atomic():
        counter.weekly_hours.all().delete()
        WeeklyHours.objects.bulk_create(
            WeeklyHours(counter=counter, weekday=weekday, opens=span.opens, closes=span.closes)
            for weekday, spans in weekly.items()
            for span in spans
        )
