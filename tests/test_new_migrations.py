"""Migrations since the former release leave its code working, and keep nobody waiting (docs/releases.md, ADR 55)."""

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.db.models.functions import Now

from core.indexes import AddIndexBesideTheWork
from tests import former
from tests.processes import ROOT

# Whole migrations, each with why the former release works on after it and nobody waits. Emptied with each release.
EXCEPTIONS = {
    "identity.0011_whose_session": "A column that may be empty is added without reading or writing a row.",
    "mailing.0013_restored_emails": "It reads each email once: 0.8 s for 785,000 on two busy cores.",
    "upstream.0009_held_since_a_restore": "It reads each delivery once, which are fewer and smaller than emails.",
}
# Those that were changed in place, with why it makes no difference to a database that has them already.
CHANGED = {"records/migrations/0002_further_events.py": "It lists choices, of which the database knows nothing."}

TAKES_AWAY = (
    migrations.RemoveField,
    migrations.RenameField,
    migrations.DeleteModel,
    migrations.RenameModel,
    migrations.AlterModelTable,
)
READS_ALL_ROWS = (migrations.AddIndex, migrations.AddConstraint, migrations.AlterUniqueTogether)
BESIDE_THE_WORK = (AddIndexBesideTheWork, AddConstraintNotValid)

needs_history = pytest.mark.skipif(
    not former.is_known(), reason="this checkout has no history: the former release is not in it"
)


def faults(migration, state):
    """Return what is wrong with a migration, in words; `state` is that before it."""
    operations, new = list(_inner(migration.operations)), set()
    for operation in operations:
        model = getattr(operation, "model_name", "").lower()
        if isinstance(operation, migrations.CreateModel):
            new.add(operation.name.lower())
        elif model not in new and (what := _fault(operation, model, migration, state)):
            yield f"{operation.describe()}: {what}"
        elif isinstance(operation, migrations.RunPython) and migration.atomic and not _only_rows(operations):
            yield "RunPython beside a change of the schema keeps its locks; give it a migration of its own"
        operation.state_forwards(migration.app_label, state)


def _inner(operations):
    for operation in operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from _inner(operation.database_operations)
        else:
            yield operation


def _only_rows(operations):
    return all(isinstance(operation, migrations.RunPython) for operation in operations)


def _fault(operation, model, migration, state):
    if isinstance(operation, TAKES_AWAY):
        return "the former release uses it; take it away one release later"
    if isinstance(operation, migrations.RunSQL):
        return "say in EXCEPTIONS why nobody waits"
    if isinstance(operation, READS_ALL_ROWS) and not isinstance(operation, BESIDE_THE_WORK):
        return "keeps everybody from writing while it reads the table; AddIndexBesideTheWork, or AddConstraintNotValid"
    if isinstance(operation, migrations.AddField):
        field = operation.field
        if not (field.null or field.has_db_default() or field.many_to_many):
            return "the former release does not give it; null=True or db_default"
    if isinstance(operation, migrations.AlterField):
        before = state.models[migration.app_label, model].fields[operation.name]
        if _stored(before) != _stored(operation.field):
            return "say in EXCEPTIONS why the table is neither read nor written anew, and the former release fits"
    return ""


def _stored(field):
    _, path, arguments, more = field.deconstruct()
    return path, arguments, {name: value for name, value in more.items() if name not in field.non_db_attrs}


@needs_history
def test_migrations_since_the_former_release_leave_it_working():
    known, loader = former.files(), MigrationLoader(None)
    found = {}
    for (app, name), migration in loader.disk_migrations.items():
        if (ROOT / app / "migrations").is_dir() and f"{app}/migrations/{name}.py" not in known:
            state = loader.project_state((app, name), at_end=False)
            found[f"{app}.{name}"] = list(faults(migration, state))

    assert {name: wrong for name, wrong in found.items() if wrong and name not in EXCEPTIONS} == {}
    assert [name for name, wrong in found.items() if name in EXCEPTIONS and not wrong] == []


@needs_history
def test_migrations_of_the_former_release_are_as_they_were():
    changed = []
    for path in former.files():
        if "/migrations/0" in path:
            now = (ROOT / path).read_text() if (ROOT / path).exists() else ""
            changed += [path] if now != former.content(path) else []

    assert [path for path in changed if path not in CHANGED] == []


def _word(**more):
    return models.CharField(max_length=20, **more)


TABLE = migrations.CreateModel("one", [("id", models.BigAutoField(primary_key=True)), ("word", _word())])
INDEX = models.Index(fields=["word"], name="by_word")
WRONG = {
    "default in Python": [migrations.AddField("one", "new", _word(default=""))],
    "another type": [migrations.AlterField("one", "word", models.TextField())],
    "taken away": [migrations.RemoveField("one", "word")],
    "renamed": [migrations.RenameField("one", "word", "term")],
    "index": [migrations.AddIndex("one", INDEX)],
    "rows beside the schema": [
        migrations.AddField("one", "new", _word(null=True)),
        migrations.RunPython(migrations.RunPython.noop),
    ],
}
RIGHT = {
    "nullable": [migrations.AddField("one", "new", _word(null=True))],
    "default in the database": [migrations.AddField("one", "new", models.DateTimeField(db_default=Now()))],
    "choices": [migrations.AlterField("one", "word", _word(choices=[("a", "A")]))],
    "index beside the work": [AddIndexBesideTheWork("one", INDEX)],
    "table of its own": [
        migrations.CreateModel("two", [("id", models.BigAutoField(primary_key=True)), ("word", _word())]),
        migrations.AddIndex("two", INDEX),
    ],
    "rows alone": [migrations.RunPython(migrations.RunPython.noop)],
}


def _faults_of(operations):
    migration, state = migrations.Migration("0002", "app"), ProjectState()
    migration.operations = operations
    TABLE.state_forwards("app", state)
    return list(faults(migration, state))


@pytest.mark.parametrize("operations", WRONG.values(), ids=WRONG)
def test_what_would_break_the_former_release_is_found(operations):
    assert len(_faults_of(operations)) == 1


@pytest.mark.parametrize("operations", RIGHT.values(), ids=RIGHT)
def test_what_it_can_live_with_is_let_through(operations):
    assert _faults_of(operations) == []
