"""Reading changes nothing: what a request writes besides its bookkeeping, for whoever it asks as."""

import copy
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.test import Client

# Written on any request: when a session was last used, and how often something was tried.
BOOKKEEPING = ("django_session", "identity_ratecount")
TRAIL = ("records_chain", "records_entry")  # a look at somebody's data is recorded (R16, R17, C1)
READING = ("GET", "HEAD")


class Changes:
    """The statements that change something besides the tables that are left aside."""

    def __init__(self, *aside: str) -> None:
        self.found: list[str] = []
        self._aside = (*BOOKKEEPING, *aside)

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if re.match(r"\s*(insert|update|delete)", sql, re.IGNORECASE) and not any(t in sql for t in self._aside):
            self.found.append(sql)
        return execute(sql, params, many, context)


def same_browser(client: Client) -> Client:
    """Return a client that somebody is signed in with, as it was: a test may sign out, and take no other along."""
    again = Client(enforce_csrf_checks=client.handler.enforce_csrf_checks)
    again.cookies = copy.deepcopy(client.cookies)
    return again


@contextmanager
def taken_back() -> Iterator[None]:
    """Take back whatever is written within, so that each address of many begins where the first began."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def changes_by_reading(client: Client, address: str, *aside: str) -> list[str]:
    """Return what reading an address changes, with either method; it is taken back."""
    changes = Changes(*aside)
    with taken_back(), connection.execute_wrapper(changes):
        for method in READING:
            client.generic(method, address)
    return changes.found
