"""Letters that a backup brings back as not yet sent: held, until the operator says which of them were (ADR 57)."""

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import islice

from django.db.models import Count, F, Min, Q
from django.db.models.functions import Now
from django.utils import timezone

from core.log_lines import LogLine
from mailing.models import UNENDED, Letter, LetterQuerySet

BATCH = 500  # lines of the log
UNFAILED = {"failure": "", "failed_at": None}


def not_yet_held() -> LetterQuerySet:
    """Return the letters that would leave some day, and are not held since a restore."""
    return Letter.objects.filter(UNENDED, restored_at=None)


def hold() -> int:
    """Hold every letter that has not been sent; return how many that adds."""
    now, free = timezone.now(), {"lease": None, "leased_until": None}
    # Those that an import holds as well stay held by it after the operator has released them here.
    by_import = not_yet_held().filter(held_at__isnull=False).update(restored_at=now, **free)
    return by_import + not_yet_held().update(restored_at=now, held_at=now, released_at=None, **free)


def kinds_held() -> list[tuple[str, int, dt.datetime]]:
    """Return how many of each kind are held since a restore, and since when the first of them was due."""
    found = Letter.objects.restored().values("message").annotate(number=Count("pk"), since=Min("due_at"))
    return [(kind["message"], kind["number"], kind["since"]) for kind in found.order_by("since")]


def release(*, due_since: dt.datetime | None = None) -> int:
    """Let the letters leave that are held since a restore, or those due from a moment on; return how many."""
    due = Letter.objects.restored().filter(Q() if due_since is None else Q(due_at__gte=due_since))
    by_import = due.filter(held_at__lt=F("restored_at")).update(restored_at=None)
    own = due.update(restored_at=None, held_at=None, released_at=Now(), due_at=Now(), attempts=0, **UNFAILED)
    return by_import + own


def count_as_sent(*, due_before: dt.datetime) -> int:
    """Note of the letters held since a restore that those due before a moment were sent then; return how many.

    What an import holds has not been sent.
    """
    own = Letter.objects.restored().filter(due_at__lt=due_before, held_at=F("restored_at"))
    return own.update(sent_at=F("due_at"), restored_at=None, held_at=None, **UNFAILED)


def sent_by_log(lines: Iterable[LogLine], letters: LetterQuerySet) -> Iterator[tuple[int, dt.datetime]]:
    """Yield which of these letters were sent, by the log of the worker (logger "mailing"), and when.

    One that was made anew after the restore, such as a reminder, was sent if the same event had its letter before.
    """
    sent = (line for line in lines if line.context.get("outcome") == "sent" and line.number("letter"))
    while batch := list(islice(sent, BATCH)):
        # By the event that owes the letter, which the log of former releases does not have.
        by_key = {str(line.context["key"]): line.at for line in batch if "key" in line.context}
        by_pk = {line.context["letter"]: line.at for line in batch if "key" not in line.context}
        found = letters.filter(Q(key__in=by_key) | Q(pk__in=by_pk))
        for pk, key, due_at, created_at in found.values_list("pk", "key", "due_at", "created_at"):
            at = by_key.get(key) or by_pk[pk]
            # Otherwise it came back afterwards, and was to be sent once more.
            if due_at <= at or at < created_at:
                yield pk, at


def note_sent(pk: int, at: dt.datetime) -> None:
    """Note of a letter held since a restore that it was sent."""
    Letter.objects.restored().filter(pk=pk).update(sent_at=at, restored_at=None, held_at=None, **UNFAILED)
