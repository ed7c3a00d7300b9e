"""Workers by which nobody can knock: each writes down that it lives."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone

from core import worker as loop
from core.worker import Stop
from mailing import heartbeat
from mailing.heartbeat import BEAT_SECONDS, FORGOTTEN_AFTER, Heart
from mailing.models import WorkerHeartbeat

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch):
    """Return a list whose number is the time of the monotonic clock."""
    now = [1000.0]
    monkeypatch.setattr(heartbeat.time, "monotonic", lambda: now[0])
    return now


def rows():
    return {row.name: row for row in WorkerHeartbeat.objects.all()}


def test_worker_writes_that_it_lives_and_which_release_it_is(settings):
    settings.RELEASE = {**settings.RELEASE, "packageVersion": "2026.11"}
    before = timezone.now()

    Heart("worker-1:7").beat()

    row = rows()["worker-1:7"]
    assert row.version == "2026.11"
    assert abs(row.seen_at - before) < dt.timedelta(minutes=1)
    assert abs(row.started_at - before) < dt.timedelta(minutes=1)


def test_row_is_written_every_few_seconds_with_the_longest_round_since(clock):
    heart = Heart("worker")
    heart.beat()
    for took in (1.0, 7.0, 1.0):
        clock[0] += took
        heart.beat()
    seldom = rows()["worker"].round_seconds

    clock[0] += BEAT_SECONDS
    heart.beat()
    clock[0] += BEAT_SECONDS / 2
    heart.beat()

    assert (seldom, rows()["worker"].round_seconds) == (0.0, BEAT_SECONDS)


def test_long_round_is_known_when_it_is_over(clock):
    heart = Heart("worker")
    heart.beat()
    clock[0] += 95.0
    heart.beat()

    assert rows()["worker"].round_seconds == 95.0


def test_worker_of_the_same_name_takes_the_row_over_and_the_dead_are_forgotten_after_an_hour():
    now = timezone.now()
    for name, ago in {
        "old": FORGOTTEN_AFTER * 2,
        "killed": FORGOTTEN_AFTER / 2,
        "worker:1": FORGOTTEN_AFTER / 2,
    }.items():
        WorkerHeartbeat.objects.create(
            name=name, started_at=now - ago, seen_at=now - ago, round_seconds=90, version="1"
        )

    Heart("worker:1").beat()

    assert rows().keys() == {"killed", "worker:1"}
    assert rows()["worker:1"].started_at > now - dt.timedelta(minutes=1)


def test_name_that_is_too_long_keeps_its_end():
    heart = Heart("x" * 200 + ":7")
    heart.beat()

    assert [name[-3:] for name in rows()] == ["x:7"]


class StopsAfter(Stop):
    """A stop that is asked for when somebody has looked so often."""

    def __init__(self, times):
        self.left = times

    @property
    def asked(self):
        self.left -= 1
        return self.left < 0


@pytest.mark.django_db(transaction=True)
def test_worker_that_cannot_write_it_down_does_its_work(settings, monkeypatch):
    settings.WORKER_EVERY_ROUND, settings.WORKER_EVERY_MINUTE, settings.WORKER_BESIDE = (
        ["mailing.heartbeat.beat"],
        [],
        [],
    )
    monkeypatch.setattr(loop.time, "sleep", lambda _: None)
    monkeypatch.setattr(loop, "close_old_connections", lambda: None)
    monkeypatch.setattr(loop.connections, "close_all", lambda: None)
    monkeypatch.setattr(heartbeat, "own", Heart("worker"))
    worked = []

    def away(execute, sql, params, many, context):
        raise OperationalError("away")

    with connection.execute_wrapper(away):
        loop.run_worker(lambda *_: worked.append(True), StopsAfter(6))

    assert len(worked) > 1
    assert rows() == {}


@pytest.mark.parametrize("is_away", [False, True])
@pytest.mark.django_db(transaction=True)
def test_worker_that_is_stopped_takes_its_row_away_if_it_can(settings, monkeypatch, is_away):
    settings.WORKER_EVERY_ROUND, settings.WORKER_EVERY_MINUTE, settings.WORKER_BESIDE = [], [], []
    monkeypatch.setattr(heartbeat, "own", Heart("worker"))
    monkeypatch.setattr("mailing.management.commands.deliver.run_worker", lambda *_: heartbeat.beat())
    monkeypatch.setattr("mailing.management.commands.deliver.signal.signal", lambda *_: None)

    def refuse_delete(execute, sql, params, many, context):
        if is_away and sql.startswith("DELETE") and '"name"' in sql:
            raise OperationalError("away")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse_delete):
        call_command("deliver")

    assert rows().keys() == ({"worker"} if is_away else set())


def test_what_is_due_once_is_done_without_a_heartbeat():
    call_command("deliver", "--once")

    assert rows() == {}
