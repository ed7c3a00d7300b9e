"""Several workers in the same second, each over a connection of their own, on either database."""

import pytest
from django.db import transaction

from records import trail, verify
from records.enums import Event
from records.models import Chain, Entry
from tests.applications.test_concurrency import at_once
from tests.records.tampering import ADVISER

pytestmark = pytest.mark.django_db(transaction=True)


def written(chain, *, times):
    for _ in range(times):
        with transaction.atomic():
            trail.append_event(Event.APPLICATION_OPENED, chain=chain, by=ADVISER)


def test_one_chain_written_at_once_has_every_number_once():
    made = at_once(*[lambda: written("application 17", times=5)] * 4)

    assert made == [None] * 4
    assert list(Entry.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 21))
    assert Chain.objects.get().length == 20
    assert list(verify.verify_everything()) == []


def test_a_chain_is_in_order_whoever_of_its_writers_gives_up():
    def given_up():
        for _ in range(5):
            with transaction.atomic():
                trail.append_event(Event.SENT, chain="application 17", by=ADVISER)
                transaction.set_rollback(True)

    made = at_once(lambda: written("application 17", times=5), given_up, given_up)

    assert made == [None] * 3
    assert list(Entry.objects.values_list("event", flat=True)) == ["application_opened"] * 5
    assert list(verify.verify_everything()) == []


def test_verifying_while_it_is_written_finds_nothing():
    made = at_once(
        lambda: written("application 17", times=20),
        lambda: written("application 18", times=20),
        lambda: [list(verify.verify_everything()) for _ in range(10)],
    )

    assert made == [None, None, [[]] * 10]
