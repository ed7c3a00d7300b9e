"""What this process does of its own while the database is silent; tests/running has a real one."""

import math
import socket
import threading
import time
from types import SimpleNamespace

import psycopg
import pytest
from django.db import OperationalError
from psycopg.waiting import Wait
from psycopg_pool import ConnectionPool

from core import last_known, transactions
from core.last_known import LastKnown
from core.postgresql import patience
from core.postgresql.crowd import Crowd, Crowded
from core.postgresql.pool import JUST_NOW_SECONDS, PatientConnection, Pool
from core.worker import SILENCE_SECONDS, Stop, run_worker

SILENCE = 0.5  # seconds


class Line(PatientConnection):
    """A connection on which nothing comes."""

    def __init__(self, descriptor):
        self.pgconn = SimpleNamespace(socket=descriptor)

    def __del__(self):
        """Leave out psycopg's own, which looks for a server."""


@pytest.fixture
def silent_line():
    """Return a function that asks over a silent line, and is told something after a while."""

    def ask():
        until = time.monotonic() + SILENCE
        while time.monotonic() < until:
            yield Wait.R
        return "at last"

    here, there = socket.socketpair()
    with here, there:
        yield lambda: Line(here.fileno()).wait(ask(), 0.01)


@pytest.fixture(autouse=True)
def patient_again(monkeypatch):
    monkeypatch.setattr(patience, "_outside", None)
    monkeypatch.setattr(last_known._Silence, "until", 0.0)


@pytest.mark.parametrize(
    ("seconds_ago", "comes", "asked"),
    [(0, b"", 0), (JUST_NOW_SECONDS + 1, b"", 1), (0, b"E", 1), (0, None, 1)],
    ids=["has answered", "long ago", "server says something", "server is gone"],
)
def test_connection_that_has_answered_just_now_is_lent_unasked(monkeypatch, seconds_ago, comes, asked):
    questions = []
    monkeypatch.setattr(ConnectionPool, "check_connection", questions.append)
    here, there = socket.socketpair()
    with here, there:
        line = Line(here.fileno())
        line.answered_at = time.monotonic() - seconds_ago
        there.close() if comes is None else there.send(comes)
        Pool.check_connection(line)

    assert len(questions) == asked


def test_silence_ends_with_the_seconds_of_the_request(silent_line):
    with patience.at_most(SILENCE / 5), pytest.raises(psycopg.OperationalError):
        silent_line()


def test_without_them_it_lasts_as_long_as_the_silence(silent_line):
    assert silent_line() == "at last"


def test_all_waits_of_a_request_have_them_together(silent_line):
    with patience.at_most(SILENCE * 1.5):
        silent_line()
        with pytest.raises(psycopg.OperationalError):
            silent_line()


def test_answers_that_come_at_once_cost_nothing():
    with patience.at_most(1):
        for _ in range(100):
            with patience.charged():
                pass

        assert patience.seconds_left() == 1


def test_whoever_may_wait_less_does(silent_line):
    with patience.at_most(SILENCE / 5), patience.at_most(60), pytest.raises(psycopg.OperationalError):
        silent_line()


def test_worker_waits_so_long_for_each_answer(silent_line):
    patience.limit_process(SILENCE / 5)

    for _ in range(2):
        with pytest.raises(psycopg.OperationalError):
            silent_line()


def crowding(crowd, threads, *, waits):
    """Let so many threads enter, and wait like this for an answer; return what became of each."""
    ends = []

    def come():
        try:
            crowd.enter(until=math.inf, silence=math.inf)
        except Crowded:
            ends.append("refused")
            return
        crowd.hold(1)
        with crowd.asking():
            waits()
        crowd.hold(-1)
        crowd.leave()
        ends.append("served")

    running = [threading.Thread(target=come) for _ in range(threads)]
    for thread in running:
        thread.start()
    return running, ends


def joined(running):
    for thread in running:
        thread.join()


@pytest.mark.parametrize(("most", "waiting", "refused"), [(5, 5, 15), (100, 20, 0)])  # without the bound, all hang
def test_silent_database_holds_no_more_threads_than_it_may(most, waiting, refused):
    crowd, speaks = Crowd(2, most), threading.Event()

    running, ends = crowding(crowd, 20, waits=speaks.wait)
    while len(ends) < refused or crowd._inside + len(crowd._turns) < waiting:
        time.sleep(0.01)
    speaks.set()
    joined(running)

    assert (ends.count("served"), ends.count("refused")) == (waiting, refused)


def test_sound_database_refuses_nobody():
    crowd = Crowd(2, most=3)

    running, ends = crowding(crowd, 60, waits=lambda: time.sleep(0.002))
    joined(running)

    assert ends == ["served"] * 60


def test_whoever_waits_for_busy_threads_is_not_refused():
    crowd, done, ends = Crowd(1, most=1), threading.Event(), []

    def hash_a_password():
        crowd.enter(until=math.inf, silence=math.inf)
        crowd.hold(1)
        done.wait()
        crowd.hold(-1)
        crowd.leave()

    def come():
        crowd.enter(until=math.inf, silence=math.inf)
        ends.append("served")
        crowd.leave()

    busy, other = threading.Thread(target=hash_a_password), threading.Thread(target=come)
    busy.start()
    while not crowd._holding:
        time.sleep(0.01)
    other.start()
    time.sleep(0.3)  # much longer than a silent database is waited for
    done.set()
    joined([busy, other])

    assert ends == ["served"]


