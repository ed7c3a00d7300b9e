"""Having events sent once more, by the client that owes its own receivers them (J8)."""

import datetime as dt
import json

import pytest
from django.core.management import CommandError, call_command

from tests.cast import MAIJA, OLLI, VERA
from tests.upstream.conftest import sent
from upstream import deliveries, endpoints, events, webhooks
from upstream.models import WebhookDelivery


def replay(caller, **wanted):
    headers = {"Authorization": f"Bearer {caller.token}"}
    return caller.http.post(
        "/api/v1/events/replay", json.dumps(wanted), content_type="application/json", headers=headers
    )


def test_events_of_one_application_are_sent_once_more_with_the_same_ids(caller, sink, endpoint):
    one = sent(caller, MAIJA, reference="one")
    sent(caller, OLLI, reference="other")
    webhooks.deliver_due_events()

    answer = replay(caller, application=one.number)
    webhooks.deliver_due_events()

    assert answer.json() == {"deliveries": 1}
    assert [event["subject"] for event in sink.events].count(one.number) == 2
    assert len(sink.ids) == 3
    assert len(set(sink.ids)) == 2


def test_events_since_a_time_are_sent_once_more(caller, sink, endpoint):
    sent(caller, MAIJA)
    webhooks.deliver_due_events()

    assert replay(caller, since="2120-01-01T00:00:00Z").json() == {"deliveries": 0}
    assert replay(caller, since="2020-01-01T00:00:00+02:00").json() == {"deliveries": 1}


def test_nobody_replays_the_events_of_others(caller, stranger, sink, endpoint):
    one = sent(caller, MAIJA)
    webhooks.deliver_due_events()

    assert replay(stranger, application=one.number).status_code == 404
    assert replay(stranger, since="2020-01-01T00:00:00Z").json() == {"deliveries": 0}


@pytest.mark.parametrize("wanted", [{}, {"since": "yesterday"}, {"since": "2026-11-20T10:00:00"}, {"other": "x"}])
def test_replay_that_does_not_say_which_is_refused(caller, wanted):
    answer = replay(caller, **wanted)

    assert (answer.status_code, answer.json()["type"]) == (422, "urn:heka-confirm:invalid-body")


def test_more_events_than_receivers_may_be_sent_at_once_are_refused(caller, sink, endpoint, monkeypatch):
    monkeypatch.setattr(deliveries, "MOST_REPLAYED", 1)
    for who, reference in ((MAIJA, "one"), (OLLI, "other")):
        one = sent(caller, who, reference=reference)
    webhooks.deliver_due_events()

    answer = replay(caller, since="2020-01-01T00:00:00Z")

    assert (answer.status_code, answer.json()["type"]) == (422, "urn:heka-confirm:too-many-events")
    assert not WebhookDelivery.objects.unended().exists()
    assert replay(caller, application=one.number).json() == {"deliveries": 1}


def test_however_many_events_the_command_replays_some_at_a_time(caller, sink, monkeypatch, capsys):
    """Of three, the first was never owed to the receiver, which is newer."""
    monkeypatch.setattr(deliveries, "BATCH_EVENTS", 2)
    monkeypatch.setattr(deliveries, "MOST_REPLAYED", 1)
    sent(caller, MAIJA, reference="before")
    events.collect()
    endpoints.add(caller.client, sink.url)
    for who, reference in ((OLLI, "one"), (VERA, "other")):
        sent(caller, who, reference=reference)
    webhooks.deliver_due_events()

    call_command("webhooks", "replay", since=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    webhooks.deliver_due_events()

    assert "sent again: 3" in capsys.readouterr().out
    assert (len(sink.ids), len(set(sink.ids))) == (5, 3)


def test_command_replays_one_application(caller, sink, endpoint, capsys):
    one = sent(caller, MAIJA, reference="one")
    sent(caller, OLLI, reference="other")
    webhooks.deliver_due_events()

    call_command("webhooks", "replay", application=one.number)

    assert "sent again: 1" in capsys.readouterr().out


def test_command_must_be_told_which(db):
    with pytest.raises(CommandError, match="--since, --application"):
        call_command("webhooks", "replay")
