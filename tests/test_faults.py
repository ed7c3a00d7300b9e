"""Every n-th statement, COMMIT and call of an operation fails: nothing is half done, and the person gets on (R12).

A part that is quick; `python -m chaos faults` is the whole.
"""

import logging

import pytest
from django.db import connection, transaction

from applications import letters
from chaos.within.every import World, every_n
from chaos.within.injection import ANSWER_LOST, DEADLOCK, LOST, RESET

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="it is about PostgreSQL's answers"),
]

QUICK = {
    "confirming": [("statement", LOST), ("COMMIT", ANSWER_LOST)],
    "signing_in": [("statement", DEADLOCK), ("COMMIT", ANSWER_LOST), ("call", RESET)],
    "taking_in": [("statement", LOST)],
    "putting": [("COMMIT", ANSWER_LOST)],  # made again, it is not told that somebody else has changed it
}
AMID = range(22, 31)  # statements of the transaction that confirms


@pytest.fixture(autouse=True)
def _quiet():
    logging.disable(logging.CRITICAL)  # each fault is a line
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def world():
    """Return a function that arranges an operation."""
    arranged = []

    def arrange(name):
        arranged.append(World(name))
        return arranged[-1]

    yield arrange
    for each in arranged:
        each.operation.end()


@pytest.mark.parametrize("operation", QUICK)
def test_nothing_is_half_done_whichever_fails(world, operation):
    arranged = world(operation)

    found = [every_n(arranged, way, kind) for way, kind in QUICK[operation]]

    assert [loss for each in found for loss in each.lost] == []
    assert all(each.reached and each.has_met_all for each in found)


def test_letter_that_is_queued_after_the_commit_is_found_missing(world, monkeypatch):
    """The control: an acknowledgement that does not stand in the transaction of what it tells."""
    queue = letters.confirmed
    monkeypatch.setattr(letters, "confirmed", lambda *told: transaction.on_commit(lambda: queue(*told)))

    found = every_n(world("confirming"), "statement", LOST, numbers=AMID)

    assert any("afterwards letters: " in loss for loss in found.lost)


def test_deadlock_that_is_not_tried_again_is_found(world, monkeypatch):
    """The control: a race for locks that the person sees."""
    monkeypatch.setattr("core.transactions.TRIES", 1)

    found = every_n(world("confirming"), "statement", DEADLOCK, numbers=AMID)

    assert any("not tried again" in loss for loss in found.lost)
