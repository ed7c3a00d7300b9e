"""Queries whose SQL is made once, and asked with new values each time (ADR 62).

Half of a page's time went into building the same statements anew at every request. A compiled query is a query set
like any other, built once with placeholders for its values: Django makes its SQL, and makes objects of its rows.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connections, transaction
from django.db.models import Expression, QuerySet
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row")
DAY = re.compile(r"\d{4}-\d\d-\d\d")  # what days and moments begin with, in both databases


class Placeholder(Expression):
    """Stands in a query set for a value that is given later."""

    def __init__(self, name: str, position: int | None = None) -> None:
        super().__init__()
        self.name, self.position = name, position

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Any:
        return "%s", [self]

    def value_among(self, given: dict[str, Any]) -> Any:
        """Return the value for which it stands. Raises TypeError for None, which SQL compares in another way."""
        value = given[self.name] if self.position is None else given[self.name][self.position]
        if value is None:
            raise TypeError(f"{self.name} may not be None")
        return value


@dataclass(frozen=True)
class Made:
    """A query set, and what Django made of it."""

    query_set: Any
    compiler: SQLCompiler
    sql: str
    parameters: Sequence[Any]


def _copy(one: Any) -> Any:
    """Return a shallow copy, which copy.copy() takes four times as long for."""
    other = object.__new__(one.__class__)
    other.__dict__.update(one.__dict__)
    return other


class Compiled(Generic[Row]):
    """A query with names for its values: numbers, texts, moments, days, and lists of such."""

    def __init__(self, build: Callable[..., "QuerySet[Any, Row]"]) -> None:
        """Take a function that returns a query set, and whose arguments are the values by their names."""
        self._build = build
        self._made = dict[tuple[int | None, ...], Made]()

    def rows(self, **given: Any) -> list[Row]:
        """Return what the query set returns for these values, by one statement; nothing for an empty list.

        A list is filled up to 1, 2, 4, 8 … values. So none may stand where an empty one would mean all rows, as in
        `exclude()`. Raises TypeError for None, and for what is a list in another shape, and
        TransactionManagementError for a lock outside a transaction.
        """
        if [] in given.values():
            return []
        for name, value in given.items():
            if isinstance(value, Collection) and not isinstance(value, str | bytes | list):
                raise TypeError(f"{name} is to be a list")
            if isinstance(value, list):  # the last one is repeated: a query for each length would be many
                given[name] = value + value[-1:] * ((1 << (len(value) - 1).bit_length()) - len(value))
        given = dict(sorted(given.items()))
        shape = tuple(len(value) if isinstance(value, list) else None for value in given.values())
        made = self._made.get(shape) or self._make(shape, given)
        # Django's own way from here on, with copies that know their SQL already.
        query, compiler = _copy(made.query_set.query), _copy(made.compiler)
        compiler.connection = connections[made.query_set.db]  # of this thread
        # Django looks for it only while it makes the SQL.
        if query.select_for_update and compiler.connection.get_autocommit():
            raise transaction.TransactionManagementError("A lock ends with its transaction, and there is none")
        adapt = compiler.connection.ops.adapt_unknown_value
        values = [adapt(one.value_among(given)) if isinstance(one, Placeholder) else one for one in made.parameters]
        compiler.as_sql = lambda *_args, **_options: (made.sql, values)
        query.get_compiler = lambda *_args, **_options: compiler
        found = _copy(made.query_set)
        found._query = query
        return list(found)

    def first(self, **given: Any) -> Row | None:
        """Return the first of these rows, or None. Raises as rows() does."""
        return next(iter(self.rows(**given)), None)

    def _make(self, shape: Sequence[int | None], given: dict[str, Any]) -> Made:
        places = {
            name: Placeholder(name) if length is None else [Placeholder(name, place) for place in range(length)]
            for name, length in zip(given, shape, strict=True)
        }
        query_set = self._build(**places)
        compiler = query_set.query.get_compiler(using=query_set.db)
        made = Made(query_set, compiler, *compiler.as_sql())
        converters = compiler.get_converters([each[0] for each in compiler.select[: compiler.col_count]])
        compiler.get_converters = lambda _expressions: converters
        if any(DAY.match(str(one)) for one in made.parameters):
            raise TypeError("The moment at which a query was made would count for good")
        compiler.connection = None  # each use has that of its thread
        self._made[tuple(shape)] = made
        return made
