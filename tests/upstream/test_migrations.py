"""What was stored before housing systems were told of happenings is told of as it was."""

import datetime as dt

import pytest
from django.db import connection, migrations
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.utils.module_loading import import_string

from applications.models import Application, Happening
from upstream.models import ApiClient, Event

BEFORE = [("applications", "0014_paper_day"), ("upstream", "0001_initial")]
GROW = ["applications", "mailing", "upstream"]  # the apps whose tables grow with every application
FIRST = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
TELLING = "applications.migrations.0017_happenings_of_changes"
BATCHES = {  # of one row, so that there are several
    f"{TELLING}.APPLICATIONS": 1,
    "upstream.migrations.0003_events_follow_happenings.ROWS": 1,
    "upstream.migrations.0007_origins_of_known_clients.ROWS": 1,
}
PERIODS = [dt.date(2026, 5, 31), dt.date(2026, 6, 10)]  # of what was sent on FIRST, and changed ten days later


def test_a_migration_of_many_rows_holds_no_lock_on_a_table_meanwhile():
    """Whoever confirms would wait: a table that was altered is locked until the transaction ends."""
    for (app, name), migration in MigrationLoader(None).disk_migrations.items():
        if app in GROW and name != "0001_initial":
            writes = [isinstance(operation, migrations.RunPython) for operation in migration.operations]
            assert not any(writes) or (all(writes) and not migration.atomic), name


@pytest.mark.django_db(transaction=True)
def test_changes_and_events_of_a_former_release_become_happenings(monkeypatch):
    former = _migrated(BEFORE)
    client = former.get_model("upstream", "ApiClient").objects.create(name="Asuntohaku", token_hash="1")
    kinds = ["sent", "confirmed", "changed", "withdrawn"]
    told = _sent(former, "K7MP3XQ4T", kinds, versions=2, client=client)
    _sent(former, "K7MP3XQ4Y", ["sent"], versions=1)
    events = former.get_model("upstream", "Event").objects
    for change in told.changes.order_by("pk")[:2]:  # the others were still to be collected
        events.create(client=client, application=told, change=change, data={"state": change.to_state})
    ids = [str(pk) for pk in events.order_by("pk").values_list("pk", flat=True)]

    for name, number in BATCHES.items():
        monkeypatch.setattr(name, number)
    with monkeypatch.context() as patch:
        patch.setattr(f"{TELLING}._tell", _stopped_after_one(f"{TELLING}._tell"))
        with pytest.raises(KeyboardInterrupt):
            _migrated(MigrationLoader(connection).graph.leaf_nodes())
    assert Happening.objects.values("application").distinct().count() == 1
    _migrated(MigrationLoader(connection).graph.leaf_nodes())

    assert list(Event.objects.order_by("pk").values_list("uid", "happening__kind", "data__state")) == [
        (ids[0], "sent", "awaiting"),
        (ids[1], "confirmed", "valid"),
    ]
    known = Happening.objects.filter(application=told.pk).order_by("pk")
    assert list(known.values_list("kind", "version__number", "valid_until", "state", "change__transition")) == [
        ("sent", 1, PERIODS[0], "awaiting", "sent"),
        ("confirmed", 1, PERIODS[0], "valid", "confirmed"),
        ("changed", 2, PERIODS[1], "awaiting", "changed"),
        ("withdrawn", 2, PERIODS[1], "withdrawn", "withdrawn"),
    ]
    assert Happening.objects.exclude(application=told.pk).count() == 1
    origin = ApiClient.objects.get().origin
    assert (origin.name_fi, origin.changed_in) == ("Asuntohaku", "both")
    assert list(Application.objects.order_by("pk").values_list("origin", flat=True)) == [origin.pk, None]


def _migrated(targets):
    """Migrate to these targets, and return the models there."""
    return MigrationExecutor(connection).migrate(targets).apps


def _stopped_after_one(name):
    """Return the function of this name as it is while somebody stops it after its first call."""
    function, calls = import_string(name), []

    def stopped(*given):
        calls.append(given)
        if len(calls) > 1:
            raise KeyboardInterrupt
        function(*given)

    return stopped


def _sent(former, reference, kinds, *, versions, client=None):
    """Store an application to which these changes happened, five days from one to the next."""
    last = {"state": "awaiting", "language": "fi", "sent_at": FIRST, "valid_until": PERIODS[versions - 1]}
    sent = former.get_model("applications", "Application").objects.create(reference=reference, **last)
    for number in range(1, versions + 1):
        sent.versions.create(number=number, content="{}", salt="", digest="", created_at=FIRST)
    for number, kind in enumerate(kinds):
        state = {"confirmed": "valid", "withdrawn": "withdrawn"}.get(kind, "awaiting")
        at = FIRST + dt.timedelta(days=5 * number)
        sent.changes.create(transition=kind, to_state=state, at=at, role="system", source="clock")
    if client:
        client.intakes.create(reference=reference, application=sent)
    return sent
