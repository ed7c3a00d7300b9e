from contextlib import contextmanager

import pytest
from django.apps import apps
from django.core.management.color import no_style
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import ProtectedError
from django.utils import timezone

from records import append_only
from records.append_only import AppendOnly
from records.models import Chain, Entry, Permit
from tests.records.tampering import tell

# --- The tables of the service -----------------------------------------------------------------------------


def kept_tables():
    """Return for each table that a migration keeps the last operation that does, which holds."""
    loader, found = MigrationLoader(None), {}
    plan = [key for leaf in loader.graph.leaf_nodes() for key in loader.graph.forwards_plan(leaf)]
    for label, name in dict.fromkeys(plan):  # each once: a leaf may rest on an early migration of another app
        for operation in loader.disk_migrations[label, name].operations:
            if isinstance(operation, AppendOnly):
                found[label, operation.model_name] = operation
    return found


KEPT = kept_tables()


def test_the_trail_is_kept():
    assert {("records", "Entry"), ("records", "Chain")} <= KEPT.keys()


@pytest.mark.parametrize("table", sorted(KEPT), ids=".".join)
@pytest.mark.django_db
def test_guards_of_a_kept_table_stand_as_they_would_be_put_today(table):
    """Fails where a later migration altered the table and so lost a guard, or added a column to it."""
    model = apps.get_model(*table)
    standing = append_only.guards(model._meta.db_table)

    put_anew(KEPT[table], model)

    assert len(standing) == (2 if connection.vendor == "sqlite" else 3)
    assert standing == append_only.guards(model._meta.db_table)


def put_anew(operation, model):
    with connection.cursor() as cursor:
        for sql in operation.statements(model):
            cursor.execute(sql)


@pytest.mark.django_db
def test_a_lost_guard_would_be_noticed():
    before = append_only.guards("records_chain")

    put_anew(AppendOnly("Chain", may_change=("length",)), Chain)

    assert append_only.guards("records_chain").keys() == before.keys()
    assert append_only.guards("records_chain") != before


@pytest.mark.django_db
@pytest.mark.parametrize("model", [Entry, Chain])
def test_rows_of_the_trail_are_not_deleted(model):
    tell()

    refused(f"DELETE FROM {model._meta.db_table}")
    refused(f"DELETE FROM {model._meta.db_table} WHERE id = {model.objects.first().pk}")


# Another value than any entry of tell() has, by the kind of column.
OTHER = {
    models.BigAutoField: "1000000",
    models.ForeignKey: "1000000",
    models.PositiveIntegerField: "1000000",
    models.CharField: "'x'",
    models.DateTimeField: "'2020-01-01 00:00:00'",
    models.JSONField: "'{}'",
}


@pytest.mark.django_db
@pytest.mark.parametrize("field", Entry._meta.local_fields, ids=lambda field: field.name)
def test_no_column_of_an_entry_is_changed_but_whether_it_was_sent_on(field):
    tell(length=1)
    change = f"UPDATE records_entry SET {field.column} = {OTHER[type(field)]}"

    if field.name == "sending":
        assert changed(change) == 1
    else:
        refused(change)


@pytest.mark.django_db
def test_a_chain_keeps_its_name_and_key():
    tell(length=1)

    refused("UPDATE records_chain SET name = 'application 2'")
    refused("UPDATE records_chain SET id = id + 1")


@pytest.mark.django_db
def test_an_entry_is_neither_saved_again_nor_deleted_by_the_service():
    entry = tell(length=1)[0]

    entry.name = "Otso"
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.update(name="Otso")


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is SQLite's own")
def test_replacing_a_kept_row_deletes_none():
    entry = tell(length=1)[0]
    columns = ", ".join(field.column for field in Entry._meta.local_fields)

    refused(f"INSERT OR REPLACE INTO records_entry ({columns}) SELECT {columns} FROM records_entry")

    assert Entry.objects.get() == entry


