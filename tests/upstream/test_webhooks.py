"""Events on their way to receivers of every kind, and what becomes of them."""

import base64
import datetime as dt
import hashlib
import hmac
import json
import logging
import time
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db.models.functions import Now
from django.utils import timezone

from core.leases import give_back
from core.worker import Stop
from tests.applications.factories import confirm
from tests.cast import MAIJA, OLLI
from tests.ports import free_port
from tests.upstream import receivers
from tests.upstream.conftest import ready_again, sent
from upstream import clients, deliveries, endpoints, events, webhooks
from upstream.enums import Failure, Status
from upstream.models import WebhookDelivery, WebhookEndpoint


def statuses():
    return [str(each.status) for each in WebhookDelivery.objects.order_by("event")]


def owed():
    return WebhookDelivery.objects.get()


def test_event_is_delivered_once(caller, sink, endpoint):
    one = sent(caller, MAIJA)

    assert (webhooks.deliver_due_events(), webhooks.deliver_due_events()) == (1, 0)
    assert [event["subject"] for event in sink.events] == [one.number]
    assert statuses() == ["delivered"]
    assert (owed().status_code, owed().attempts, owed().lease) == (204, 1, None)


def test_request_is_that_of_standard_webhooks(caller, sink, endpoint):
    sent(caller, MAIJA)

    webhooks.deliver_due_events()

    [(headers, body)] = sink.taken
    event = json.loads(body)
    key = base64.b64decode(endpoint.secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["webhook-id"] == event["id"]
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    assert headers["Content-Type"] == "application/cloudevents+json"
    assert event == json.loads(caller.poll().content)["events"][0]


def test_each_try_has_a_fresh_time_and_the_same_id_and_body(caller, sink, endpoint, time_machine):
    time_machine.move_to("2026-11-21T12:00:00+02:00")
    sent(caller, MAIJA)
    sink.answer = lambda event: (500, {})
    webhooks.deliver_due_events()
    time_machine.shift(dt.timedelta(minutes=1))
    ready_again()
    webhooks.deliver_due_events()

    (first, first_body), (second, second_body) = sink.taken
    assert first["webhook-id"] == second["webhook-id"]
    assert first_body == second_body
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 60
    assert first["webhook-signature"] != second["webhook-signature"]


def test_only_the_client_that_sent_an_application_hears_of_it(caller, stranger, sink, endpoint):
    sent(stranger, MAIJA)

    assert webhooks.deliver_due_events() == 0
    assert sink.taken == []


def test_revoked_client_hears_nothing(caller, sink, endpoint):
    sent(caller, MAIJA)
    clients.revoke(caller.client)

    assert webhooks.deliver_due_events() == 0
    assert sink.taken == []


def test_each_endpoint_of_a_client_gets_each_event(caller, sink, endpoint):
    endpoints.add(caller.client, sink.url + "/2")
    sent(caller, MAIJA)

    assert webhooks.deliver_due_events() == 2
    assert len(set(sink.ids)) == 1


# --- Receivers that do not take it -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        ((500, {}), Failure.STATUS),
        ((404, {}), Failure.STATUS),
        ((401, {}), Failure.STATUS),
        ((302, {"Location": "http://127.0.0.1/"}), Failure.REDIRECT),
        ((308, {"Location": "/elsewhere"}), Failure.REDIRECT),
        ((429, {}), Failure.BUSY),
        ((503, {}), Failure.BUSY),
    ],
)
def test_answer_other_than_2xx_is_tried_again(caller, sink, endpoint, answer, failure):
    sent(caller, MAIJA)
    sink.answer = lambda event: answer

    webhooks.deliver_due_events()

    assert (owed().status, owed().failure, owed().status_code) == (Status.DELAYED, failure, answer[0])
    assert len(sink.taken) == 1
    sink.answer = lambda event: (200, {})
    ready_again()
    webhooks.deliver_due_events()
    assert (owed().status, owed().failure, owed().status_code) == (Status.DELIVERED, "", 200)


