"""The list of faults, and how the place of each is named."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import BigIntegerField, Case, QuerySet, Value, When
from django.db.models.functions import Cast, Substr

from applications import references
from applications.models import Application
from core import crypto

BATCH = 500  # rows that are in memory at once
CLOCK_RUNS = dt.timedelta(days=1)  # within which the clock has done what was due

Places = Iterator[str]


@dataclass(frozen=True)
class Fault:
    """One thing that may be wrong: a word for the log, what it means, and a function that finds the places."""

    word: str
    what: str
    find: Callable[[], Places]


FAULTS: dict[str, Fault] = {}


def finds(word: str, what: str) -> Callable[[Callable[[], Places]], Callable[[], Places]]:
    """Enter the decorated function in the list of faults. It returns the places where the fault is."""

    def enter(find: Callable[[], Places]) -> Callable[[], Places]:
        FAULTS[word] = Fault(word, what, find)
        return find

    return enter


@contextmanager
def one_picture() -> Iterator[None]:
    """Let all queries within the context see the database as it is now, however long they take and write nothing.

    SQLite has no such transaction that lets others write. There each query sees the database of its own moment.
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SET LOCAL statement_timeout = 0")  # the service's own limit is for pages
        yield


def applications_at(found: QuerySet[Application]) -> Places:
    """Return the places that are these applications."""
    for reference in found.order_by("pk").values_list("reference", flat=True).iterator(chunk_size=BATCH):
        yield f"application {references.display(reference)}"


def rows_at(found: QuerySet[Any], application: str) -> Places:
    """Return the places that are these rows. `application` is the path from a row to its application."""
    model = found.model
    rows = found.order_by("pk").values_list(f"{application}__reference", "pk")
    for reference, key in rows.iterator(chunk_size=BATCH):
        yield row_at(model, key, reference)


def row_at(model: type[Any], key: int, reference: str = "") -> str:
    """Return the place that is one row, with the reference of its application where it has one."""
    row = f"{model._meta.model_name} {key}"
    return f"application {references.display(reference)}, {row}" if reference else row


def key_in(column: str, kind: str) -> Case:
    """Return the expression for the key in a name of the trail, such as 55 in "applicant 55"; null for other kinds."""
    begins = When(**{f"{column}__startswith": f"{kind} "}, then=Cast(Substr(column, len(kind) + 2), BigIntegerField()))
    return Case(begins, default=Value(None, output_field=BigIntegerField()))


def opened(value: bytes | memoryview | None, field: Any) -> str | None:
    """Return what a sealed value of a field holds; None for no value, and for one that cannot be decrypted."""
    if value is None:
        return None
    try:
        return crypto.decrypt(bytes(value), context=field.context)
    except crypto.CannotDecrypt:
        return None
