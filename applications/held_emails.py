"""Emails about applications that were imported with their emails held, and their release in waves (ADR 46).

The emails of a household are released together, and its reminders count from then on (R14). The clock releases those
of an application itself when its last day comes near: whoever hears of it must have the time to confirm.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Min
from django.utils import timezone

from applications import letters, reading
from applications.models import OPEN, Application, Invitation
from core.transactions import atomically
from mailing import held
from mailing.models import Letter
from records.names import applicant_subject

BATCH = 200  # applications locked together


@dataclass(frozen=True)
class Waiting:
    """What is held: how many emails, about how many applications, and the first last day of one that is open."""

    emails: int
    applications: int
    first_last_day: dt.date | None


def waiting() -> Waiting:
    """Return how much is held now."""
    owed = Letter.objects.held()
    found = owed.aggregate(emails=Count("pk"), applications=Count("about", distinct=True))
    waiting_ones = Application.objects.filter(state__in=OPEN, reference__in=owed.values("about"))
    return Waiting(**found, first_last_day=waiting_ones.aggregate(first=Min("valid_until"))["first"])


def release_wave(most: int | None = None) -> int:
    """Release at most so many emails, those held for longest first, or all of them; return how many.

    Households stay whole, and leave one after the other: the last one may bring a few emails more than `most`.
    """
    started, released = timezone.now(), 0
    while most is None or released < most:
        households = held.oldest_held(BATCH, emails=None if most is None else most - released)
        if not households:
            break
        released += _release(households, at=started)
    return released


def release_of(*applications: Application) -> None:
    """Release the emails about applications that the caller has locked."""
    _release_locked([each.reference for each in applications], at=timezone.now())


@atomically
def _release(references: Sequence[str], *, at: dt.datetime) -> int:
    keys = Application.objects.filter(reference__in=references).values_list("pk", flat=True)
    reading.lock_several(list(keys))
    return _release_locked(references, at=at)


def _release_locked(references: Sequence[str], *, at: dt.datetime) -> int:
    """Release the emails about these applications; return how many.

    They go only to those who are still awaited, where and in the language in which these are written to by now, and
    name who is missing by now. The others have heard of the application in another way, or it has ended.
    """
    letters_held = held.lock_held(references)
    applications = Application.objects.with_people().filter(reference__in=references)
    awaited = {applicant_subject(a.pk): (a, each) for each in applications for a in each.applicants if each.awaits(a)}
    leaving = []
    for letter in letters_held:
        if letter.recipient in awaited:
            slot, application = awaited[letter.recipient]
            letter.to, letter.language = slot.email, slot.language
            letter.parameters |= letters.who_is_missing(slot, application.applicants)
            leaving += [letter] if letter.to else []
    held.store_text(letters_held)
    held.drop([letter for letter in letters_held if letter not in leaving])
    held.release(leaving, at=at)
    invited = [letter.parameters["invitation"] for letter in leaving if letter.message == "invitation"]
    live = Invitation.objects.filter(pk__in=invited, replaced_at=None)
    now = timezone.now()
    live.update(created_at=now)
    Application.objects.filter(reference__in=references, state__in=OPEN).update(due_at=now)
    return len(leaving)
