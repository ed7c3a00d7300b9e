"""Rows stored as Django stores them, by statements that it makes once (ADR 62)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction
from django.db.models import Model, Q
from django.db.models.constants import OnConflict
from django.db.models.expressions import DatabaseDefault
from django.db.models.sql import InsertQuery, UpdateQuery

from core.compiled import Placeholder

Row = TypeVar("Row", bound=Model)
FEW = 8  # rows: each number of them is a statement of its own
GIVEN = Placeholder("")
_made: dict[Any, tuple[str, Sequence[Any]]] = {}  # statements, and their parameters: GIVEN are those that vary


class RowIsGoneError(DatabaseError):
    """A row that was to be stored again is no longer there."""


def insert(new: Iterable[Row], *, unique: str = "") -> list[Row]:
    """Store new rows of one model as bulk_create() does, and return them.

    A row whose `unique` field says the same as that of a stored one is not stored, and nothing is refused.
    """
    rows = list(new)
    if not rows:
        return rows
    once: dict[str, Any] = {"unique_fields": [unique], "update_fields": [unique]} if unique else {}
    if len(rows) > FEW:
        return type(rows[0])._base_manager.bulk_create(rows, update_conflicts=bool(unique), **once)
    database, model, meta = connections[DEFAULT_DB_ALIAS], type(rows[0]), rows[0]._meta
    fields = [field for field in meta.concrete_fields if field is not meta.auto_field]
    values: list[Any] = []
    for row in rows:
        row._prepare_related_fields_for_save(operation_name="insert")  # type: ignore[attr-defined]  # Django's
        values += [field.get_db_prep_save(field.pre_save(row, add=True), database) for field in fields]
    defaults = [place for place, value in enumerate(values) if isinstance(value, DatabaseDefault)]
    shape = (database.vendor, model, len(rows), unique, *defaults)
    if shape not in _made:
        parts = iter(value if place in defaults else GIVEN for place, value in enumerate(values))
        like_rows: Any = [SimpleNamespace(**{field.attname: next(parts) for field in fields}) for _ in rows]
        same = {kind: [meta.get_field(name) for name in names] for kind, names in once.items()}
        query = InsertQuery(model, on_conflict=OnConflict.UPDATE if unique else None, **same)
        query.insert_values(fields, like_rows, raw=True)
        compiler: Any = query.get_compiler(connection=database)
        compiler.returning_fields = meta.db_returning_fields
        [_made[shape]] = compiler.as_sql()
    given = (value for place, value in enumerate(values) if place not in defaults)
    returns = meta.db_returning_fields  # a session's row, which has its key, returns nothing
    found = _execute(database, shape, given, lambda cursor: cursor.fetchall() if returns else [()] * len(rows))
    for row, returned in zip(rows, found, strict=True):
        for field, value in zip(returns, returned, strict=True):
            setattr(row, field.attname, value)
        row._state.adding, row._state.db = False, database.alias
    return rows


def update(row: Model, *names: str, former: Mapping[str, Any] | None = None) -> bool:
    """Store these fields of a stored row as save(update_fields=…) does. Raises RowIsGoneError.

    With `former` nothing is stored unless these fields still are as the database gave them; returns whether they were.
    """
    database, former = connections[DEFAULT_DB_ALIAS], former or {}
    model, fields = type(row), [cast("Any", row._meta.get_field(name)) for name in names]
    shape = (database.vendor, model, names, *former)
    if shape not in _made:
        query = UpdateQuery(model)
        query.add_q(Q(*((name, GIVEN) for name in ("pk", *former))))
        query.add_update_fields(cast("Any", [(field, None, GIVEN) for field in fields]))
        _made[shape] = query.get_compiler(connection=database).as_sql()
    values = [field.get_db_prep_save(field.pre_save(row, add=False), database) for field in fields]
    number: int = _execute(database, shape, [*values, row.pk, *former.values()], lambda cursor: cursor.rowcount)
    if not (number or former):
        raise RowIsGoneError
    return bool(number)


def _execute(database: Any, shape: Any, values: Iterable[Any], result: Callable[[Any], Any]) -> Any:
    """Execute a statement with these values, and return its result, taken from the cursor."""
    sql, parameters = _made[shape]
    given = iter(values)
    with transaction.mark_for_rollback_on_error(), database.cursor() as cursor:
        cursor.execute(sql, [next(given) if isinstance(one, Placeholder) else one for one in parameters])
        return result(cursor)
