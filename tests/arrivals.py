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
WRITING = ("INSERT", "UPDATE", "DELETE")
# The server looks for deadlocks after a second; here both are soon where they will be. Each statement is planned once.
FAST = "SET deadlock_timeout = '5ms'; SET plan_cache_mode = force_generic_plan"
PATIENCE = 10  # seconds, after which something hangs
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
class _Claims:
    """How many statements that lock rows a connection has begun."""

    begun: int = 0

    def __call__(self, execute: Any, sql: str, *rest: Any) -> Any:
        if is_claim(sql):
            self.begun += 1
        return execute(sql, *rest)


class SecondConnection:
    """A thread that keeps its connection, and a third connection that sees for whom the second waits."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._claims = _Claims()
        self._pid, parameters = self._pool.submit(self._begin).result()
        self._watch = psycopg.connect(**parameters, autocommit=True)
        with connection.cursor() as cursor:
            cursor.execute(FAST)

    def _begin(self) -> tuple[int, dict[str, Any]]:
        with connection.cursor() as cursor:
            cursor.execute(FAST)
            cursor.execute("SELECT pg_backend_pid()")
            [pid] = cursor.fetchone()
        connection.execute_wrappers.append(self._claims)
        names = {"dbname": "NAME", "user": "USER", "host": "HOST", "password": "PASSWORD", "port": "PORT"}
        known = {key: connection.settings_dict[name] for key, name in names.items()}
        return pid, {key: value for key, value in known.items() if value}

    def close(self) -> None:
        self._watch.close()
        self._pool.submit(lambda: connection.close()).result()
        self._pool.shutdown()
        with connection.cursor() as cursor:
            cursor.execute("RESET deadlock_timeout; RESET plan_cache_mode")

    def begin(self, act: Done) -> "Future[object]":
        """Let it do the act, and return once that is done or waits."""
        self._claims.begun = 0
        future = self._pool.submit(outcome_of, act)
        while not wait([future], timeout=LOOK_AGAIN).done:
            if self._watch.execute(WAITS, [self._pid]).fetchone():
                break
        return future

    @property
    def claims(self) -> int:
        return self._claims.begun


def outcome_of(act: Done) -> object:
    """Do an act; return what it returns or raises."""
    try:
        return act()
    except Exception as error:
        return error


def is_claim(sql: str) -> bool:
    return sql.startswith(WRITING) or LOCK.search(sql) is not None


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
            arrived.extend([waited, other.claims <= int(waited)])
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
