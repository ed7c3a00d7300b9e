"""How many requests a client may make within a minute, and how it learns how many are left."""

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from identity.models import RateCount
from tests.cast import MAIJA
from tests.upstream.conftest import body, sent
from upstream.models import ApiClient

NOW = "2026-11-21T12:00:10Z"


def allowance(response):
    return response.get("RateLimit-Policy"), response.get("RateLimit")


def test_every_answer_to_a_client_tells_how_many_requests_are_left(caller):
    with time_machine.travel(NOW, tick=False) as clock:
        answers = [caller.list(), caller.post(b"{"), caller.get("x"), caller.poll(), caller.poll(aftre=1)]
        clock.shift(20)
        later = caller.list()
        clock.shift(40)
        anew = caller.list()

    assert [answer.status_code for answer in answers] == [200, 400, 404, 200, 400]
    policy = '"requests";q=300;w=60'
    assert [allowance(answer) for answer in answers] == [
        (policy, f'"requests";r={left};t=60') for left in (299, 298, 297, 296, 295)
    ]
    assert allowance(later) == (policy, '"requests";r=294;t=40')
    assert allowance(anew) == (policy, '"requests";r=299;t=60')


def test_request_beyond_the_limit_tells_when_to_come_again(caller):
    with time_machine.travel(NOW, tick=False):
        one = sent(caller, MAIJA)
        caller.list()
        RateCount.objects.filter(key__startswith="api:").update(count=300)
        refused = caller.withdraw(one.number)

    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert allowance(refused) == ('"requests";q=300;w=60', '"requests";r=0;t=60')
    one.refresh_from_db()
    assert one.state == "awaiting"


def test_each_client_has_a_limit_of_its_own(caller, stranger):
    ApiClient.objects.filter(pk=caller.client.pk).update(requests_a_minute=2)

    with time_machine.travel(NOW, tick=False):
        statuses = [caller.list().status_code for _ in range(3)]
        others = stranger.list()

    assert statuses == [200, 200, 429]
    assert allowance(others) == ('"requests";q=300;w=60', '"requests";r=299;t=60')


def test_whoever_is_not_known_learns_of_no_limit(caller):
    answers = [caller.post(body(), Authorization="Bearer guess"), caller.http.get("/api/v1/openapi.json")]
    answers.append(caller.http.delete("/api/v1/events"))

    assert [answer.status_code for answer in answers] == [401, 200, 405]
    assert {allowance(answer) for answer in answers} == {(None, None)}


def test_limit_takes_one_statement(caller, django_assert_num_queries):
    with django_assert_num_queries(3):  # client, limit, applications
        caller.list()


@pytest.mark.parametrize("limit", [0, 10_001])
def test_limit_has_bounds(caller, limit):
    caller.client.requests_a_minute = limit
    with pytest.raises(ValidationError):
        caller.client.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        caller.client.save()
