"""One transaction that survives losing a race for its locks."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction

P = ParamSpec("P")
R = TypeVar("R")

TRIES = 3
DEADLOCK, SERIALIZATION_FAILURE = "40P01", "40001"


def atomically(operation: Callable[P, R]) -> Callable[P, R]:
    """Run the whole operation in a transaction; on a deadlock or serialization failure, again from its start."""

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
