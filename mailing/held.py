"""Letters that are stored and do not leave until somebody releases them."""

import datetime as dt
from collections.abc import Collection, Sequence

from django.db.models import Count, Min
from django.db.models.functions import Now
from django.utils import timezone

from mailing.models import Letter


def oldest_held(most: int, *, emails: int | None = None) -> list[str]:
    """Return at most so many matters (Letter.about) whose letters are held, those held for longest first.

    With `emails` no more than it takes to reach that number of letters.
    """
    matters = Letter.objects.held().values("about").annotate(number=Count("pk"), since=Min("held_at"), first=Min("pk"))
    found: list[str] = []
    for matter in matters.order_by("since", "first")[:most]:
        if emails is not None and emails <= 0:
            break
        found.append(matter["about"])
        emails = None if emails is None else emails - matter["number"]
    return found


def lock_held(matters: Collection[str]) -> list[Letter]:
    """Lock the held letters about these matters, and return them."""
    return list(Letter.objects.held().filter(about__in=matters).select_for_update().order_by("pk"))


def release(letters: Sequence[Letter], *, at: dt.datetime) -> None:
    """Let held letters leave from a time on. They count as written now, and so do bounces that are followed."""
    Letter.objects.filter(pk__in=[letter.pk for letter in letters]).update(
        held_at=None, released_at=timezone.now(), created_at=Now(), due_at=at
    )


def drop(letters: Sequence[Letter]) -> None:
    """Give up held letters that say what is no longer true."""
    Letter.objects.filter(pk__in=[letter.pk for letter in letters]).update(dropped_at=Now())


def store_text(letters: Sequence[Letter]) -> None:
    """Store to whom held letters go, in which language, and what they tell, after these were set anew."""
    Letter.objects.bulk_update(letters, ["to", "language", "parameters"])
