"""Two acts over two connections on PostgreSQL: the second arrives while the first stands before one of its locks.

The second is done before the first goes on, or it waits for a lock that the first holds: the server says which. So
nothing sleeps, and each order is met on purpose.
"""

import re
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

import psycopg
from django.db import connection

LOCK = re.compile(r"FOR (NO KEY )?UPDATE|pg_advisory_xact_lock|ON CONFLICT")
WRITING = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)')
# The server looks for deadlocks after a second; here both are soon where they will be. Each statement is planned once.
FAST = {
    "deadlock_timeout": "5ms",
    "plan_cache_mode": "force_generic_plan",
    "lock_timeout": "20s",  # the machine may be busy with other tests
    "statement_timeout": "30s",
}
MOST_PREPARED = 2000  # statements of a connection that are planned once
PATIENCE = 60  # seconds, after which something hangs
LOOK_AGAIN = 0.002  # seconds, unless it is done before
WAITS = "SELECT 1 FROM pg_stat_activity WHERE pid = %s AND wait_event_type = 'Lock'"

Done = Callable[[], object]


@dataclass(frozen=True)
class Arrival:
    """What became of two acts, each what it returned or raised."""

    first: object
    second: object
    waited: bool  # whether the second had to wait for the first
    # The second waited with nothing in its hands, or has only read. Then it does just so at every later stop in the
    # same transaction of the first.
    is_same_from_now_on: bool


@dataclass
class Written:
    """The tables that two connections have written to, and how many statements that lock rows the second has begun."""

    tables: set[str] = field(default_factory=set)
    claims: int = 0

    def note(self, execute: Any, sql: str, *rest: Any) -> Any:
        if found := WRITING.match(sql):
            self.tables.add(found.group(1))
        return execute(sql, *rest)

    def count(self, execute: Any, sql: str, *rest: Any) -> Any:
        self.claims += is_claim(sql)
        return execute(sql, *rest)


class SecondConnection:
    """A thread that keeps its connection, and a third connection that sees for whom the second waits."""

    def __init__(self) -> None:
        self.written = Written()
        self._pool = ThreadPoolExecutor(1)
        self._pid = self._pool.submit(self._begin).result()
        names = {"dbname": "NAME", "user": "USER", "host": "HOST", "password": "PASSWORD", "port": "PORT"}
        known = {key: connection.settings_dict[name] for key, name in names.items()}
        self._watch = psycopg.connect(**{key: value for key, value in known.items() if value}, autocommit=True)

    def _begin(self) -> int:
        make_fast()
        connection.execute_wrappers += [self.written.note, self.written.count]
        return connection.connection.info.backend_pid

    def close(self) -> None:
        self._watch.close()
        self._pool.submit(lambda: connection.close()).result()
        self._pool.shutdown()

    def begin(self, act: Done) -> "Future[object]":
        """Let it do the act, and return once that is done or waits."""
        self.written.claims = 0
        future = self._pool.submit(outcome_of, act)
        while not wait([future], timeout=LOOK_AGAIN).done:
            if self._watch.execute(WAITS, [self._pid]).fetchone():
                break
        return future


def make_fast() -> None:
    """Let this thread's connection plan each statement once, and find deadlocks soon."""
    connection.ensure_connection()
    connection.connection.prepared_max = MOST_PREPARED
    for name, value in FAST.items():
        connection.connection.execute(f"SET {name} = '{value}'")


def outcome_of(act: Done) -> object:
    """Do an act; return what it returns or raises."""
    try:
        return act()
    except Exception as error:
        return error


def is_claim(sql: str) -> bool:
    return WRITING.match(sql) is not None or LOCK.search(sql) is not None


def race(first: Done, second: Done, *, number: int, other: SecondConnection) -> Arrival | None:
    """Do the first act, and let the second arrive at its n-th stop; return None if it has no such stop.

    The stops of an act are its locks, and wherever a transaction first writes.
    """
    begun: list[Future[object]] = []
    stops = Stops()

    def stop(execute: Any, sql: str, *rest: Any) -> Any:
        if not begun and stops.pass_by(sql) == number:
            begun.append(other.begin(second))
            waited = not begun[0].done()
            arrived.extend([waited, other.written.claims <= int(waited)])
        return execute(sql, *rest)

    arrived: list[bool] = []
    with connection.execute_wrapper(stop):
        done = outcome_of(first)
    if not begun:
        return None
    return Arrival(done, begun[0].result(PATIENCE), *arrived)


@dataclass
class Stops:
    """The stops of an act as they come, each with its transaction."""

    transactions: list[int] = field(default_factory=list)

    def pass_by(self, sql: str) -> int:
        """Return the number of the stop before this statement, 0 if it is none."""
        if not is_claim(sql):
            return 0
        [transaction] = connection.connection.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()
        if not LOCK.search(sql) and self.transactions[-1:] == [transaction]:
            return 0
        self.transactions.append(transaction)
        return len(self.transactions)


def stops_of(act: Done) -> list[list[int]]:
    """Do an act alone, and return the numbers of its stops, those of each transaction together."""
    stops = Stops()

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        stops.pass_by(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        outcome_of(act)
    numbered = groupby(enumerate(stops.transactions, 1), key=itemgetter(1))
    return [[number for number, _transaction in group] for _transaction, group in numbered]