def test_receiver_that_is_down_is_tried_again_and_left_alone_meanwhile(caller, nearby, settings):
    settings.WEBHOOK_PAUSE = 600
    endpoint, _ = endpoints.add(caller.client, f"http://127.0.0.1:{free_port()}/")
    for number in range(3):
        sent(caller, MAIJA, reference=f"number-{number}")

    assert (webhooks.deliver_due_events(), webhooks.deliver_due_events()) == (1, 0)
    endpoint.refresh_from_db()
    pause = (endpoint.paused_until - timezone.now()).total_seconds()
    assert 540 <= pause <= 600
    assert WebhookDelivery.objects.exclude(failure="").get().failure == Failure.CONNECTION


def test_slow_receiver_keeps_no_other_waiting(caller, stranger, sink, endpoint, impatient):
    sink.pause = 60
    with receivers.running() as other:
        endpoints.add(stranger.client, other.url)
        for number in range(5):
            sent(caller, MAIJA, reference=f"slow-{number}")
        sent(stranger, OLLI)
        started = time.monotonic()

        webhooks.deliver_due_events()

        assert time.monotonic() - started < 30
        assert (len(sink.taken), len(other.taken)) == (1, 1)
    assert WebhookDelivery.objects.exclude(failure="").get().failure == Failure.TIMEOUT


def test_event_that_is_refused_keeps_those_of_other_applications_not_waiting(caller, sink, endpoint):
    for number in range(3):
        sent(caller, MAIJA, reference=f"number-{number}")
    sink.answer = lambda event: (500 if event["data"]["client_reference"] == "number-0" else 204, {})

    webhooks.deliver_due_events()

    assert statuses() == ["delayed", "delivered", "delivered"]


def test_huge_answer_is_not_read(caller, sink, endpoint):
    sent(caller, MAIJA)
    sink.body = b"x" * 50_000_000

    webhooks.deliver_due_events()

    assert statuses() == ["delivered"]


def test_receiver_that_is_gone_gets_nothing_more(caller, sink, endpoint):
    for number in range(3):
        sent(caller, MAIJA, reference=f"number-{number}")
    sink.answer = lambda event: (410, {})

    webhooks.deliver_due_events()
    sent(caller, MAIJA, reference="later")
    webhooks.deliver_due_events()

    endpoint.refresh_from_db()
    assert endpoint.disabled_at is not None
    assert len(sink.taken) == 1
    assert statuses() == ["given_up"] * 3
    assert {each.failure for each in WebhookDelivery.objects.all()} == {Failure.GONE}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        ("0", 1),
        ("999999999999", 3600),
        ("Sat, 21 Nov 2026 10:05:00 GMT", 300),
        ("Sat, 21 Nov 2020 10:00:00 GMT", 1),
        ("-5", 30),
        ("soon", 30),
        ("²", 30),
        (None, 30),
    ],
)
def test_receiver_may_ask_to_be_left_alone_within_bounds(text, seconds):
    now = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)

    assert webhooks._asked_wait(text, now) == seconds


@pytest.mark.parametrize("status", [429, 503])
def test_receiver_that_asks_to_wait_is_left_alone(caller, sink, endpoint, status):
    for number in range(3):
        sent(caller, MAIJA, reference=f"number-{number}")
    sink.answer = lambda event: (status, {"Retry-After": "600"})

    assert (webhooks.deliver_due_events(), webhooks.deliver_due_events()) == (1, 0)
    endpoint.refresh_from_db()
    assert 540 <= (endpoint.paused_until - timezone.now()).total_seconds() <= 610
    assert 540 <= (WebhookDelivery.objects.get(failure="busy").due_at - timezone.now()).total_seconds() <= 610


def test_private_address_is_not_called(caller, sink, endpoint, settings):
    sent(caller, MAIJA)
    settings.WEBHOOK_ALLOW_PRIVATE = False

    webhooks.deliver_due_events()

    assert sink.taken == []
    assert owed().failure == Failure.ADDRESS


def test_fault_of_ours_keeps_no_other_event_waiting(caller, sink, endpoint, caplog):
    sent(caller, MAIJA, reference="broken")
    sent(caller, OLLI, reference="whole")
    events.collect()
    broken = events.Event.objects.get(data__client_reference="broken")
    broken.data = {"client_reference": "broken"}
    broken.save()

    webhooks.deliver_due_events()

    assert statuses() == ["delayed", "delivered"]
    assert WebhookDelivery.objects.get(event=broken).failure == Failure.ERROR


