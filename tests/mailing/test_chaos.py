"""Workers as real processes, a mail server in a bad mood, and death at any moment."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest
from django.db import connection

from mailing import outbox
from mailing.enums import Status
from mailing.models import Letter
from tests.mailing.conftest import ROOT
from tests.mailing.letters import draft, queued
from tests.mailing.sink import DROP

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 120  # seconds


def wait_until(condition):
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


def all_sent():
    return not Letter.objects.filter(sent_at=None).exists()


def many(count):
    outbox.queue_letters(*(draft(f"hello:{number}", to=f"person{number}@example.test") for number in range(count)))


def copies(sink):
    """Return how many letters too many were taken."""
    return len(sink.taken) - len(set(sink.ids))


def test_nothing_is_lost_and_each_kill_makes_one_copy_at_most(sink, workers):
    chance = random.Random(20261121)

    def mood(step):
        if step == "RCPT" and chance.random() < 0.05:
            return "451 Not now"
        if step in {"MAIL", "DATA"} and chance.random() < 0.02:
            return DROP
        return None

    sink.mood, sink.pause = mood, 0.04
    many(250)
    team = workers(lease=5)
    team.start(4)
    kills = 0
    while kills < 15 and not all_sent():
        time.sleep(0.2)
        team.kill(chance.choice(team.alive))
        team.start()
        kills += 1
    wait_until(all_sent)

    ids = dict(Letter.objects.values_list("to", "message_id"))
    assert kills >= 5
    assert {message["To"]: message["Message-ID"] for message in sink.taken} == ids
    assert set(sink.ids) == set(ids.values())
    assert copies(sink) <= kills
    assert max(Counter(sink.ids).values()) <= 3


def test_without_a_lease_letters_are_sent_twice(sink, workers):
    """The control: what the leases are for, and that the test above would see it."""
    sink.pause = 0.04
    many(40)
    workers(lease=0).start(4)

    wait_until(lambda: copies(sink) > 0)


def test_without_kills_each_letter_is_sent_once_by_four_workers(sink, workers):
    many(100)
    workers(lease=60).start(4)
    wait_until(all_sent)

    assert (len(sink.taken), copies(sink)) == (100, 0)


@pytest.mark.parametrize(
    ("window", "copies_taken"), [("claimed", 1), ("EHLO", 1), ("RCPT", 1), ("DATA", 1), ("TAKEN", 2), ("recorded", 1)]
)
def test_worker_killed_in_each_window(sink, workers, window, copies_taken):
    team = workers(lease=1)
    steps = []

    def mood(step):
        steps.append(step)
        if step == window and steps.count(step) == 1:
            team.kill(team.alive[0])
            return DROP
        return None

    sink.mood = mood
    letter = queued(parameters={"name": "Maija", "number": "1", "deadly": window == "claimed"})
    team.start()
    [first] = team.alive
    if window == "recorded":
        wait_until(all_sent)
        team.kill(first)
    wait_until(lambda: not is_alive(first))  # or a slow machine might let its lease run out before it dies
    team.start()
    wait_until(all_sent)

    assert sink.ids == [letter.message_id] * copies_taken
    assert Letter.objects.get().status == Status.SENT


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_worker_told_to_stop_finishes_the_letter_in_hand(sink, environment, how):
    sink.is_holding = True
    many(3)
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "deliver"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    wait_until(lambda: sink.taken)

    worker.send_signal(how)
    time.sleep(1)  # nothing tells from outside that a signal was heard, and an answer is quicker
    sink.is_holding = False
    log, _ = worker.communicate(timeout=PATIENCE)

    assert (worker.returncode, len(sink.taken)) == (0, 1)
    assert Counter(letter.status for letter in Letter.objects.all()) == {Status.SENT: 1, Status.WAITING: 2}
    assert Letter.objects.exclude(lease=None).count() == 0
    assert [json.loads(line)["context"]["outcome"] for line in log.splitlines()] == ["sent"]
    assert "@" not in log


def test_worker_told_to_stop_ends_before_it_would_be_killed_and_another_does_what_it_held(sink, environment):
    sink.is_holding = True
    many(1)
    impatient = (
        "import django; django.setup()\n"
        "from django.core.management import call_command\n"
        "from mailing.management.commands import deliver\n"
        "deliver.STOP_SECONDS = 1\n"
        "call_command('deliver')"
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", impatient],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    wait_until(lambda: sink.taken)

    worker.terminate()
    log, _ = worker.communicate(timeout=PATIENCE)
    sink.is_holding = False

    assert worker.returncode == 1
    assert "another worker does it" in log
    [letter] = Letter.objects.all()
    assert letter.status == Status.WAITING
    assert letter.lease is not None


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no connections to lose")
def test_worker_outlives_its_database_connection(sink, workers):
    many(40)
    sink.pause = 0.02
    team = workers(lease=4)
    team.start()
    wait_until(lambda: sink.taken)

    with connection.cursor() as cursor:
        # Of this test's database alone: other tests run beside it in the same cluster.
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    wait_until(all_sent)

    assert copies(sink) <= 1
    assert is_alive(team.alive[0])


def test_deliver_once_sends_what_is_due_and_ends(sink, environment):
    many(3)

    ended = subprocess.run(
        [sys.executable, "manage.py", "deliver", "--once"], cwd=ROOT, env=environment, timeout=PATIENCE, check=False
    )

    assert (ended.returncode, len(sink.taken)) == (0, 3)


def test_idle_worker_stops_at_once(sink, workers):
    team = workers(lease=4)
    team.start()
    [pid] = team.alive
    time.sleep(0.3)

    asked = time.monotonic()
    os.kill(pid, signal.SIGTERM)
    wait_until(lambda: not is_alive(pid))

    assert time.monotonic() - asked < 20


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
