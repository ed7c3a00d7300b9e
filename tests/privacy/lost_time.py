"""The time between a backup and its restore: what happens in it is logged, and the database forgets it."""

import contextlib

import pytest
from django.db import transaction

from tests.running.restoring import logged_to


@contextlib.contextmanager
def lost_time(log):
    """Log into a file what happens inside, as if it were committed, and bring the database back to where it was."""
    with pytest.MonkeyPatch.context() as patch, transaction.atomic(), logged_to(log):
        patch.setattr(transaction, "on_commit", lambda act, *_arguments, **_more: act())
        yield
        transaction.set_rollback(True)
