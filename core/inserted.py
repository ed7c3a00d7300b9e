"""Rows stored by a statement whose SQL is made once for each number of them (ADR 64).

Building the same INSERT anew took Django longer than the driver and the database need for it.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Expression, Field, Model

Row = TypeVar("Row", bound=Model)
MOST = 8
# By model and number of rows.
_MADE = dict[tuple[type[Model], int], tuple[list["Field[Any, Any]"], str]]()


def insert(rows: Sequence[Row]) -> Sequence[Row]:
    """Store new rows of one model as bulk_create() does, give them their keys, and return them.

    Many rows, and values that the database is to make, are left to bulk_create(). The rows have keys of the database's
    own, and no signals are sent. Raises the errors of the database.
    """
    if not rows:
        return rows
    model = type(rows[0])
    if len(rows) > MOST:
        return model._base_manager.bulk_create(rows)
    fields, sql = _MADE.get((model, len(rows))) or _make(model, len(rows))
    for row in rows:
        row._prepare_related_fields_for_save(operation_name="insert")  # type: ignore[attr-defined]  # Django's
    made = [[field.pre_save(row, add=True) for field in fields] for row in rows]
    if any(isinstance(value, Expression) for values in made for value in values):
        return model._base_manager.bulk_create(rows)
    values = [
        field.get_db_prep_save(value, connection)
        for values in made
        for field, value in zip(fields, values, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk, row._state.adding, row._state.db = key, False, connection.alias
    return rows


def _make(model: type[Model], number: int) -> tuple[list["Field[Any, Any]"], str]:
    fields = [field for field in model._meta.local_concrete_fields if not field.primary_key]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join([f"({', '.join(['%s'] * len(fields))})"] * number)
    key = model._meta.pk.column
    # The names are our own.
    sql = f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES {values} RETURNING "{key}"'  # noqa: S608
    _MADE[model, number] = fields, sql
    return fields, sql
