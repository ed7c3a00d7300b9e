"""The rate at which emails leave, over all workers together (ADR 51)."""

import datetime as dt
import subprocess
import sys
import threading
import time

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from core.worker import Stop
from mailing import outbox, pace, worker
from mailing.enums import Rank
from mailing.models import Letter, Pace
from tests.applications.test_concurrency import at_once
from tests.mailing.conftest import ROOT
from tests.mailing.letters import draft, queued
from tests.mailing.test_chaos import wait_until
from tests.mailing.test_worker import StopsAfter

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def sleeps(monkeypatch):
    """Return how long the worker has slept, without sleeping."""
    slept = []
    monkeypatch.setattr(pace.time, "sleep", slept.append)
    return slept


def test_without_a_rate_nothing_waits_and_nothing_is_stored(settings):
    settings.EMAIL_RATE = 0

    assert [pace.wait_for_turn(Stop()) for _ in range(3)] == [True] * 3
    assert not Pace.objects.exists()


def test_next_slot_comes_one_gap_after_the_last(settings, sleeps):
    settings.EMAIL_RATE = 2
    before = timezone.now()

    assert pace.wait_for_turn(Stop())
    assert not pace.wait_for_turn(StopsAfter(1))

    assert dt.timedelta(seconds=29) < Pace.objects.get().next_at - before < dt.timedelta(seconds=59)
    assert len(sleeps) == 1


def test_turns_of_a_pause_are_not_made_up_for(settings, sleeps):
    settings.EMAIL_RATE = 60
    Pace.objects.create(pk=pace.ONLY, next_at=timezone.now() - 60 * MINUTE)

    assert [pace.wait_for_turn(StopsAfter(1)) for _ in range(3)] == [True, False, False]


@pytest.mark.parametrize("ahead", [2 * MINUTE, dt.timedelta(days=400)])
def test_slot_that_a_lower_rate_or_a_wrong_clock_left_far_ahead_is_taken(settings, ahead):
    settings.EMAIL_RATE = 60
    Pace.objects.create(pk=pace.ONLY, next_at=timezone.now() + ahead)

    assert pace.wait_for_turn(StopsAfter(1))
    assert Pace.objects.get().next_at < timezone.now() + MINUTE


def test_slot_that_another_worker_has_just_taken_is_not_taken_for_one_of_a_wrong_clock(settings, sleeps):
    settings.EMAIL_RATE = 60
    Pace.objects.create(pk=pace.ONLY, next_at=timezone.now() + dt.timedelta(seconds=1.5))

    assert not pace.wait_for_turn(StopsAfter(1))


def test_no_slot_is_taken_where_no_email_is_due(settings):
    settings.EMAIL_RATE = 600

    assert worker.deliver_due_letters() == 0
    assert not Pace.objects.exists()


def test_who_waits_for_a_slot_stops_when_told_to(settings, sleeps):
    settings.EMAIL_RATE = 1
    for number in range(3):
        queued(f"hello:{number}")

    assert worker.deliver_due_letters(StopsAfter(10)) == 1
    assert sum(sleeps) <= 10 * pace.LONGEST_SLEEP
    assert Letter.objects.filter(lease=None, sent_at=None).count() == 2


def test_who_waits_for_a_slot_leaves_it_for_the_next_round(settings):
    settings.EMAIL_RATE = 1
    for number in range(3):
        queued(f"hello:{number}")

    assert worker.deliver_due_letters(until=time.monotonic() + 1) == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_who_ask_at_once_one_gets_the_turn(settings, sleeps):
    settings.EMAIL_RATE = 1

    for _ in range(3):
        got = at_once(*[lambda: pace.wait_for_turn(StopsAfter(1))] * 6)

        assert sorted(got) == [False] * 5 + [True]
        Pace.objects.update(next_at=Now() - MINUTE)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="on SQLite a statement begins when it may write")
@pytest.mark.django_db(transaction=True)
def test_who_waited_for_the_row_does_not_take_the_slot_that_was_just_taken(settings):
    """Their statement began before that turn was taken, so it lies more than one gap ahead of them."""
    settings.EMAIL_RATE = 60
    Pace.objects.create(pk=pace.ONLY, next_at=timezone.now() - MINUTE)
    got = []

    def another():
        got.append(pace.wait_for_turn(StopsAfter(1)))
        connection.close()

    thread = threading.Thread(target=another)
    with transaction.atomic():
        Pace.objects.select_for_update().get()
        thread.start()
        wait_until(is_somebody_waiting_for_us)
        assert pace.wait_for_turn(Stop())
    thread.join()

    assert got == [False]


def is_somebody_waiting_for_us():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
        return cursor.fetchone() is not None


@pytest.mark.django_db(transaction=True)
def test_two_workers_together_keep_the_rate(sink, environment):
    """Twenty emails have nineteen gaps between them; each machine may only make it slower."""
    outbox.queue_letters(*(draft(f"hello:{number}", to=f"person{number}@example.test") for number in range(20)))
    began = time.monotonic()
    command = [sys.executable, "manage.py", "deliver", "--once"]
    pair = [subprocess.Popen(command, cwd=ROOT, env={**environment, "EMAIL_RATE": "600"}) for _ in range(2)]

    assert [one.wait(timeout=120) for one in pair] == [0, 0]
    assert time.monotonic() - began >= 19 * 0.1 - 20 * 0.001  # SQLite knows no less than a millisecond
    assert len(set(sink.ids)) == len(sink.ids) == 20


@pytest.mark.django_db(transaction=True)
def test_killed_worker_takes_one_slot_with_it_at_most(settings, sleeps):
    settings.EMAIL_RATE = 60
    pace.wait_for_turn(Stop())  # and is killed

    Pace.objects.update(next_at=Now())  # a second later

    assert pace.wait_for_turn(StopsAfter(1))


def test_what_failed_together_and_is_due_at_once_keeps_the_rate_too(settings, sleeps):
    settings.EMAIL_RATE = 1
    for number in range(3):
        queued(f"hello:{number}", rank=Rank.NEWS)
    Letter.objects.update(failure="quota", attempts=4, due_at=timezone.now() - MINUTE)

    assert worker.deliver_due_letters(StopsAfter(5)) == 1
