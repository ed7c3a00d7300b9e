"""Rows that nobody may edit or delete: the database itself refuses, on SQLite and PostgreSQL (R18, R19).

A migration names the table: `AppendOnly("Confirmation", may_be_set=("undone_at",))`. SQLite rebuilds a table for
nearly every change of it, and drops its triggers with the old table. Repeat the operation after such a migration,
and whenever an append-only table gains a column. tests/records/test_append_only.py finds where that was forgotten.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from records.models import Permit

# Never alter the table of permits: SQLite could not rebuild it under the triggers that read it.
PERMITTED = f"EXISTS (SELECT 1 FROM {Permit._meta.db_table})"  # noqa: S608  # our own table name
# An error of class 23, so that the refusals of both databases reach Python as an IntegrityError.
FUNCTION = f"""
    CREATE OR REPLACE FUNCTION records_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'UPDATE' AND {PERMITTED} THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'The rows of % are kept as they are', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END $$
"""
# As Django stores times: in SQLite as text.
NOW = {"sqlite": "strftime('%Y-%m-%d %H:%M:%f', 'now')", "postgresql": "now()"}


@contextmanager
def permit() -> Iterator[None]:
    """Let this transaction, and no other, delete append-only rows within the context, as the purge does (R18)."""
    with transaction.atomic():
        permitted = Permit.objects.create()
        yield
        permitted.delete()


class AppendOnly(Operation):
    """Refuse to delete rows of a table without a permit, and to change them.

    `may_change` names fields that may change all the same. `may_be_set` names fields that may be set once, while
    they are null. `from_time` names the field that says from when a row may not change any more, by the clock of the
    database; without it no row may. All name fields of the model as it is at this point of the migrations.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(
        self,
        model_name: str,
        may_change: tuple[str, ...] = (),
        may_be_set: tuple[str, ...] = (),
        from_time: str = "",
    ) -> None:
        self.model_name = model_name
        self.may_change = may_change
        self.may_be_set = may_be_set
        self.from_time = from_time

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Leave the models as they are: they know nothing of triggers."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for sql in self.statements(to_state.apps.get_model(app_label, self.model_name)):
            schema_editor.execute(sql, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for sql in _removed(from_state.apps.get_model(app_label, self.model_name)._meta.db_table):
            schema_editor.execute(sql, params=None)

    def describe(self) -> str:
        return f"Keep the rows of {self.model_name}"

    @property
    def migration_name_fragment(self) -> str:
        return f"keep_{self.model_name.lower()}"

    def statements(self, model: type[models.Model]) -> list[str]:
        """Return the statements that replace the guards of a table."""
        table = model._meta.db_table
        when = self._is_forbidden(model)
        if connection.vendor == "sqlite":
            guards = [_sqlite(table, "DELETE", f"NOT {PERMITTED}"), _sqlite(table, "UPDATE", when)]
            return [*_removed(table), *guards]
        guards = [
            _postgresql(table, "DELETE", "FOR EACH ROW"),
            _postgresql(table, "TRUNCATE", "FOR EACH STATEMENT"),
            _postgresql(table, "UPDATE", f"FOR EACH ROW WHEN ({when})"),
        ]
        return [FUNCTION, *_removed(table), *guards]

    def _is_forbidden(self, model: type[models.Model]) -> str:
        """Return the condition under which a change of a row is refused."""
        if self.from_time:
            moment = next(f for f in model._meta.local_concrete_fields if f.name == self.from_time)
            column = connection.ops.quote_name(str(moment.column))
            return f"OLD.{column} <= {NOW[connection.vendor]}"
        if not self.may_change and not self.may_be_set:
            return "TRUE"
        differs = "IS NOT" if connection.vendor == "sqlite" else "IS DISTINCT FROM"
        found = []
        # By name: a field that was added later comes last in the migrations, and elsewhere in the model.
        for field in sorted(model._meta.local_concrete_fields, key=lambda field: field.name):
            column = connection.ops.quote_name(str(field.column))
            if field.name in self.may_be_set:
                found.append(f"(OLD.{column} IS NOT NULL AND OLD.{column} {differs} NEW.{column})")
            elif field.name not in self.may_change:
                found.append(f"OLD.{column} {differs} NEW.{column}")
        return " OR ".join(found)


def guards(table: str) -> dict[str, str]:
    """Return the triggers of a table, by name, in the words of the database."""
    sql = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
        "postgresql": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger"
        " WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') AND tgrelid = %s::regclass",
    }
    with connection.cursor() as cursor:
        cursor.execute(sql[connection.vendor], [table])
        return dict(cursor.fetchall())


def _name(table: str, act: str) -> str:
    return connection.ops.quote_name(f"{table}_no_{act.lower()}")


def _removed(table: str) -> list[str]:
    acts = ["DELETE", "UPDATE"]
    if connection.vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {_name(table, act)}" for act in acts]
    on = connection.ops.quote_name(table)
    return [f"DROP TRIGGER IF EXISTS {_name(table, act)} ON {on}" for act in [*acts, "TRUNCATE"]]


def _sqlite(table: str, act: str, when: str) -> str:
    return (
        f"CREATE TRIGGER {_name(table, act)} BEFORE {act} ON {connection.ops.quote_name(table)}"
        f" FOR EACH ROW WHEN {when}"
        f" BEGIN SELECT RAISE(ABORT, 'The rows of {table} are kept as they are'); END"
    )


def _postgresql(table: str, act: str, when: str) -> str:
    return (
        f"CREATE TRIGGER {_name(table, act)} BEFORE {act} ON {connection.ops.quote_name(table)}"
        f" {when} EXECUTE FUNCTION records_refuse()"
    )
