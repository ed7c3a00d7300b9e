"""The demo's database. It is discarded when another release has made it: it holds nobody's data."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


def discard_other_release() -> bool:
    """Remove the database if another release has made it, and tell whether it was removed.

    Such a database records migrations that this code does not have, so it cannot be migrated. Its file goes, and
    the files that SQLite keeps beside it. Raises CommandError for a database that is not SQLite.
    """
    recorded = MigrationRecorder(connection).applied_migrations()
    if recorded.keys() <= (MigrationLoader(None).disk_migrations or {}).keys():
        return False
    if connection.vendor != "sqlite":
        raise CommandError("Another release has made this database. Give the demo an empty one.")
    connection.close()
    for suffix in ("", "-wal", "-shm", "-journal"):
        Path(f"{settings.DATABASES['default']['NAME']}{suffix}").unlink(missing_ok=True)
    return True
