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
    original, rows_of_compiled = QuerySet.select_for_update, Compiled.rows

    def lock(rows: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal asked, done
        asked += 1
        if asked == number and not done:
            done = True
            patch.undo()
            with zeal_ignore():  # two people, in one request of one of them
                act()
        return original(rows, *args, **kwargs)

    def make_anew(query: Any, **given: Any) -> Any:
        """Let a lock that is made once be asked for each time."""
        if any(made.query_set.query.select_for_update for made in query._made.values()):
            query._made.clear()
        return rows_of_compiled(query, **given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QuerySet, "select_for_update", lock)
        patch.setattr(Compiled, "rows", make_anew)
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
