"""The purge: what is past its retention time goes, the oldest first, in short transactions (R18).

Retention times are settings, in days. Each batch is removed with its entry in the trail, so the purge may be
stopped anywhere and begun again, and may run twice at once. An application stays past its time while confirmations
of others that are still held rest on an ID check made for it: that check is their evidence.
"""

import datetime as dt
from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from applications import application_removal, dates
from applications.models import Application
from core.actors import CLOCK
from identity import person_removal
from mailing import letter_removal
from privacy import removal
from records import chain_removal
from records.enums import Event
from records.names import application_keys, purge_chain
from records.trail import TrailEvent, append_events
from upstream import intake_removal

BATCH = 200  # rows of a transaction

Numbers = Mapping[str, int]  # how many of each kind


@dataclass(frozen=True)
class Run:
    """One run of the purge. A dry one removes nothing, and remembers which applications it would have removed."""

    now: dt.datetime
    is_dry: bool
    gone: set[int] = field(default_factory=set)

    def before(self, days: int) -> dt.datetime:
        return self.now - dt.timedelta(days=days)


def purge(*, is_dry: bool) -> Iterator[tuple[str, int]]:
    """Remove what is past its time, or only count it; return how many of each kind, as each is done."""
    run = Run(timezone.now(), is_dry)
    for kind, batches in KINDS.items():
        tally: Tally[str] = Tally({kind: 0})
        for numbers in batches(run):
            tally.update(numbers)
        yield from tally.items()


def _letters(run: Run) -> Iterator[Numbers]:
    return _rows(run, "letters", letter_removal.letters_before(run.before(settings.RETENTION_LETTERS_DAYS)))


def _reports(run: Run) -> Iterator[Numbers]:
    reports = letter_removal.reports_before(run.before(settings.RETENTION_LETTERS_DAYS))
    return _rows(run, "delivery reports", reports)


def _applications(run: Run) -> Iterator[Numbers]:
    for keys in _batches(list(application_removal.applications_past(run.now))):
        batch = _with_resting(run, keys)
        if run.is_dry:
            gone = removal.removable(batch) - run.gone
            run.gone.update(gone)
            yield {"applications": len(gone), "accounts closed": len(removal.accounts_based_on(gone))}
            continue
        with transaction.atomic():
            references = application_removal.lock_ended(batch)
            removed = removal.remove_whole({key: references[key] for key in removal.removable(references)})
            numbers = {"applications": removed.applications, "accounts closed": removed.accounts}
            _record(numbers)
        yield numbers


def _with_resting(run: Run, keys: Iterable[int]) -> set[int]:
    """Return these applications, and those past their time that rest on their ID checks: they only go together."""
    found = new = set(keys)
    while new:
        others = set[int]().union(*removal.depending_on(new).values()) - found
        new = set(application_removal.applications_past(run.now).filter(application__in=others)) if others else set()
        found = found | new
    return found


def _people(run: Run) -> Iterator[Numbers]:
    before = run.before(settings.RETENTION_PEOPLE_DAYS)
    for known in person_removal.identified_before(before):
        people = application_removal.without_applications(known, apart_from=run.gone)
        if people and not run.is_dry:
            with transaction.atomic():
                people = person_removal.lock_unidentified(people, before=before)
                removal.forget_people(people)
                _record({"people": len(people)})
        yield {"people": len(people)}


def _chains(run: Run) -> Iterator[Numbers]:
    before = run.before(settings.RETENTION_TRAIL_DAYS)
    for chains in chain_removal.ended_chains(before):
        held = _held(chains.values(), apart_from=run.gone)
        batch = [key for key, name in chains.items() if name not in held]
        number = len(batch)
        if batch and not run.is_dry:
            with transaction.atomic():
                number, users = chain_removal.remove_chains(batch, before=before)
                person_removal.remove_empty_users(users)
                _record({"chains of the trail": number})
        yield {"chains of the trail": number}


def _held(chains: Iterable[str], *, apart_from: Set[int]) -> set[str]:
    """Return those of these chains whose application is still there: its trail never goes before it."""
    keys = application_keys(chains)
    found = set(Application.objects.filter(pk__in=keys).values_list("pk", flat=True)) - apart_from
    return {name for key, name in keys.items() if key in found}


def _sessions(run: Run) -> Iterator[Numbers]:
    return _rows(run, "sessions", person_removal.ended_sessions(run.now))


def _counts(run: Run) -> Iterator[Numbers]:
    return _rows(run, "counts of tries", person_removal.old_counts())


def _answers(run: Run) -> Iterator[Numbers]:
    return _rows(run, "repeatable answers", intake_removal.old_answers(run.now))


# In this order: people are held by their applications, and a chain of the trail by its application.
KINDS: Mapping[str, Callable[[Run], Iterator[Numbers]]] = {
    "letters": _letters,
    "delivery reports": _reports,
    "applications": _applications,
    "people": _people,
    "chains of the trail": _chains,
    "sessions": _sessions,
    "counts of tries": _counts,
    "repeatable answers": _answers,
}


def _rows(run: Run, kind: str, past: QuerySet[Any]) -> Iterator[Numbers]:
    """Remove rows on which nothing hangs, the oldest first."""
    if run.is_dry:
        yield {kind: past.count()}
        return
    while keys := list(past.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            past.model.objects.filter(pk__in=keys).delete()
            _record({kind: len(keys)})
        yield {kind: len(keys)}


def _batches(keys: Iterable[int]) -> Iterator[list[int]]:
    left = iter(keys)
    while batch := list(islice(left, BATCH)):
        yield batch


def _record(numbers: Numbers) -> None:
    """Record in the trail what a batch removed, in its transaction."""
    removed = {kind: number for kind, number in numbers.items() if number}
    if removed:
        append_events(purge_chain(dates.today().year), [TrailEvent(Event.PURGED, facts=removed)], by=CLOCK)
