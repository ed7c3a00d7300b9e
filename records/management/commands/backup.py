"""`manage.py backup FILE`: a whole copy of a live SQLite database (docs/restoring.md)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from core import sqlite_copy

ON_POSTGRESQL = (
    "This command copies SQLite databases. PostgreSQL has its own: pg_dump --format=custom --file={file} "
    '"$DATABASE_URL" (docs/restoring.md)'
)


class Command(BaseCommand):
    help = "Copy a SQLite database into a new file while the service goes on, and verify the copy."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="is written by this command, and must not be there")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        if connection.vendor != "sqlite":
            raise CommandError(ON_POSTGRESQL.format(file=file))
        try:
            size = sqlite_copy.copy_database(file)
        except sqlite_copy.CopyBroken as error:
            raise CommandError(f"The copy is not sound, and was removed: {error}") from None
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from None
        self.stdout.write(f"{file}: {size} bytes")
