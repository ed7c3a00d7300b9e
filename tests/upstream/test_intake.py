"""Requests in the same second, each over a connection of its own, and a database that fails: on either one."""

import itertools
import json

import pytest
from django.db import OperationalError, connection
from django.test import Client

from applications.models import Application, StateChange, Version
from tests.applications.test_concurrency import at_once
from tests.upstream.conftest import Caller, body
from upstream import clients
from upstream.models import IdempotencyRecord, Intake

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 6


@pytest.fixture
def callers():
    client, token = clients.issue("Housing system")
    return [Caller(Client(), client, token) for _ in range(AT_ONCE)]


def test_same_key_and_body_at_once_make_one_application(callers):
    raw = json.dumps(body()).encode()

    answers = at_once(*[lambda caller=caller: caller.post(raw, key="key") for caller in callers])

    assert [answer.status_code for answer in answers] == [201] * AT_ONCE
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer for answer in answers) == AT_ONCE - 1
    assert Application.objects.count() == Intake.objects.count() == IdempotencyRecord.objects.count() == 1


def test_same_key_and_other_bodies_at_once_make_one_application(callers):
    answers = at_once(
        *[
            lambda caller=caller, number=number: caller.post(body(reference=f"no-{number}"), key="key")
            for number, caller in enumerate(callers)
        ]
    )

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * (AT_ONCE - 1)
    assert {answer.json()["type"] for answer in answers if answer.status_code == 409} == {
        "urn:heka-confirm:key-reused"
    }
    assert Application.objects.count() == 1


def test_same_reference_at_once_makes_one_application(callers):
    answers = at_once(*[lambda caller=caller: caller.post(body()) for caller in callers])

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * (AT_ONCE - 1)
    assert {answer.json().get("application", answer.json().get("reference")) for answer in answers} == {
        Application.objects.get().number
    }


def test_different_applications_at_once_are_all_taken_in(callers):
    answers = at_once(
        *[
            lambda caller=caller, number=number: caller.post(body(reference=f"no-{number}"), key=f"key-{number}")
            for number, caller in enumerate(callers)
        ]
    )

    assert [answer.status_code for answer in answers] == [201] * AT_ONCE
    assert Application.objects.count() == AT_ONCE


def failing(at):
    """Return a wrapper of Django's that fails one statement, counted from 1."""
    statements = itertools.count(1)

    def execute(execute, sql, params, many, context):
        if next(statements) == at:
            raise OperationalError("the server closed the connection")
        return execute(sql, params, many, context)

    return execute


def test_any_statement_fails_and_the_retry_succeeds(callers):
    caller = callers[0]
    for at in itertools.count(1):
        raw = json.dumps(body(reference=f"no-{at}")).encode()
        with connection.execute_wrapper(failing(at)):
            answer = caller.post(raw, key=f"key-{at}")
        if answer.status_code == 201:
            break  # it takes fewer statements
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert answer.json()["title"] == "Try again in a moment"
        assert Application.objects.count() == Intake.objects.count() == at - 1
        assert Version.objects.count() == StateChange.objects.count() == at - 1

        assert caller.post(raw, key=f"key-{at}").status_code == 201
        assert Application.objects.count() == IdempotencyRecord.objects.count() == at

    assert at > 10