# --- Trying again, and giving up -------------------------------------------------------------------------


def test_tries_go_on_for_three_days_and_then_it_is_given_up(caller, sink, endpoint, time_machine):
    sent(caller, MAIJA)
    sink.answer = lambda event: (500, {})
    webhooks.deliver_due_events()
    assert dt.timedelta(days=2.99) < owed().tried_until - timezone.now() <= dt.timedelta(days=3)
    WebhookDelivery.objects.update(tried_until=Now() - dt.timedelta(seconds=1), attempts=0)
    ready_again()

    webhooks.deliver_due_events()

    assert (owed().status, owed().failure) == (Status.GIVEN_UP, Failure.STATUS)
    assert webhooks.deliver_due_events() == 0


@pytest.mark.parametrize(("attempts", "delay"), [(1, 10), (2, 30), (7, 3600), (500, 3600)])
def test_delay_follows_the_table_with_jitter(settings, attempts, delay):
    now = timezone.now()
    delivery = WebhookDelivery(attempts=attempts, tried_until=now + dt.timedelta(days=1))

    due = deliveries.retry_delivery(delivery, now=now)["due_at"]

    assert 0.8 * delay <= due.rhs.value.total_seconds() <= 1.2 * delay


def test_what_waits_for_a_dead_receiver_is_given_up_with_the_first(caller, nearby):
    endpoints.add(caller.client, f"http://127.0.0.1:{free_port()}/")
    for number in range(3):
        sent(caller, MAIJA, reference=f"number-{number}")
    events.collect()
    WebhookDelivery.objects.update(tried_until=Now() - dt.timedelta(seconds=1))

    assert webhooks.deliver_due_events() == 1
    assert statuses() == ["given_up"] * 3


def test_delivery_over_which_workers_die_is_given_up(caller, sink, endpoint):
    sent(caller, MAIJA)
    events.collect()
    WebhookDelivery.objects.update(tried_until=Now() - dt.timedelta(seconds=1), attempts=3)

    webhooks.deliver_due_events()

    assert (sink.taken, owed().failure) == ([], Failure.ERROR)


# --- In order --------------------------------------------------------------------------------------------


def test_next_event_of_an_application_waits_for_the_earlier_one(caller, sink, endpoint):
    one = sent(caller, MAIJA, OLLI)
    confirm(one, MAIJA)
    confirm(one, OLLI)
    sink.answer = lambda event: (500, {})
    webhooks.deliver_due_events()

    assert [event["type"].rpartition(".")[2] for event in sink.events] == ["sent"]
    assert statuses() == ["delayed", "waiting", "waiting"]
    sink.answer = lambda event: (204, {})
    ready_again()
    webhooks.deliver_due_events()
    assert [event["type"].rpartition(".")[2] for event in sink.events[1:]] == ["sent", "person_confirmed", "confirmed"]


def test_next_event_of_an_application_follows_when_the_earlier_one_is_given_up(caller, sink, endpoint):
    one = sent(caller, MAIJA)
    confirm(one, MAIJA)
    events.collect()
    first = WebhookDelivery.objects.order_by("event").first()
    WebhookDelivery.objects.filter(pk=first.pk).update(given_up_at=Now(), failure="status")

    webhooks.deliver_due_events()

    assert [event["type"].rpartition(".")[2] for event in sink.events] == ["confirmed"]


def test_what_is_being_sent_holds_the_next_one_back(caller, sink, endpoint):
    one = sent(caller, MAIJA)
    confirm(one, MAIJA)
    events.collect()

    assert deliveries.claim_delivery(endpoint) is not None
    assert deliveries.claim_delivery(endpoint) is None


# --- Leases ----------------------------------------------------------------------------------------------


def test_delivery_is_claimed_once(caller, sink, endpoint):
    sent(caller, MAIJA)
    events.collect()

    first, second = deliveries.claim_delivery(endpoint), deliveries.claim_delivery(endpoint)

    assert (first, second) == (owed(), None)
    assert (owed().attempts, owed().lease) == (1, first.lease)
    held = (owed().leased_until - timezone.now()).total_seconds()
    assert 30 <= held <= 61


