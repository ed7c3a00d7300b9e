"""Having events sent once more, by the client that owes its own receivers them (J8)."""

import json

import pytest
from django.core.management import CommandError, call_command

from tests.cast import MAIJA, OLLI
from tests.upstream.conftest import sent
from upstream import webhooks


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


def test_command_replays_one_application(caller, sink, endpoint, capsys):
    one = sent(caller, MAIJA, reference="one")
    sent(caller, OLLI, reference="other")
    webhooks.deliver_due_events()

    call_command("webhooks", "replay", application=one.number)

    assert "sent again: 1" in capsys.readouterr().out


def test_command_must_be_told_which(db):
    with pytest.raises(CommandError, match="--since, --application"):
        call_command("webhooks", "replay")
