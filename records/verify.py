"""Verifying the whole trail, to find what somebody did to it without the service.

This finds every entry that was changed, taken away, put in or moved, every chain that was shortened at its end, and
every chain whose row or entries are gone. It cannot find what leaves no trace in the database: a chain that was
removed with its row and all its entries, or one that was set back as a whole to an earlier state from a backup.
Therefore each entry is also a line in the log (logger "records") with its number, chain and digest. Keep the logs
where nobody with rights on the database can write.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db import transaction
from django.db.models import Q

from records import keys
from records.models import Chain, Entry

BATCH = 2000  # rows of one statement, so that time and memory stay the same however long the trail is


@dataclass(frozen=True)
class Fault:
    """What is wrong with an entry, or with a chain; then `number` is None."""

    chain: str
    number: int | None = None
    event: str = ""
    what: str = ""

    def __str__(self) -> str:
        number = "" if self.number is None else f", entry {self.number}"
        return f"{self.chain}{number}{self.event and f' ({self.event})'}: {self.what}"


def verify_everything() -> Iterator[Fault]:
    """Return the faults of all chains. The service may go on writing meanwhile."""
    after: int | None = -(2**63)
    while after is not None:
        chains = {chain.pk: chain for chain in Chain.objects.filter(pk__gt=after).order_by("pk")[:BATCH]}
        # The last batch has no end, so that it includes entries whose chain is gone.
        last = max(chains) if len(chains) == BATCH else None
        for key, entries in groupby(_entries(after, last), key=attrgetter("chain_id")):
            # A chain that grew while it was read only seems to be at fault: it is read again, alone.
            if any(_faults(key, chains.pop(key, None), entries)):
                yield from _alone(key)
        for key in chains:  # without any entry
            yield from _alone(key)
        after = last


def verify_chain(name: str) -> Iterator[Fault]:
    """Return the faults of one chain. Raises Chain.DoesNotExist."""
    yield from _alone(Chain.objects.get(name=name).pk)


def _alone(key: int) -> Iterator[Fault]:
    """Return the faults of one chain while nobody else can write to it."""
    with transaction.atomic():
        chain = Chain.objects.select_for_update().filter(pk=key).first()
        yield from _faults(key, chain, _entries(key - 1, key))


def _entries(after: int, last: int | None) -> Iterator[Entry]:
    """Return the entries of the chains after one key and up to another, in order."""
    within = Q() if last is None else Q(chain__lte=last)
    chain, number = after + 1, -1
    while True:
        # The database searches its index by the first condition.
        ahead = Q(chain__gte=chain) & (Q(chain__gt=chain) | Q(number__gt=number))
        batch = list(Entry.objects.filter(within, ahead).order_by("chain_id", "number")[:BATCH])
        yield from batch
        if len(batch) < BATCH:
            return
        chain, number = batch[-1].chain_id, batch[-1].number


def _faults(key: int, chain: Chain | None, entries: Iterable[Entry]) -> Iterator[Fault]:
    if chain is None:
        if left := sum(1 for _ in entries):
            yield Fault(f"chain with the key {key}", what=f"its row is gone, and {left} of its entries remain")
        return
    number, digest, is_sound = 0, "", True  # of the entry before
    for entry in entries:
        if entry.number > number + 1:
            yield _gone(chain, number + 1, entry.number - 1)
        what = _wrong(entry.mac, entry.digested(chain.name), entry.key_id, "changed, or put in by hand")
        if not what and is_sound and entry.number == number + 1 and entry.previous != digest:
            what = "does not follow from the one before"
        if what:
            yield Fault(chain.name, entry.number, entry.event, what)
        number, digest, is_sound = entry.number, entry.mac, not what
    yield from _faults_of_end(chain, number, digest if is_sound else None)


def _faults_of_end(chain: Chain, number: int, digest: str | None) -> Iterator[Fault]:
    """Compare the last entry with the row of the chain. `digest` is None if the entry itself is at fault."""
    if number < chain.length:
        yield _gone(chain, number + 1, chain.length)
    if number > chain.length:
        yield Fault(chain.name, what=f"counts {chain.length} entries and has {number}")
    what = _wrong(chain.seal, chain.sealed(), chain.key_id, "its row was changed, or its end taken away")
    if not what and number == chain.length and digest not in {chain.head, None}:
        what = "ends otherwise than its seal says"
    if what:
        yield Fault(chain.name, what=what)


def _wrong(given: str, parts: list[Any], key_id: str, what: str) -> str:
    """Return what is wrong with a digest, or nothing."""
    try:
        return "" if keys.is_mac_of(given, parts, key_id=key_id) else what
    except keys.UnknownKey:
        return f"cannot be verified: RECORD_KEYS lacks the key {key_id}"


def _gone(chain: Chain, first: int, last: int) -> Fault:
    return Fault(chain.name, first, what="taken away" if first == last else f"taken away, and all up to {last}")
