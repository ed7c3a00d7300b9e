"""Every n-th statement and COMMIT of an operation fails: nothing is half done, and the person gets on (R12)."""

import logging

import pytest
from django.db import connection

from chaos.within.every import World, every_n
from chaos.within.injection import ANSWER_LOST, LOST

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="it is about PostgreSQL's answers"),
]

QUICK = [
    ("confirming", "statement", LOST),
    ("confirming", "COMMIT", ANSWER_LOST),
]


@pytest.fixture(autouse=True)
def _quiet():
    logging.disable(logging.CRITICAL)  # each fault is a line
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize(("operation", "way", "kind"), QUICK, ids=[" ".join(case) for case in QUICK])
def test_nothing_is_half_done_whichever_fails(operation, way, kind):
    found = every_n(World(operation), way, kind)

    assert found.lost == []
    assert found.reached > 0
    print(found)
