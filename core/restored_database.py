"""What a database that was restored from a backup needs first: numbers that were never given (ADR 57)."""

import hashlib
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.db import connection, models

MARGIN = 1_000_000  # more rows than any table gets between two backups


@dataclass(frozen=True)
class Raised:
    """The last number of a table that the backup knows, and the last one that is left out."""

    last: int
    until: int


def raise_numbers() -> dict[str, Raised]:
    """Let every table go on MARGIN above its last number, so that none is given twice. Return both by table.

    It needs the rights of the role that migrates. On PostgreSQL no rollback takes it back, which does no harm.
    """
    columns = {
        model._meta.db_table: str(model._meta.pk.column)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and isinstance(model._meta.pk, models.AutoField)
    }
    raise_number = _raise_on_sqlite if connection.vendor == "sqlite" else _raise_on_postgresql
    return {table: raise_number(table, column) for table, column in sorted(columns.items())}


def number_of_others() -> int:
    """Return how many connections there are besides this one that may write here. None are known on SQLite.

    Behind a pooler they are its own, whether somebody uses them or not, and are not counted.
    """
    if connection.vendor == "sqlite" or settings.DATABASE_POOLED:
        return 0
    with connection.cursor() as cursor:
        # Not who watches over the server, but whoever has the rights of the service.
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity JOIN pg_roles ON pg_roles.oid = usesysid"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND (rolname = current_user"
            " OR NOT rolsuper AND has_table_privilege(usesysid, 'django_migrations', 'INSERT'))"
        )
        return int(cursor.fetchone()[0])


def database_mark() -> str:
    """Return a text that differs between a database and the one that is restored from its backup.

    On PostgreSQL it is that of the cluster, its timeline and the database in it, on SQLite what the command `backup`
    writes into each copy.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA user_version")
        else:
            cursor.execute(
                "SELECT (pg_control_system()).system_identifier, left(pg_walfile_name(pg_current_wal_lsn()), 8), oid"
                " FROM pg_database WHERE datname = current_database()"
            )
        place = "/".join(map(str, cursor.fetchone()))
    # In groups of digits, which nothing takes for an identity code.
    return hashlib.sha256(place.encode()).digest()[:8].hex(":", 2)


def _raise_on_sqlite(table: str, _column: str) -> Raised:
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
        last = row[0] if row else 0
        raised = Raised(last, last + MARGIN)
        if row:
            cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [raised.until, table])
        else:
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, raised.until])
    return raised


def _raise_on_postgresql(table: str, column: str) -> Raised:
    name, key = map(connection.ops.quote_name, (table, column))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [name, column])
        sequence = cursor.fetchone()[0]
        # Only names of our own tables are put in.
        cursor.execute(f"SELECT greatest((SELECT max({key}) FROM {name}), (SELECT last_value FROM {sequence}))")  # noqa: S608
        last = cursor.fetchone()[0]
        raised = Raised(last, last + MARGIN)
        cursor.execute("SELECT setval(%s, %s)", [sequence, raised.until])
    return raised