def refused(sql):
    """Assert that the database refuses what a statement would do to at least one row."""
    with pytest.raises(IntegrityError, match="kept as they are"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def changed(sql):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.rowcount


# --- The permit --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_permit_lets_rows_be_deleted_and_nothing_be_changed():
    tell()

    with append_only.permit():
        assert changed("DELETE FROM records_entry WHERE number < 3") == 2
        refused("UPDATE records_entry SET name = 'Otso'")

    refused("DELETE FROM records_entry")
    assert not Permit.objects.exists()


@pytest.mark.django_db
def test_a_permit_ends_with_a_fault_too():
    tell()

    @append_only.permit()
    def purge():
        Entry.objects.filter(number=1).delete()
        Chain.objects.get().delete()

    with pytest.raises(ProtectedError):
        purge()

    assert Entry.objects.count() == 5
    refused("DELETE FROM records_entry")


@pytest.mark.django_db(transaction=True)
def test_a_permit_holds_for_its_own_transaction_alone():
    tell()

    with append_only.permit(), another_connection() as cursor:
        cursor.execute("SELECT count(*) FROM records_permit")
        assert cursor.fetchone() == (0,)
        if connection.vendor == "postgresql":  # SQLite would wait, for it lets one write at a time
            with pytest.raises(IntegrityError):
                cursor.execute("DELETE FROM records_entry")
        assert Entry.objects.all().delete()[0] == 5


@contextmanager
def another_connection():
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            yield cursor
    finally:
        other.close()


@pytest.mark.django_db(transaction=True)
def test_the_trail_is_not_emptied_as_a_whole():
    tell()

    for sql in connection.ops.sql_flush(no_style(), ["records_entry", "records_chain"]):
        refused(sql)

    assert Entry.objects.count() == 5


# --- The operation, on a table of the tests' own -----------------------------------------------------------


@pytest.fixture
def pebbles():
    """Return a table of pebbles, two of them, one painted already, with the operation that keeps them."""
    before = ProjectState()
    fields = [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.CharField(max_length=20)),
        ("weight", models.FloatField()),
        ("note", models.JSONField(null=True)),
        ("painted_at", models.DateTimeField(null=True)),
        ("colour", models.CharField(max_length=20, null=True)),
    ]
    before.add_model(ModelState("records", "Pebble", fields))
    model = before.apps.get_model("records", "Pebble")
    with connection.schema_editor() as editor:
        editor.create_model(model)
    model.objects.create(name="grey", weight=1.5)
    model.objects.create(name="white", weight=2, note={"a": 1}, painted_at=timezone.now(), colour="red")
    yield before
    with connection.schema_editor() as editor:
        editor.delete_model(model)


def migrate(operation, state, act="database_forwards"):
    after = state.clone()
    operation.state_forwards("records", after)
    with connection.schema_editor() as editor:
        getattr(operation, act)("records", editor, state, after)


@pytest.mark.django_db(transaction=True)
def test_what_may_be_set_is_set_once_and_nothing_else(pebbles):
    migrate(AppendOnly("Pebble", may_be_set=("painted_at", "colour")), pebbles)

    refused("UPDATE records_pebble SET weight = 3 WHERE id = 1")
    refused("UPDATE records_pebble SET note = '{}' WHERE id = 1")
    refused("UPDATE records_pebble SET note = NULL WHERE id = 2")
    refused("UPDATE records_pebble SET colour = 'blue', name = 'other' WHERE id = 1")
    refused("UPDATE records_pebble SET colour = 'blue' WHERE id = 2")
    refused("UPDATE records_pebble SET painted_at = NULL WHERE id = 2")
    refused("DELETE FROM records_pebble WHERE id = 1")
    assert changed("UPDATE records_pebble SET colour = 'blue', painted_at = '2026-01-01' WHERE id = 1") == 1
    refused("UPDATE records_pebble SET colour = 'green' WHERE id = 1")
    # As Model.save() does, which writes every column.
    assert changed("UPDATE records_pebble SET name = name, colour = colour, note = note WHERE id = 1") == 1


@pytest.mark.django_db(transaction=True)
def test_what_may_change_changes_again_and_again(pebbles):
    migrate(AppendOnly("Pebble", may_change=("weight",), may_be_set=("colour",)), pebbles)

    assert changed("UPDATE records_pebble SET weight = 3") == 2
    assert changed("UPDATE records_pebble SET weight = 4, colour = 'red'") == 2
    refused("UPDATE records_pebble SET weight = 5, name = 'other'")


@pytest.mark.django_db(transaction=True)
def test_the_operation_may_be_repeated_with_other_fields_and_taken_back(pebbles):
    migrate(AppendOnly("Pebble"), pebbles)
    refused("UPDATE records_pebble SET weight = weight")

    migrate(AppendOnly("Pebble", may_change=("weight",)), pebbles)
    assert changed("UPDATE records_pebble SET weight = 3") == 2

    migrate(AppendOnly("Pebble", may_change=("weight",)), pebbles, "database_backwards")
    assert append_only.guards("records_pebble") == {}
    assert changed("DELETE FROM records_pebble") == 2


def test_the_operation_says_what_it_does():
    operation = AppendOnly("Pebble", may_be_set=("colour",))

    assert operation.describe() == "Keep the rows of Pebble"
    assert operation.migration_name_fragment == "keep_pebble"
    assert operation.deconstruct() == ("AppendOnly", ("Pebble",), {"may_be_set": ("colour",)})
