"""The demo's database. One that another release has made is thrown away: nobody's data are in it."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


def is_of_another_release() -> bool:
    """Tell whether the database records migrations that this code does not have, so that it cannot be migrated."""
    recorded = MigrationRecorder(connection).applied_migrations()
    return not recorded.keys() <= (MigrationLoader(None).disk_migrations or {}).keys()


def throw_away() -> None:
    """Remove the file of the database, and what SQLite keeps beside it. Raises CommandError for another database."""
    if connection.vendor != "sqlite":
        raise CommandError("Another release has made this database. Give the demo an empty one.")
    connection.close()
    for suffix in ("", "-wal", "-shm", "-journal"):
        Path(f"{settings.DATABASES['default']['NAME']}{suffix}").unlink(missing_ok=True)
