"""The purge removes what is past its retention time, the oldest first, in short transactions (R18).

Retention times are settings, in days. Each batch is removed with its entry in the trail, so the purge may be
stopped anywhere and started again, and two may run at once. An application stays past its time while confirmations
or codes that are still held in other applications rest on an ID check made for it: that check is their evidence.
"""

import datetime as dt
from collections import Counter as Tally
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from applications import application_removal, dates
from applications.models import Application
from core.actors import CLOCK
from core.among import Among
from core.deletion import delete_rows
from counter import feedback
from identity import directory_sessions, limits, person_removal
from mailing import letter_removal
from privacy import removal
from records import chain_removal
from records.enums import Event
from records.names import application_keys, purge_chain
from records.trail import TrailEvent, append_events
from upstream import intake_removal

BATCH = 1000  # rows removed in one transaction

Numbers = Mapping[str, int]  # how many of each kind


@dataclass(frozen=True)
class Run:
    """One run of the purge. A dry run removes nothing, and remembers which applications it would have removed."""

    now: dt.datetime
    is_dry: bool
    gone: set[int] = field(default_factory=set)

    def before(self, days: int) -> dt.datetime:
        """Return the moment before which things are past a retention time of so many days."""
        return self.now - dt.timedelta(days=days)


def purge(*, is_dry: bool) -> Iterator[tuple[str, int]]:
    """Remove what is past its retention time, or only count it when `is_dry`; yield each kind and its number."""
    run = Run(timezone.now(), is_dry)
    letters_end = run.before(settings.RETENTION_LETTERS_DAYS)
    feedback_ends = run.before(settings.RETENTION_FEEDBACK_DAYS)
    # In this order: people are held by their applications, and a chain of the trail by its application.
    kinds: dict[str, Iterator[Numbers]] = {
        "letters": _purge_rows(run, "letters", letter_removal.letters_before(letters_end)),
        "delivery reports": _purge_rows(run, "delivery reports", letter_removal.reports_before(letters_end)),
        "feedback": _purge_rows(run, "feedback", feedback.feedback_before(feedback_ends)),
        "applications": _purge_applications(run),
        "people": _purge_people(run),
        "chains of the trail": _purge_chains(run),
        "sessions": chain(
            _purge_rows(run, "sessions", person_removal.ended_sessions(run.now)),
            _purge_rows(run, "sessions", directory_sessions.past_sessions(run.now)),
        ),
        "counts of tries": _purge_rows(run, "counts of tries", limits.past_counts()),
        "repeatable answers": _purge_rows(run, "repeatable answers", intake_removal.old_answers(run.now)),
    }
    for kind, batches in kinds.items():
        tally: Tally[str] = Tally({kind: 0})
        for numbers in batches:
            tally.update(numbers)
        yield from tally.items()


def _purge_applications(run: Run) -> Iterator[Numbers]:
    past = list(application_removal.applications_past(run.now))
    for start in range(0, len(past), BATCH):
        batch = _with_resting(run, past[start : start + BATCH])
        if run.is_dry:
            gone = removal.removable(batch) - run.gone
            run.gone.update(gone)
            yield {"applications": len(gone), "accounts closed": len(removal.accounts_based_on(gone))}
            continue
        with transaction.atomic():
            references = application_removal.lock_ended(batch)
            removed = removal.remove_whole({key: references[key] for key in removal.removable(references)})
            numbers = {"applications": removed.applications, "accounts closed": removed.accounts}
            _record_removal(numbers)
        yield numbers


def _with_resting(run: Run, keys: Iterable[int]) -> set[int]:
    """Return these applications and those past their time that rest on their ID checks: they can only go together."""
    found = new = set(keys)
    while new:
        others = set[int]().union(*removal.depending_on(new).values()) - found
        new = set(application_removal.applications_past(run.now).filter(application__in=others)) if others else set()
        found = found | new
    return found


def _purge_people(run: Run) -> Iterator[Numbers]:
    before = run.before(settings.RETENTION_PEOPLE_DAYS)
    for known in person_removal.identified_before(before):
        people = application_removal.without_applications(known, apart_from=run.gone)
        if people and not run.is_dry:
            with transaction.atomic():
                people = person_removal.lock_unidentified(people, before=before)
                removal.forget_people(people)
                _record_removal({"people": len(people)})
        yield {"people": len(people)}


def _purge_chains(run: Run) -> Iterator[Numbers]:
    before = run.before(settings.RETENTION_TRAIL_DAYS)
    for chains in chain_removal.ended_chains(before):
        # The trail of an application never goes before the application itself.
        keys = application_keys(chains.values())
        kept = set(Application.objects.filter(pk__in=keys).values_list("pk", flat=True)) - run.gone
        held = {name for key, name in keys.items() if key in kept}
        batch = [key for key, name in chains.items() if name not in held]
        number = len(batch)
        if batch and not run.is_dry:
            with transaction.atomic():
                number, users = chain_removal.remove_chains(batch, before=before)
                person_removal.remove_empty_users(users)
                _record_removal({"chains of the trail": number})
        yield {"chains of the trail": number}


def _purge_rows(run: Run, kind: str, past: QuerySet[Any]) -> Iterator[Numbers]:
    """Remove rows to which none refers that stays, the oldest first."""
    if run.is_dry:
        yield {kind: past.count()}
        return
    while keys := list(past.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            delete_rows(past.model.objects.filter(Among("pk", keys)))
            _record_removal({kind: len(keys)})
        yield {kind: len(keys)}


def _record_removal(numbers: Numbers) -> None:
    """Record in the trail what a batch removed, in its transaction."""
    removed = {kind: number for kind, number in numbers.items() if number}
    if removed:
        append_events(purge_chain(dates.today().year), [TrailEvent(Event.PURGED, facts=removed)], by=CLOCK)