def test_delivery_of_a_dead_worker_is_free_again_when_its_lease_is_over(caller, sink, endpoint):
    sent(caller, MAIJA)
    events.collect()
    dead = deliveries.claim_delivery(endpoint)
    WebhookDelivery.objects.update(leased_until=Now() - dt.timedelta(seconds=1))

    heir = deliveries.claim_delivery(endpoint)

    assert (heir, heir.attempts) == (dead, 2)
    assert heir.lease != dead.lease


def test_worker_that_comes_back_late_changes_nothing(caller, sink, endpoint):
    sent(caller, MAIJA)
    events.collect()
    late = deliveries.claim_delivery(endpoint)
    WebhookDelivery.objects.update(lease=uuid.uuid4())

    assert give_back(late, delivered_at=Now()) is False
    assert owed().status == Status.WAITING


def test_stop_begins_no_other_delivery(caller, sink, endpoint):
    for number in range(3):
        sent(caller, MAIJA, reference=f"number-{number}")
    stop = Stop()

    def answer(event):
        stop.asked = True
        return 204, {}

    sink.answer = answer
    assert webhooks.deliver_due_events(stop) == 1
    assert statuses() == ["delivered", "waiting", "waiting"]


def test_claiming_takes_as_many_queries_whatever_waits(caller, sink, endpoint, django_assert_num_queries):
    for number in range(4):
        sent(caller, MAIJA, reference=f"number-{number}")
    events.collect()

    for _ in range(3):
        with django_assert_num_queries(3):  # which, and its lease; its event, and what happened
            deliveries.claim_delivery(endpoint)


# --- Secrets ---------------------------------------------------------------------------------------------


def test_both_secrets_sign_while_one_is_changed(caller, sink, endpoint, settings):
    former = endpoint.secret
    new = endpoints.rotate(endpoint)
    sent(caller, MAIJA)

    webhooks.deliver_due_events()

    [(headers, body)] = sink.taken
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    keys = [base64.b64decode(secret.removeprefix("whsec_")) for secret in (new, former)]
    digests = [hmac.new(key, signed, hashlib.sha256).digest() for key in keys]
    assert headers["webhook-signature"].split() == [f"v1,{base64.b64encode(digest).decode()}" for digest in digests]


def test_former_secret_ends_after_a_day(caller, sink, endpoint):
    endpoints.rotate(endpoint)
    endpoint.refresh_from_db()
    left = (endpoint.former_until - timezone.now()).total_seconds()
    endpoint.former_until = timezone.now()

    signatures = endpoints.signatures(endpoint, id_="1", timestamp=1, body=b"")

    assert len(signatures.split()) == 1
    assert 24 * 3600 - 60 <= left <= 24 * 3600


def test_of_two_changes_in_a_day_the_first_secret_is_gone(caller, sink, endpoint):
    first = endpoint.secret
    second, third = endpoints.rotate(endpoint), endpoints.rotate(endpoint)

    endpoint.refresh_from_db()

    assert (endpoint.secret, endpoint.former_secret) == (third, second)
    assert first not in (second, third)


def test_secret_is_stored_encrypted(caller, sink, endpoint):
    raw = WebhookEndpoint.objects.extra(select={"raw": "secret"}).values_list("raw", flat=True).get()

    assert endpoint.secret.encode() not in bytes(raw)
    assert endpoint.secret.removeprefix("whsec_").encode() not in bytes(raw)


def test_reencrypt_lets_the_old_key_of_the_secrets_go(caller, sink, endpoint, settings):
    secret = endpoint.secret
    settings.FIELD_ENCRYPTION_KEYS = ["a new encryption key of many characters", *settings.FIELD_ENCRYPTION_KEYS]
    call_command("reencrypt")
    settings.FIELD_ENCRYPTION_KEYS = settings.FIELD_ENCRYPTION_KEYS[:1]

    assert WebhookEndpoint.objects.get().secret == secret


