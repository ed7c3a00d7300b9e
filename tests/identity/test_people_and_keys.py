"""One person, whatever keys the processes have in which they sign in for the first time (ADR 56)."""

import threading

import pytest
from django.db import connection

from identity import people
from identity.models import Person, User
from tests.arrivals import SecondConnection, make_fast, race
from tests.cast import MAIJA, OLLI
from tests.identity.test_people import NOW, recognise
from tests.keys_of_threads import keys_of_threads

OLD, NEW = "the old index key, of many characters", "the new index key, of many characters"
FORMER_ORDER, NEW_ORDER = {"FIELD_INDEX_KEYS": [OLD, NEW]}, {"FIELD_INDEX_KEYS": [NEW, OLD]}
OF_CODE = {"first_names": "Maija", "last_name": "Meikäläinen", "language": "fi", "at": NOW}


def at_the_counter():
    return people.of_code(MAIJA["hetu"], **OF_CODE)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(2))
def test_first_sign_ins_at_once_under_two_orders_of_keys_make_one_person(_round):
    found, start = [], threading.Barrier(4, timeout=60)

    def sign_in():
        start.wait()
        return recognise().pk

    def run(act):
        try:
            found.append(act())
        finally:
            connection.close()

    with keys_of_threads() as lists:
        acts = [lists.process(sign_in, **order) for order in (FORMER_ORDER, NEW_ORDER) * 2]
        threads = [threading.Thread(target=run, args=[act]) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert len(found) == 4
    assert len(set(found)) == Person.objects.count() == User.objects.count() == 1


def exchange():
    """Let Olli's code become Maija's."""
    return people.exchange_codes(OLLI["hetu"], MAIJA["hetu"])


def leave_nobody_but_olli():
    Person.objects.all().delete()
    User.objects.all().delete()
    recognise(OLLI)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("second", [recognise, exchange])
@pytest.mark.parametrize("first", [recognise, at_the_counter, exchange])
def test_at_every_stop_of_one_another_process_makes_no_second_person(first, second):
    other, number = SecondConnection(), 0
    make_fast()
    try:
        with keys_of_threads() as lists:
            before, after = lists.process(first, **FORMER_ORDER), lists.process(second, **NEW_ORDER)
            while True:
                number += 1
                lists.process(leave_nobody_but_olli, **FORMER_ORDER)()
                arrival = race(before, after, number=number, other=other)
                if arrival is None:
                    break
                assert not isinstance(arrival.first, Exception), arrival
                assert not isinstance(arrival.second, Exception), arrival
                rows = lists.process(lambda: [person.hetu for person in Person.objects.all()], **NEW_ORDER)()
                assert rows.count(MAIJA["hetu"]) == 1
    finally:
        other.close()
    assert number > 1
