"""Django's PostgreSQL backend, for a server that may be silent (ADR 54)."""

from types import SimpleNamespace
from typing import Any, ClassVar

import psycopg
from django.conf import settings
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base, schema

from core.postgresql.pool import PatientConnection, Pool


class SchemaEditor(schema.DatabaseSchemaEditor):
    """Django's own, which gives an indexed text one index and not two: the second would serve LIKE alone."""

    def _create_like_index_sql(self, model: Any, field: Any) -> None:
        return


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, with connections that give up a silent server, and a pool of ours."""

    SchemaEditorClass = SchemaEditor
    _connection_pools: ClassVar[dict[str, Pool]] = {}
    # What Django takes of psycopg, with our way to connect.
    Database: Any = SimpleNamespace(**{**vars(psycopg), "connect": PatientConnection.connect})

    @property
    def pool(self) -> Pool | None:
        """Return the pool of this process, or None where each thread has a connection of its own.

        Django's own property would make psycopg's.
        """
        options = self.settings_dict["OPTIONS"].get("pool")
        if self.alias == NO_DB_ALIAS or not options:
            return None
        if self.alias not in self._connection_pools:
            arguments = {**self.get_connection_params(), "autocommit": True}  # Django sets it on itself later
            configure = self._configure_connection  # type: ignore[attr-defined]  # not in the stubs
            made = Pool(kwargs=arguments, open=False, configure=configure, **options)
            self._connection_pools.setdefault(self.alias, made)  # of several threads, the first
        return self._connection_pools[self.alias]

    def chunked_cursor(self) -> Any:
        """Return a cursor that reads in pieces, which behind a pooler only a transaction can hold open."""
        if settings.DATABASE_POOLED and self.get_autocommit():
            return self.cursor()
        return super().chunked_cursor()
