"""Events after a restore: held, in order, and no number of the lost time is taken for a known one (ADR 57)."""

import datetime as dt

import pytest
from django.utils import timezone

from core.log_lines import LogLine
from core.restored_database import Raised
from tests.cast import MAIJA, OLLI
from tests.upstream.conftest import sent
from upstream import deliveries, endpoints, events, restored_events, webhooks
from upstream.enums import Failure, Status
from upstream.models import Event, WebhookDelivery

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(caller, endpoint):
    """Return a delivery that is held, of an application that goes on."""
    application = sent(caller, MAIJA, reference="held")
    events.collect()
    restored_events.hold()
    return WebhookDelivery.objects.get(application=application)


def test_held_event_does_not_leave_and_those_of_its_application_wait_for_it(caller, sink, held):
    caller.withdraw(held.application.number)
    sent(caller, OLLI, reference="other")
    events.collect()

    webhooks.deliver_due_events()

    assert [event["data"]["client_reference"] for event in sink.events] == ["other"]
    assert held.status == Status.HELD


def test_released_events_leave_in_their_order(caller, sink, held):
    caller.withdraw(held.application.number)
    events.collect()

    assert restored_events.release() == 1
    webhooks.deliver_due_events()

    assert [event["type"].rpartition(".")[2] for event in sink.events] == ["sent", "withdrawn"]


def test_events_from_a_moment_on_are_released_and_those_before_count_as_delivered(sink, held):
    later = timezone.now() + dt.timedelta(hours=1)

    assert restored_events.release(due_since=later) == 0
    assert restored_events.count_as_delivered(due_before=later) == 1
    webhooks.deliver_due_events()

    assert (sink.events, WebhookDelivery.objects.get().status) == ([], Status.DELIVERED)


def test_pause_of_a_receiver_gives_up_nothing_that_is_held_but_disabling_it_does(endpoint, held):
    WebhookDelivery.objects.update(tried_until=timezone.now() - dt.timedelta(days=1))

    deliveries.pause_endpoint(endpoint, seconds=1, why=Failure.BUSY)
    assert WebhookDelivery.objects.get().status == Status.HELD

    endpoints.disable(endpoint)
    assert WebhookDelivery.objects.get().status == Status.GIVEN_UP


def test_cursor_of_the_lost_time_is_refused_also_after_later_events(caller):
    sent(caller, MAIJA, reference="kept")
    events.collect()
    last = Event.objects.latest("pk").pk
    restored_events.leave_out_numbers({Event._meta.db_table: Raised(last, last + 1000)})
    kept = Event.objects.get(pk=last)
    kept.delete()
    kept.pk = last + 1001  # as the next one after the restore is numbered
    kept.save(force_insert=True)

    refused = [caller.poll(after=f"{number}-0b5e6c1e").status_code for number in (last + 1, last + 1000)]

    assert refused == [409, 409]
    assert caller.poll(after=f"{last}-0b5e6c1e").status_code == 200  # erased with its application, as far as we know


def taken_by_log(caplog):
    """Return the lines of the log of what was delivered, as they are read again."""
    made = [record for record in caplog.records if record.name == "upstream.webhooks"]
    return [LogLine(dt.datetime.fromtimestamp(r.created, dt.UTC), r.getMessage(), vars(r)) for r in made]


def test_event_that_is_made_anew_after_the_restore_was_delivered_before_it_under_its_former_id(
    caller, sink, endpoint, caplog
):
    caplog.set_level("INFO", "upstream.webhooks")
    sent(caller, MAIJA)
    events.collect()
    webhooks.deliver_due_events()
    [uid] = sink.ids
    Event.objects.all().delete()
    events.collect()
    restored_events.hold()

    restored_events.note_delivered(restored_events.delivered_by_log(taken_by_log(caplog), restored_events.held()))

    assert (Event.objects.get().uid, WebhookDelivery.objects.get().status) == (uid, Status.DELIVERED)


def test_event_that_was_to_be_sent_once_more_has_not_been_delivered(caller, sink, endpoint, caplog):
    caplog.set_level("INFO", "upstream.webhooks")
    sent(caller, MAIJA)
    events.collect()
    webhooks.deliver_due_events()
    WebhookDelivery.objects.update(delivered_at=None, due_at=timezone.now() + dt.timedelta(hours=1))
    restored_events.hold()

    assert restored_events.delivered_by_log(taken_by_log(caplog), restored_events.held()) == {}