def test_once_it_answers_again_nobody_is_refused():
    crowd, speaks = Crowd(1, most=1), threading.Event()
    running, _ = crowding(crowd, 2, waits=speaks.wait)
    while not crowd.is_silent:
        time.sleep(0.01)
    speaks.set()
    joined(running)

    running, ends = crowding(crowd, 5, waits=lambda: None)
    joined(running)

    assert ends == ["served"] * 5


def test_error_that_the_server_reports_is_an_answer():
    crowd = Crowd(1)
    crowd.is_silent = True

    with pytest.raises(psycopg.errors.UniqueViolation), crowd.asking():
        raise psycopg.errors.UniqueViolation

    assert not crowd.is_silent


def test_the_first_come_is_served_first():
    crowd, served = Crowd(1), []
    crowd.enter(until=math.inf, silence=math.inf)

    def come(number):
        crowd.enter(until=math.inf, silence=math.inf)
        served.append(number)
        crowd.leave()

    running = []
    for number in range(5):
        running.append(threading.Thread(target=come, args=[number]))
        running[-1].start()
        while len(crowd._turns) <= number:
            time.sleep(0.001)
    crowd.leave()
    joined(running)

    assert (served, crowd._inside) == ([0, 1, 2, 3, 4], 0)


@pytest.mark.parametrize("limits", [{"until": 0, "silence": math.inf}, {"until": math.inf, "silence": 0}])
def test_whoever_waited_in_vain_leaves_no_trace(limits):
    crowd = Crowd(1)
    crowd.enter(until=math.inf, silence=math.inf)

    with pytest.raises(Crowded):
        crowd.enter(**limits)

    crowd.leave()
    assert (crowd._inside, list(crowd._turns)) == (0, [])


def test_turn_that_comes_costs_nothing_while_the_database_answers_others(monkeypatch):
    def enter(crowd, **limits):
        time.sleep(SILENCE)
        crowd.answers += 1

    monkeypatch.setattr(Crowd, "enter", enter)
    monkeypatch.setattr(ConnectionPool, "getconn", lambda pool, timeout: timeout)
    pool = Pool(min_size=0, max_size=1, open=False)

    with patience.at_most(SILENCE):
        assert pool.getconn() == pytest.approx(SILENCE, abs=SILENCE / 2)


@pytest.mark.parametrize("refusing", ["turn", "connection"])
def test_pool_counts_whom_it_refuses(monkeypatch, refusing):
    def refuse(*_, **__):
        raise psycopg.OperationalError

    if refusing == "turn":
        monkeypatch.setattr(Crowd, "enter", refuse)
    else:
        monkeypatch.setattr(ConnectionPool, "getconn", refuse)
    pool = Pool(min_size=0, max_size=1, open=False)

    for _ in range(2):
        with pytest.raises(psycopg.OperationalError):
            pool.getconn()

    assert (pool.refused, pool.crowd.waiting) == (2, 0)


def test_worker_gives_up_a_silent_database_too(settings):
    settings.WORKER_BESIDE = []

    run_worker(lambda *_: None, Stop(asked=True))

    assert patience.seconds_left() == SILENCE_SECONDS


@pytest.mark.parametrize(
    ("options", "in_atomic_block", "given_back"),
    [({"pool": {"max_size": 8}}, False, ["closed"]), ({"pool": {"max_size": 8}}, True, []), ({}, False, [])],
    ids=["pool", "transaction", "no pool"],
)
def test_connection_is_given_back_while_somebody_else_is_waited_for(monkeypatch, options, in_atomic_block, given_back):
    done = []
    connection = SimpleNamespace(
        settings_dict={"OPTIONS": options}, in_atomic_block=in_atomic_block, close=lambda: done.append("closed")
    )
    monkeypatch.setattr(transactions, "connection", connection)

    transactions.give_connection_back()

    assert done == given_back


def away():
    raise OperationalError("no connection")


def test_what_was_known_is_shown_while_the_database_is_away(db):
    known = LastKnown(lambda: ["unknown"])

    shown = [known.now(away), known.now(lambda: ["known"]), known.now(away)]

    assert shown == [["unknown"], ["known"], ["known"]]


def test_what_a_page_makes_of_it_is_not_kept(db):
    known = LastKnown(SimpleNamespace)
    known.now(lambda: SimpleNamespace(street="Työpajankatu 8")).timetable = "in Finnish"

    assert vars(known.now(away)) == {"street": "Työpajankatu 8"}


def test_one_page_in_some_seconds_waits_for_a_silent_database(db, monkeypatch):
    monkeypatch.setattr(patience, "GLANCE_SECONDS", 0.0)
    asked = []

    def silent():
        asked.append(patience.seconds_left())
        away()

    for _ in range(3):
        LastKnown(str).now(silent)

    assert len(asked) == 1
