import threading

import pytest
import time_machine
from django.db import connection, transaction

from identity import limits
from identity.limits import TooMany
from identity.models import RateCount


def tries(times, what="start", who="192.0.2.1", most=20):
    """Return how many of so many tries were let through."""
    through = 0
    for _ in range(times):
        try:
            limits.count(what, who, most=most)
            through += 1
        except TooMany:
            pass
    return through


@pytest.fixture
def clock():
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        yield clock


@pytest.mark.django_db
def test_no_more_than_the_limit_pass_in_a_minute(clock):
    assert tries(30) == 20
    assert tries(30, who="192.0.2.2") == 20
    assert tries(30, what="callback") == 20


@pytest.mark.django_db
def test_the_next_minute_begins_anew(clock):
    tries(30)
    clock.shift(60)
    assert tries(30) == 20


@pytest.mark.django_db
def test_a_minute_begins_with_the_first_try_and_not_by_the_clock(clock):
    clock.move_to(1_800_000_059)  # a second before the next minute
    tries(15)
    clock.shift(1)
    assert tries(15) == 5


@pytest.mark.django_db(transaction=True)
def test_a_limit_may_hold_for_an_hour(clock, monkeypatch):
    monkeypatch.setattr(limits, "SWEEP", 1)
    limits.count("start", "192.0.2.1", most=1, seconds=limits.HOUR)
    clock.shift(59 * 60)
    tries(1, who="192.0.2.2")
    with pytest.raises(TooMany) as refused:
        limits.count("start", "192.0.2.1", most=1, seconds=limits.HOUR)
    clock.shift(60)
    limits.count("start", "192.0.2.1", most=1, seconds=limits.HOUR)
    assert refused.value.retry_after == 60


@pytest.mark.django_db
def test_the_refusal_says_how_long_to_wait(clock):
    tries(20)
    clock.shift(45)
    with pytest.raises(TooMany) as refused:
        limits.count("start", "192.0.2.1", most=20)
    assert refused.value.retry_after == 15


@pytest.mark.django_db
def test_the_address_is_not_stored():
    limits.count("start", "192.0.2.1", most=20)
    assert "192.0.2.1" not in RateCount.objects.get().key


@pytest.mark.django_db(transaction=True)
def test_counts_of_windows_gone_by_are_swept(clock, monkeypatch):
    tries(1)
    clock.shift(2 * 24 * 60 * 60)
    monkeypatch.setattr(limits, "SWEEP", 1)
    tries(1, who="192.0.2.2")
    assert RateCount.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_nothing_is_swept_before_the_transaction_ends(clock, monkeypatch):
    tries(1)
    clock.shift(2 * 24 * 60 * 60)
    monkeypatch.setattr(limits, "SWEEP", 1)
    with transaction.atomic():
        tries(1, who="192.0.2.2")
        assert RateCount.objects.count() == 2
    assert RateCount.objects.count() == 1


@pytest.mark.django_db
def test_one_try_is_one_statement(django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(limits, "SWEEP", 0)
    with django_assert_num_queries(1):
        limits.count("start", "192.0.2.1", most=20)


@pytest.mark.django_db
def test_a_limit_that_is_shared_refuses_nobody_who_has_hardly_tried(clock):
    def passes(own):
        try:
            limits.count_shared("log-in", "all", most=10, own=own, share=3)
        except TooMany:
            return False
        return True

    assert [passes("flood") for _ in range(12)] == [True] * 10 + [False] * 2
    assert [passes("person") for _ in range(4)] == [True] * 3 + [False]
    clock.shift(60)
    assert [passes("flood"), passes("person")] == [True, True]  # the minute is new, though the hour is not


@pytest.mark.django_db
def test_only_one_of_several_is_the_first(clock):
    assert [limits.is_first("attempt", "a"), limits.is_first("attempt", "a"), limits.is_first("attempt", "b")] == [
        True,
        False,
        True,
    ]
    clock.shift(23 * 60 * 60)
    assert not limits.is_first("attempt", "a")


@pytest.mark.django_db(transaction=True)
def test_the_limit_is_exact_over_many_connections(clock):
    through, start = [], threading.Barrier(5, timeout=60)

    def work():
        try:
            start.wait()
            through.append(tries(20, most=30))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(through) == 30


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_client_network_counts_a_subscriber_and_not_each_of_their_addresses(rf, address, counted_as):
    assert limits.client_network(rf.get("/", REMOTE_ADDR=address)) == counted_as


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("192.0.2.7", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("", ""),
    ],
)
def test_client_site_holds_the_networks_that_one_sender_may_have(rf, address, site):
    assert limits.client_site(rf.get("/", REMOTE_ADDR=address)) == site
