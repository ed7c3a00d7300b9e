import os
import threading

import pytest

from core.beside import find_beside

HERE = os.getpid()


def who():
    return [os.getpid(), "who"]


def only_here():
    if os.getpid() != HERE:
        raise LookupError
    return "found here"


def nowhere():
    raise LookupError("told before all eyes")


@pytest.fixture
def alone(monkeypatch):
    """Other tests may have left threads that wait."""
    monkeypatch.setattr(threading, "active_count", lambda: 1)


@pytest.mark.usefixtures("alone")
def test_what_is_found_comes_from_another_process():
    pid, word = find_beside(who)

    assert (pid != HERE, word) == (True, "who")


@pytest.mark.usefixtures("alone")
def test_more_than_a_pipe_holds_is_told():
    assert find_beside(lambda: "ä" * 500_000) == "ä" * 500_000


@pytest.mark.usefixtures("alone")
def test_what_fails_beside_is_found_here_and_fails_here():
    assert find_beside(only_here) == "found here"
    with pytest.raises(LookupError, match="before all eyes"):
        find_beside(nowhere)


@pytest.mark.usefixtures("alone")
def test_where_no_process_can_be_made_it_is_found_here(monkeypatch):
    def refuse():
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", refuse)
    assert find_beside(who)[0] == HERE


def test_a_process_with_threads_is_not_split():
    going_on = threading.Event()
    thread = threading.Thread(target=going_on.wait)
    thread.start()

    assert find_beside(who)[0] == HERE
    going_on.set()
    thread.join()
