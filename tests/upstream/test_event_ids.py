"""No restore of the database hands out an id twice, and a poll notices one (J8)."""

import sqlite3

import pytest
from django.core.management.color import no_style
from django.db import connection

from tests.cast import MAIJA, OLLI
from tests.upstream.conftest import sent
from upstream import events
from upstream.models import Event, WebhookDelivery


def restore(kept):
    """Bring the events back to as they were when `kept` were all, and the counters of rows too, as a backup does."""
    WebhookDelivery.objects.all().delete()
    Event.objects.exclude(pk__in=kept).delete()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = 'upstream_event'", [max(kept)])
        else:
            for statement in connection.ops.sequence_reset_sql(no_style(), [Event]):
                cursor.execute(statement)


@pytest.fixture
def restored(caller):
    """Return the poll that a client made before the database was restored to a time before it."""
    sent(caller, MAIJA, reference="kept")
    events.collect()
    kept = list(Event.objects.values_list("pk", flat=True))
    sent(caller, OLLI, reference="lost")
    events.collect()
    polled = caller.poll().json()
    restore(kept)
    return polled


def test_ids_after_a_restore_are_new_ones_although_the_numbers_are_not(caller, restored):
    sent(caller, MAIJA, OLLI, reference="new")
    events.collect()

    again = caller.poll().json()

    before, after = restored["events"], again["events"]
    assert before[0]["id"] == after[0]["id"]
    assert before[-1]["id"] not in {event["id"] for event in after}
    assert Event.objects.get(pk=restored["next"].partition("-")[0]).uid != before[-1]["id"]


@pytest.mark.parametrize("more", [False, True])
def test_cursor_from_before_a_restore_is_refused_with_what_to_do(caller, restored, more):
    if more:
        sent(caller, MAIJA, OLLI, reference="new")
        events.collect()

    answer = caller.poll(after=restored["next"])

    assert (answer.status_code, answer.json()["type"]) == (409, "urn:heka-confirm:unknown-cursor")
    assert "reconcile" in answer.json()["title"]


def test_events_since_a_time_come_whatever_the_cursor_was(caller, restored):
    assert len(caller.poll(since="2020-01-01T00:00:00Z").json()["events"]) == 1
    assert caller.poll(since="2120-01-01T00:00:00Z").json()["events"] == []


def test_cursor_of_an_event_that_was_erased_goes_on(caller):
    one = sent(caller, MAIJA, reference="erased")
    events.collect()
    cursor = caller.poll().json()["next"]
    sent(caller, OLLI, reference="new")
    events.collect()
    Event.objects.filter(application=one).delete()

    assert [each["data"]["client_reference"] for each in caller.poll(after=cursor).json()["events"]] == ["new"]


def test_cursor_that_was_kept_from_before_they_had_marks_goes_on(caller):
    sent(caller, MAIJA)
    events.collect()
    number = Event.objects.get().pk

    assert len(caller.poll(after=str(number - 1)).json()["events"]) == 1


def test_cursor_that_lies_ahead_is_refused(caller):
    assert caller.poll(after="4711").status_code == 409


def test_poll_that_chose_nothing_passes_what_there_is(caller):
    """Whoever goes on from it does not begin anew."""
    sent(caller, MAIJA)
    events.collect()

    nothing = caller.poll(since="2120-01-01T00:00:00Z").json()
    sent(caller, OLLI, reference="new")
    events.collect()

    later = caller.poll(after=nothing["next"]).json()["events"]
    assert (nothing["events"], [each["data"]["client_reference"] for each in later]) == ([], ["new"])


def test_events_of_what_is_no_application_of_the_client_are_not_found(caller, stranger):
    one = sent(stranger, MAIJA)

    assert [caller.poll(application=number).status_code for number in (one.number, "hello")] == [404, 404]


def test_events_of_one_application(caller):
    one = sent(caller, MAIJA, reference="one")
    sent(caller, OLLI, reference="other")
    events.collect()

    page = caller.poll(application=one.number).json()

    assert [event["subject"] for event in page["events"]] == [one.number]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="A backup in place is SQLite's")
@pytest.mark.django_db(transaction=True)
def test_real_backup_brought_back_hands_out_new_ids(caller):
    sent(caller, MAIJA, reference="kept")
    events.collect()
    backup = sqlite3.connect(":memory:")
    connection.connection.backup(backup)
    sent(caller, OLLI, reference="lost")
    events.collect()
    lost = Event.objects.latest("pk")

    backup.backup(connection.connection)
    sent(caller, OLLI, reference="lost")
    events.collect()

    again = Event.objects.latest("pk")
    assert again.pk == lost.pk
    assert again.uid != lost.uid