def test_logs_hold_no_address_no_secret_and_no_reference(caller, sink, endpoint, caplog):
    one = sent(caller, MAIJA)
    sink.answer = lambda event: (500, {})

    with caplog.at_level(logging.DEBUG):
        webhooks.deliver_due_events()

    [record] = [record for record in caplog.records if record.name == "upstream.webhooks"]
    line = f"{record.getMessage()} {vars(record)}"
    assert record.outcome == "status"
    assert [word for word in (endpoint.secret, endpoint.url, one.number) if word in line] == []


# --- Once more -------------------------------------------------------------------------------------------


def test_replay_sends_what_was_delivered_under_the_same_id(caller, sink, endpoint):
    sent(caller, MAIJA)
    webhooks.deliver_due_events()

    assert deliveries.replay_deliveries(WebhookDelivery.objects.all()) == 1
    assert webhooks.deliver_due_events() == 1
    assert sink.ids == [sink.ids[0]] * 2
    assert sink.taken[0][1] == sink.taken[1][1]


def test_replay_leaves_alone_what_waits_and_what_was_disabled(caller, sink, endpoint):
    sent(caller, MAIJA)
    events.collect()
    waiting = deliveries.replay_deliveries(WebhookDelivery.objects.all())
    endpoints.disable(endpoint)

    assert (waiting, deliveries.replay_deliveries(WebhookDelivery.objects.all())) == (0, 0)
    assert owed().failure == Failure.DISABLED


def test_command_replays_what_was_collected_since(caller, sink, endpoint, capsys):
    for number in range(3):
        sent(caller, MAIJA, reference=f"number-{number}")
    webhooks.deliver_due_events()
    events.Event.objects.filter(data__client_reference="number-0").update(
        collected_at=timezone.now() - dt.timedelta(days=2)
    )

    call_command("webhooks", "replay", "--since", (timezone.now() - dt.timedelta(days=1)).isoformat())
    webhooks.deliver_due_events()

    assert capsys.readouterr().out == "Events that will be sent again: 2\n"
    again = [event["data"]["client_reference"] for event in sink.events[3:]]
    assert again == ["number-1", "number-2"]


def test_command_replays_to_a_new_endpoint_what_it_was_never_owed(caller, sink, nearby):
    sent(caller, MAIJA)
    events.collect()
    endpoint, _ = endpoints.add(caller.client, sink.url)

    call_command("webhooks", "replay", "--since", "2026-01-01", "--endpoint", str(endpoint.pk))
    webhooks.deliver_due_events()

    assert len(sink.taken) == 1


def test_command_lists_endpoints(caller, sink, endpoint, capsys):
    sent(caller, MAIJA)
    events.collect()

    call_command("webhooks", "list")

    assert capsys.readouterr().out == f"{endpoint.pk}  Housing system  {sink.url}  waiting 1  given up 0  live\n"


def test_command_rotates(caller, sink, endpoint, capsys):
    call_command("webhooks", "rotate", str(endpoint.pk))

    endpoint.refresh_from_db()
    assert capsys.readouterr().out == endpoint.secret + "\n"


@pytest.mark.parametrize(
    "arguments",
    [["rotate", "99"], ["replay", "--since", "2026-01-01", "--endpoint", "99"], ["replay", "--since", "x"]],
)
def test_command_refuses_what_is_not_there(db, arguments):
    with pytest.raises(CommandError):
        call_command("webhooks", *arguments)


# --- Adding ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["http://receiver.example/", "https://10.0.0.1/", "https://u:p@receiver.example/"])
def test_endpoint_that_would_not_be_called_is_not_added(caller, url):
    with pytest.raises(endpoints.NotAnAddress):
        endpoints.add(caller.client, url)


def test_endpoint_is_added_once_while_it_is_live(caller):
    url = "https://receiver.example/"
    first, _ = endpoints.add(caller.client, url)
    with pytest.raises(endpoints.Taken):
        endpoints.add(caller.client, url)
    endpoints.disable(first)

    assert endpoints.add(caller.client, url)[0] != first


def test_disabling_gives_up_what_waits(caller, sink, endpoint):
    sent(caller, MAIJA)
    events.collect()

    assert (endpoints.disable(endpoint), endpoints.disable(endpoint)) == (1, 0)
    assert (owed().status, owed().failure) == (Status.GIVEN_UP, Failure.DISABLED)
