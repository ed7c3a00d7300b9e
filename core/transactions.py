"""A transaction that is tried again when it loses a race for its locks, its time, and errors of an absent database."""

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from django.db import InterfaceError, InternalError, OperationalError, connection, transaction
from django.db.models.functions import Now

P = ParamSpec("P")
R = TypeVar("R")

TRIES = 3
# The database is stopped, blocked, full, or read-only while another server takes over, or the connection is lost.
# Django's other database errors are faults of the program.
DATABASE_AWAY = (OperationalError, InterfaceError, InternalError)
DEADLOCK, SERIALIZATION_FAILURE = "40P01", "40001"


def atomically(operation: Callable[P, R]) -> Callable[P, R]:
    """Run an operation in a transaction, and run it again from its start after a deadlock or serialization failure."""

    @functools.wraps(operation)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for left in reversed(range(TRIES)):
            try:
                with transaction.atomic():
                    return operation(*args, **kwargs)
            except OperationalError as error:
                lost_race = getattr(error.__cause__, "sqlstate", None) in {DEADLOCK, SERIALIZATION_FAILURE}
                if not (lost_race and left) or connection.in_atomic_block:
                    raise
        raise AssertionError("unreachable")  # the last round returns or raises

    return run


def give_connection_back() -> None:
    """Let others use this thread's connection of the pool, while it waits for somebody else than the database."""
    if connection.settings_dict["OPTIONS"].get("pool") and not connection.in_atomic_block:
        connection.close()


class TransactionTime(Now):
    """When the transaction began, by the database's clock: one moment for all that it writes.

    On SQLite it is the moment of the statement. Only one transaction writes there at a time.
    """

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="CURRENT_TIMESTAMP", **context)
