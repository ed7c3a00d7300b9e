"""manage.py migrate, while the former release serves people."""

import time
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections

# While a change of a table waits for its lock, everybody else waits behind it. So it waits briefly, and often.
LOCK_TIMEOUT = "500ms"
PAUSE, TRIES = 1.0, 300  # seconds, in which those who waited go on
LOCK_NOT_AVAILABLE = "55P03"  # SQLSTATE


class Command(migrate.Command):
    help = f"{migrate.Command.help} Waits for locks briefly, and tries again what did not get its locks."

    def handle(self, *args: Any, database: str, **options: Any) -> str | None:
        """Migrate. Raises CommandError when a table is in use for minutes on end; what is done so far stays done."""
        _wait_briefly(connections[database])
        for _ in range(TRIES):
            try:
                return super().handle(*args, database=database, **options)
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                    raise
                self.stderr.write("A table is in use; trying again.")
                time.sleep(PAUSE)
        raise CommandError("A table has been in use for minutes. Look for a long transaction, and run migrate again.")


def _wait_briefly(connection: Any) -> None:
    """Let each migration of that connection give up after LOCK_TIMEOUT, but those without a transaction of their own.

    These build an index beside the work on the table (core.indexes): nobody waits behind them, and one that is given
    up leaves an index behind that is not valid.
    """
    if connection.vendor != "postgresql":
        return

    class Editor(connection.SchemaEditorClass):  # type: ignore[misc]  # known at run time only
        def __enter__(self) -> Any:
            entered = super().__enter__()
            if self.atomic_migration:
                # Of this transaction only: behind a pooler the connection is somebody else's afterwards.
                self.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            return entered

    connection.SchemaEditorClass = Editor
