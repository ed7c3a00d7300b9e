"""Workers as real processes, a receiver in a bad mood, and death at any moment."""

import os
import random
import signal
import time
from collections import Counter

import pytest

from applications import changes, document
from mailing.models import Letter
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM
from tests.cast import MAIJA
from tests.mailing.conftest import Workers, database_url
from tests.mailing.test_chaos import is_alive, wait_until
from upstream import clients, endpoints, intake
from upstream.models import Event, Intake, WebhookDelivery

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def team():
    """Return a function that gives worker processes with a lease of so many seconds."""
    started = []
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.upstream.worker_settings",
        "DATABASE_URL": database_url(),
    }

    def workers(*, lease):
        started.append(Workers({**environment, "TEST_LEASE": str(lease)}))
        return started[-1]

    yield workers
    for each in started:
        each.end()


@pytest.fixture
def owner(sink):
    client, _ = clients.issue("Housing system")
    endpoints.add(client, sink.url)
    return client


def many(owner, count):
    """Send applications, and let a second event of each follow the first."""
    for number in range(count):
        intake.receive(document.parse(cast.document(MAIJA, reference=f"number-{number}")), client=owner)
    for one in Intake.objects.select_related("application").order_by("pk"):
        changes.withdraw(one.application, by=HOUSING_SYSTEM)


def all_delivered(events):
    return WebhookDelivery.objects.filter(delivered_at__isnull=False).count() == events


def copies(sink):
    return len(sink.taken) - len(set(sink.ids))


def in_order(sink):
    """Tell whether the first copies of each application's events came in their order."""
    place = dict(Event.objects.values_list("uid", "pk"))
    firsts = list(dict.fromkeys((event["subject"], event["id"]) for event in sink.events))
    of_each = {}
    for subject, id_ in firsts:
        of_each.setdefault(subject, []).append(place[id_])
    return all(ids == sorted(ids) for ids in of_each.values())


def test_two_workers_send_each_event_once_and_in_order(sink, owner, team):
    many(owner, 20)
    team(lease=60).start(2)
    wait_until(lambda: all_delivered(40))

    assert (len(sink.taken), copies(sink)) == (40, 0)
    assert in_order(sink)


def test_nothing_is_lost_and_each_kill_makes_one_copy_at_most(sink, owner, team):
    chance = random.Random(20261121)
    sink.pause = 0.04
    answers = Counter()

    def answer(event):
        status = 500 if chance.random() < 0.1 else 204
        answers[status] += 1
        return status, {}

    sink.answer = answer
    many(owner, 40)
    workers = team(lease=4)
    workers.start(3)
    kills = 0
    while kills < 8 and not all_delivered(80):
        more = len(sink.taken) + 3
        wait_until(lambda more=more: len(sink.taken) > more or all_delivered(80))
        workers.kill(chance.choice(workers.alive))
        workers.start()
        kills += 1
    wait_until(lambda: all_delivered(80))

    refused = WebhookDelivery.objects.exclude(attempts=1).count()
    assert kills >= 5
    assert refused > 0
    assert len(sink.taken) <= 80 + kills + answers[500]
    assert set(sink.ids) == set(Event.objects.values_list("uid", flat=True))
    assert in_order(sink)


@pytest.mark.parametrize("window", ["taken", "recorded"])
def test_worker_killed_after_sending_leaves_one_copy_at_most_under_the_same_id(sink, owner, team, window):
    workers = team(lease=1)

    def answer(event):
        if window == "taken" and len(sink.taken) == 1:
            workers.kill(workers.alive[0])
        return 204, {}

    sink.answer = answer
    intake.receive(document.parse(cast.document(MAIJA)), client=owner)
    workers.start()
    wait_until(lambda: sink.taken)
    if window == "recorded":
        wait_until(lambda: all_delivered(1))
        workers.kill(workers.alive[0])
    workers.start()
    wait_until(lambda: all_delivered(1))

    assert sink.ids == [Event.objects.get().uid] * (2 if window == "taken" else 1)


def test_without_a_lease_events_are_sent_twice(sink, owner, team):
    """The control: what the leases are for, and that the tests above would see it."""
    sink.pause = 0.1
    for number in range(30):
        intake.receive(document.parse(cast.document(MAIJA, reference=f"number-{number}")), client=owner)
    team(lease=0).start(3)

    wait_until(lambda: copies(sink) > 0)


def test_slow_receiver_keeps_no_letter_from_leaving(sink, owner, team):
    sink.pause = 1.5
    many(owner, 5)
    confirmed = intake.receive(document.parse(cast.document(MAIJA, reference="more")), client=owner)
    assert confirmed.state == "awaiting"
    team(lease=10).start()

    wait_until(lambda: not Letter.objects.filter(sent_at=None).exists())
    assert len(sink.taken) <= 3


def test_worker_told_to_stop_finishes_the_event_in_hand(sink, owner, team):
    sink.pause = 60
    many(owner, 3)
    workers = team(lease=60)
    workers.start()
    wait_until(lambda: sink.taken)
    [pid] = workers.alive

    os.kill(pid, signal.SIGTERM)
    time.sleep(1)  # nothing tells from outside that a signal was heard, and an answer is quicker
    sink.may_go_on.set()
    wait_until(lambda: not is_alive(pid))

    assert Counter(str(each.status) for each in WebhookDelivery.objects.all()) == {"delivered": 1, "waiting": 5}
    assert not WebhookDelivery.objects.exclude(lease=None).exists()
