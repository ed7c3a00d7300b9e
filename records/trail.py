"""Writing the trail: what happened is recorded in the transaction in which it happens, or neither is.

Keyed digests join the entries of a chain, and a seal protects its length and its end. Whoever writes to a chain
waits for others who write to the same chain, and for nobody else. A chain is removed whole or not at all. So each
belongs to something small, such as one application, or one member of staff in one year.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from django.db import connection, transaction
from django.utils import timezone

from core import stored
from core.actors import Actor
from core.masking import mask_codes
from core.text import storable
from records import keys
from records.enums import Event
from records.models import Chain, Entry

logger = logging.getLogger("records")

BATCH_CHAINS = 500  # of one statement: SQLite takes so many parameters and not any number


@dataclass(frozen=True)
class TrailEvent:
    """One event to be written, its subject, and other facts about it. These hold no details of a person."""

    event: Event
    subject: str = ""
    facts: Mapping[str, str | int | bool] = field(default_factory=dict)


def append_event(event: Event, /, *, chain: str, by: Actor, subject: str = "", **facts: str | int | bool) -> None:
    """Write one event at the end of a chain, in three statements, within the caller's transaction (R19).

    Personal identity codes are masked in every text (R17). Raises TransactionManagementError outside a transaction,
    and TypeError for facts other than texts, whole numbers and booleans.
    """
    append_events(chain, [TrailEvent(event, subject, facts)], by=by)


def append_events(chain: str, events: Sequence[TrailEvent], *, by: Actor) -> None:
    """Write several events at the end of one chain, in their order and with one time, in three statements.

    Otherwise the same as append_event().
    """
    append_to_chains({chain: events}, by=by)


def append_to_chains(events: Mapping[str, Sequence[TrailEvent]], *, by: Actor, are_new: bool = False) -> None:
    """Write the events of each chain at its end, in three statements for up to 500 chains.

    The chains are locked in the order of their names. Those that `are_new`, of something stored in this transaction,
    take two statements. Otherwise the same as append_events().
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("The trail is written in the transaction of what it tells")
    of_chain = {_masked_text(name): own for name, own in events.items() if own}
    names = sorted(of_chain)
    for first in range(0, len(names), BATCH_CHAINS):
        _append({name: of_chain[name] for name in names[first : first + BATCH_CHAINS]}, by, are_new=are_new)


def _append(events: Mapping[str, Sequence[TrailEvent]], by: Actor, *, are_new: bool) -> None:
    chains = [_empty(name) for name in events] if are_new else _locked([*events])
    entries = {chain.name: _entries(chain, events[chain.name], by) for chain in chains}
    for chain in chains:
        _seal(chain, entries[chain.name][-1])
    (stored.insert if are_new else _store)(chains)
    stored.insert([entry for own in entries.values() for entry in own])
    for name, own in entries.items():
        transaction.on_commit(partial(_tell, name, own))


def _empty(name: str) -> Chain:
    """Return a chain without entries, not yet stored."""
    chain = Chain(name=name, length=0, key_id=keys.active_key_id())
    chain.seal = keys.mac(chain.sealed(), key_id=chain.key_id)
    return chain


def _locked(names: Sequence[str]) -> list[Chain]:
    """Return the chains, locked until the transaction ends. Those that do not exist are created."""
    rows = [(each.name, each.key_id, each.seal) for each in map(_empty, names)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {Chain._meta.db_table} AS c (name, length, head, key_id, seal)
            VALUES {", ".join(["(%s, 0, '', %s, %s)"] * len(rows))}
            ON CONFLICT (name) DO UPDATE SET length = c.length
            RETURNING id, name, length, head, key_id, seal
            """,  # noqa: S608  # only our own table name is put in
            [value for row in rows for value in row],
        )
        return [Chain(*row) for row in cursor.fetchall()]


def _entries(chain: Chain, events: Sequence[TrailEvent], by: Actor) -> list[Entry]:
    entries: list[Entry] = []
    now, previous = timezone.now(), chain.head
    for number, one in enumerate(events, chain.length + 1):
        entry = Entry(
            chain=chain,
            number=number,
            at=now,
            event=one.event,
            role=by.role,
            user=by.user,
            name=_masked_text(by.name),
            subject=_masked_text(one.subject),
            facts={_masked_text(key): _fact(value) for key, value in one.facts.items()},
            previous=previous,
            key_id=keys.active_key_id(),
        )
        entry.mac = previous = keys.mac(entry.digested(chain.name), key_id=entry.key_id)
        entries.append(entry)
    return entries


def _seal(chain: Chain, last: Entry) -> None:
    """Make an entry the end of the chain.

    A seal that does not fit stays as it is, and never fits again. A new one would hide for good that somebody took
    the end of the chain away.
    """
    try:
        fits = keys.is_mac_of(chain.seal, chain.sealed(), key_id=chain.key_id)
    except keys.UnknownKey:
        fits = False
    if not fits:
        logger.error("The seal of %s does not fit; run verify_records", chain.name)
    chain.length, chain.head = last.number, last.mac
    if fits:
        chain.key_id = keys.active_key_id()
        chain.seal = keys.mac(chain.sealed(), key_id=chain.key_id)


def _store(chains: Sequence[Chain]) -> None:
    """Store the new ends of chains that are locked."""
    rows = [(chain.pk, chain.length, chain.head, chain.key_id, chain.seal) for chain in chains]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE {Chain._meta.db_table} AS c
            SET length = v.column2, head = v.column3, key_id = v.column4, seal = v.column5
            FROM (VALUES {", ".join(["(%s, %s, %s, %s, %s)"] * len(rows))}) AS v WHERE c.id = v.column1
            """,  # noqa: S608  # only our own table name is put in
            [value for row in rows for value in row],
        )


def _tell(chain: str, entries: Sequence[Entry]) -> None:
    for entry in entries:
        # In groups of digits: the log would mask digits that happen to look like a code.
        mac = bytes.fromhex(entry.mac).hex(":", 2)
        # Event and subject tell what is to be done again if the database is put back to a time before (ADR 57).
        told = {"event": str(entry.event), "subject": entry.subject}
        logger.info("Entry %d of %s: %s", entry.number, chain, mac, extra=told)


def _fact(value: str | int | bool) -> str | int | bool:  # noqa: FBT001  # one of the kinds of fact
    if isinstance(value, str):
        return _masked_text(value)
    if isinstance(value, int):
        return value
    raise TypeError(f"{value!r} is neither text, whole number nor yes or no")


def _masked_text(text: str) -> str:
    """Return the text without the codes, which may not be stored."""
    return mask_codes(storable(str(text)))
