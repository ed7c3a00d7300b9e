"""What somebody else does between what an operation reads and the lock for which it then waits."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from zeal import zeal_ignore

from core.compiled import Compiled


@contextmanager
def before_lock(act: Callable[[], Any], *, number: int = 1) -> Iterator[None]:
    """Let `act` be done whole just before the n-th lock that is asked for within the context.

    One thread and one connection are enough, on either database: whoever waits for a lock gets it once the other has
    committed, and that is all that the operation can notice.
    """
    asked = 0
    done = False
    original, compiled = QuerySet.select_for_update, Compiled.lock

    def count() -> None:
        nonlocal asked, done
        asked += 1
        if asked == number and not done:
            done = True
            patch.undo()
            with zeal_ignore():  # two people, in one request of one of them
                act()

    def lock(rows: Any, *args: Any, **kwargs: Any) -> Any:
        count()
        return original(rows, *args, **kwargs)

    def lock_by_compiled(query: Any, **given: Any) -> Any:
        count()
        with pytest.MonkeyPatch.context() as making:  # which asks for a lock of its own, the first time
            making.setattr(QuerySet, "select_for_update", original)
            return compiled(query, **given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QuerySet, "select_for_update", lock)
        patch.setattr(Compiled, "lock", lock_by_compiled)
        yield
    assert done, "no such lock was asked for"


@contextmanager
def before_statement(act: Callable[[], Any], *, begins: str, number: int = 1) -> Iterator[None]:
    """Let `act` be done whole just before the n-th statement that begins so, where the lock itself is taken back."""
    asked = 0

    def run(execute: Any, sql: str, *rest: Any) -> Any:
        nonlocal asked
        if sql.startswith(begins):
            asked += 1
            if asked == number:
                with zeal_ignore():
                    act()
        return execute(sql, *rest)

    with connection.execute_wrapper(run):
        yield
    assert asked >= number, "no such statement"
