"""Comparing the trail with what the log says of it: what a restored database has lost, and what differs (ADR 57).

Each entry is a line of the log too, with its chain, number and digest, and with its event and subject.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.db.models import Q

from core.log_lines import LogLine
from records.models import Chain, Entry

BATCH = 500  # lines looked at by one statement
# Numbers that fit into a column, and names of records/names.py, which end with one.
NAME = re.compile(r"[a-z ]+ [0-9]{1,18}")
LINE = re.compile(r"Entry ([0-9]{1,9}) of ([a-z ]+(?: [0-9]{1,18}){1,2}): ((?:[0-9a-f]{4}:)+[0-9a-f]{4})")


@dataclass(frozen=True)
class LoggedEntry:
    """One entry as the log tells of it. What former releases wrote names neither event nor subject."""

    at: dt.datetime
    chain: str
    number: int
    mac: str
    event: str = ""
    subject: str = ""


@dataclass(frozen=True)
class Missed:
    """An entry of the log that the database does not have, or has otherwise."""

    entry: LoggedEntry
    is_lost: bool  # and not changed


def logged_entries(lines: Iterable[LogLine]) -> Iterator[LoggedEntry]:
    """Yield the entries of which these lines of the logger "records" tell."""
    for line in lines:
        if found := LINE.fullmatch(line.message):
            number, chain, mac = found.groups()
            event, subject = (str(line.context.get(name, "")) for name in ("event", "subject"))
            if not subject or NAME.fullmatch(subject):
                yield LoggedEntry(line.at, chain, int(number), mac.replace(":", ""), event, subject)


def missed_entries(logged: Iterable[LoggedEntry], *, purged_before: dt.datetime) -> Iterator[Missed]:
    """Yield the entries that are lost or differ, in the order of the log.

    Chains that are gone are no loss where the log is older than `purged_before`. An entry that is younger than its
    line of the log has the number of a lost one, as after a restore.
    """
    remaining = iter(logged)
    while batch := list(islice(remaining, BATCH)):
        chains = dict(Chain.objects.filter(name__in={each.chain for each in batch}).values_list("pk", "name"))
        numbers = {each.number for each in batch}
        stored = Entry.objects.filter(Q(chain__in=chains, number__in=numbers))
        found = {
            (chains[chain], number): (mac, at)
            for chain, number, mac, at in stored.values_list("chain_id", "number", "mac", "at")
        }
        for each in batch:
            mac, at = found.get((each.chain, each.number), ("", None))
            is_purged = at is None and each.chain not in chains.values() and each.at < purged_before
            if mac != each.mac and not is_purged:
                yield Missed(each, is_lost=at is None or at > each.at)
