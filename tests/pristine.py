"""The database as the migrations left it: kept once for a run, and put back after each test that commits.

Django empties some fifty tables one by one instead, and types what the migrations wrote in again.
"""

import sqlite3
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

SCHEMA = "pristine"
# As the role of a replica PostgreSQL fires no trigger and checks no foreign key: kept rows go too.
PUT_BACK = """
    SET session_replication_role = replica;
    {emptied}
    {filled}
    {counted}
    SET session_replication_role = origin;
"""


class Pristine:
    """What the migrations left in one database, or whatever else is committed in it."""

    def __init__(self, connection: BaseDatabaseWrapper, *, schema: str = SCHEMA) -> None:
        connection.ensure_connection()
        self._copy: sqlite3.Connection | None = None
        self._statements = ""
        if connection.vendor == "sqlite":
            self._copy = sqlite3.connect(":memory:", check_same_thread=False)
            connection.connection.backup(self._copy)
        else:
            self._statements = _kept_beside(connection, schema)

    def put_back(self, connection: BaseDatabaseWrapper) -> None:
        """Make the database what it was, whatever was committed since."""
        connection.ensure_connection()
        if self._copy is not None:
            self._copy.backup(connection.connection)
            return
        with connection.cursor() as cursor:
            cursor.execute(self._statements)


def _kept_beside(connection: BaseDatabaseWrapper, schema: str) -> str:
    """Copy the rows into a schema of their own, and return the statements that put them back."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}")
        tables = _column(cursor, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        filled = [table for table in tables if _column(cursor, f'SELECT 1 FROM "{table}" LIMIT 1')]
        for table in filled:
            cursor.execute(f'CREATE TABLE {schema}."{table}" AS TABLE public."{table}"')
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'")
        sequences = cursor.fetchall()
    return PUT_BACK.format(
        emptied="".join(f'DELETE FROM public."{table}";' for table in tables),
        filled="".join(f'INSERT INTO public."{table}" SELECT * FROM {schema}."{table}";' for table in filled),
        counted="".join(
            f"SELECT setval('public.\"{name}\"', {last or 1}, {'true' if last else 'false'});"
            for name, last in sequences
        ),
    )


def _column(cursor: Any, sql: str) -> list[Any]:
    cursor.execute(sql)
    return [row[0] for row in cursor.fetchall()]
