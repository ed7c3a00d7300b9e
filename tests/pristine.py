"""The database as the migrations left it: kept once for a run, and put back after each test that commits.

Django empties some fifty tables one by one instead, and types what the migrations wrote in again.
"""

import sqlite3
from collections.abc import Iterable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

SCHEMA = "pristine"
# As the role of a replica PostgreSQL fires no trigger and checks no foreign key: kept rows go too.
PUT_BACK = """
    SET session_replication_role = replica;
    {tables}
    SET session_replication_role = origin;
"""


class Pristine:
    """What the migrations left in one database, or whatever else is committed in it."""

    def __init__(self, connection: BaseDatabaseWrapper, *, schema: str = SCHEMA) -> None:
        connection.ensure_connection()
        self._copy: sqlite3.Connection | None = None
        self._statements: dict[str, str] = {}  # by table
        if connection.vendor == "sqlite":
            self._copy = sqlite3.connect(":memory:", check_same_thread=False)
            connection.connection.backup(self._copy)
        else:
            self._statements = _kept_beside(connection, schema)

    def put_back(self, connection: BaseDatabaseWrapper, *, tables: Iterable[str] | None = None) -> None:
        """Make the database what it was, whatever was committed since; on PostgreSQL only `tables`, if given."""
        connection.ensure_connection()
        if self._copy is not None:
            self._copy.backup(connection.connection)
            return
        found = self._statements if tables is None else tables
        with connection.cursor() as cursor:
            cursor.execute(PUT_BACK.format(tables="".join(self._statements[table] for table in found)))


def _kept_beside(connection: BaseDatabaseWrapper, schema: str) -> dict[str, str]:
    """Copy the rows into a schema of their own, and return the statements that put each table back."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}")
        tables = _column(cursor, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        statements = {table: f'DELETE FROM public."{table}";' for table in tables}
        for table in tables:
            if _column(cursor, f'SELECT 1 FROM "{table}" LIMIT 1'):
                cursor.execute(f'CREATE TABLE {schema}."{table}" AS TABLE public."{table}"')
                statements[table] += f'INSERT INTO public."{table}" SELECT * FROM {schema}."{table}";'
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'")
        for name, last in cursor.fetchall():
            table = max((table for table in tables if name.startswith(f"{table}_")), key=len)
            was_used = "true" if last else "false"
            statements[table] += f"SELECT setval('public.\"{name}\"', {last or 1}, {was_used});"
    return statements


def _column(cursor: Any, sql: str) -> list[Any]:
    cursor.execute(sql)
    return [row[0] for row in cursor.fetchall()]
