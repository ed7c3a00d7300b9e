"""Indexes of tables that have rows, for migrations."""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.migrations import AddIndex, RunPython
from django.db.migrations.state import ProjectState


class AddIndexBesideTheWork(AddIndexConcurrently):
    """Add an index while others write to the table. On SQLite, which has one writer at a time, as any other index.

    The migration is to have `atomic = False`. If it is broken off, an index stays behind that is not valid: so
    whatever has the name is removed first.
    """

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Build the index. Raises NotSupportedError in a transaction."""
        self.database_backwards(app_label, schema_editor, from_state, to_state)
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        else:
            AddIndex.database_forwards(self, app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Remove the index, if there is one. Raises NotSupportedError in a transaction."""
        self._ensure_not_in_transaction(schema_editor)
        _drop(schema_editor, self.index.name)


def take_away(*names: str) -> RunPython:
    """Return the operation that removes indexes of references, while others write to their tables.

    Django would remove the references with them, and hold up writers while it checks each row again. The migration is
    to have `atomic = False`.
    """

    def drop(apps: Any, schema_editor: Any) -> None:
        for name in names:
            _drop(schema_editor, name)

    return RunPython(drop, RunPython.noop)


def _drop(schema_editor: Any, name: str) -> None:
    beside = "CONCURRENTLY " if schema_editor.connection.vendor == "postgresql" else ""
    schema_editor.execute(f"DROP INDEX {beside}IF EXISTS {schema_editor.quote_name(name)}")
