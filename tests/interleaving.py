"""What somebody else does between what an operation reads and the lock for which it then waits."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db.models import QuerySet
from zeal import zeal_ignore


@contextmanager
def before_lock(act: Callable[[], Any], *, number: int = 1) -> Iterator[None]:
    """Let `act` be done whole just before the n-th lock that is asked for within the context.

    One thread and one connection are enough, on either database: whoever waits for a lock gets it once the other has
    committed, and that is all that the operation can notice.
    """
    asked = 0
    done = False
    original = QuerySet.select_for_update

    def lock(rows: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal asked, done
        asked += 1
        if asked == number and not done:
            done = True
            patch.undo()
            with zeal_ignore():  # two people, in one request of one of them
                act()
        return original(rows, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QuerySet, "select_for_update", lock)
        yield
    assert done, "no such lock was asked for"
