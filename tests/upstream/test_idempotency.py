"""A request whose answer was lost is made again: a change or a withdrawal is carried out once, and answered alike."""

import datetime as dt
import json

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from django.utils.crypto import salted_hmac

from applications.models import Application, StateChange, Version
from mailing.models import Letter
from tests.applications.factories import confirm
from tests.applications.test_concurrency import at_once
from tests.cast import MAIJA, OLLI, VERA
from tests.upstream.conftest import APPLICATIONS, Caller, body, sent
from upstream import clients
from upstream.models import IdempotencyRecord

KEY = {"Idempotency-Key": "key"}


def told(response):
    return response.status_code, response.json(), response["ETag"], response.get("Idempotent-Replayed")


def put_bytes(caller, reference, content, tag, key="key"):
    headers = {"Authorization": f"Bearer {caller.token}", "If-Match": tag, "Idempotency-Key": key}
    return caller.http.put(f"{APPLICATIONS}/{reference}", content, content_type="application/json", headers=headers)


@pytest.fixture
def one(caller):
    return sent(caller, MAIJA)


def test_change_made_again_gets_its_first_answer_and_is_made_once(caller, one):
    new, tag = json.dumps(body(MAIJA, OLLI)).encode(), f'"{one.version.digest}"'
    first = put_bytes(caller, one.number, new, tag)
    confirm(Application.objects.get(), MAIJA)
    letters = Letter.objects.count()

    again = put_bytes(caller, one.number, new, tag)

    assert told(first) == (200, first.json(), first["ETag"], None)
    assert told(again) == (200, first.json(), first["ETag"], "true")
    assert first["ETag"] != tag
    assert (Version.objects.count(), Letter.objects.count()) == (2, letters)


def test_change_made_again_counts_as_the_same_whether_a_proxy_weakened_its_tag(caller, one):
    new, tag = json.dumps(body(MAIJA, OLLI)).encode(), f'"{one.version.digest}"'
    first = put_bytes(caller, one.number, new, tag)

    assert told(put_bytes(caller, one.number, new, f"W/{tag}")) == (200, first.json(), first["ETag"], "true")


@pytest.mark.parametrize("keys", [("n" * 60, ["o" * 60]), ("o" * 60, ["n" * 60])])
def test_change_made_again_gets_its_first_answer_from_a_process_with_another_order_of_secret_keys(
    caller, one, settings, keys
):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "o" * 60, ["n" * 60]
    new, tag = json.dumps(body(MAIJA, OLLI)).encode(), f'"{one.version.digest}"'
    first = put_bytes(caller, one.number, new, tag)

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = keys

    assert told(put_bytes(caller, one.number, new, tag)) == (200, first.json(), first["ETag"], "true")


def test_withdrawal_made_again_gets_its_first_answer(caller, one):
    first = caller.withdraw(one.number, **KEY)

    again = caller.withdraw(one.number, **KEY)

    assert told(again) == (200, first.json(), first["ETag"], "true")
    assert StateChange.objects.filter(transition="withdrawn").count() == 1


@pytest.mark.parametrize("other", ["body", "tag", "application", "method", "sending"])
def test_key_that_came_with_another_request_is_refused(caller, one, other):
    second = sent(caller, OLLI, reference="second")
    new, tag = json.dumps(body(MAIJA, VERA)).encode(), f'"{one.version.digest}"'
    put_bytes(caller, one.number, new, tag)

    response = {
        "body": lambda: put_bytes(caller, one.number, new + b" ", tag),
        "tag": lambda: put_bytes(caller, one.number, new, f'"{"0" * 64}"'),
        "application": lambda: put_bytes(caller, second.number, new, tag),
        "method": lambda: caller.withdraw(one.number, **KEY),
        "sending": lambda: caller.post(new, key="key"),
    }[other]()

    assert (response.status_code, response.json()["type"]) == (409, "urn:heka-confirm:key-reused")
    assert (Version.objects.count(), Application.objects.get(pk=one.pk).state) == (3, "awaiting")


def test_same_key_of_another_client_is_another_key(caller, stranger, one):
    others = sent(stranger, OLLI)

    assert caller.withdraw(one.number, **KEY).status_code == stranger.withdraw(others.number, **KEY).status_code == 200


def test_key_of_what_was_refused_can_be_used_again(caller, one):
    new, digest = body(MAIJA, OLLI), one.version.digest
    refused = caller.put(one.number, new, "0" * 64, **KEY)
    not_found = caller.withdraw("K7M-P3X-Q4T", **KEY)

    taken = caller.put(one.number, new, digest, **KEY)

    assert (refused.status_code, not_found.status_code, taken.status_code) == (412, 404, 200)


def test_key_of_a_wrong_form_is_refused(caller, one):
    for answer in (
        caller.put(one.number, body(MAIJA), one.version.digest, **{"Idempotency-Key": "a b"}),
        caller.withdraw(one.number, **{"Idempotency-Key": ""}),
    ):
        assert (answer.status_code, answer.json()["type"]) == (400, "urn:heka-confirm:invalid-key")


def test_answer_of_a_change_is_kept_for_two_days(caller, one):
    new, tag = json.dumps(body(MAIJA, OLLI)).encode(), f'"{one.version.digest}"'
    put_bytes(caller, one.number, new, tag)

    with time_machine.travel(timezone.now() + dt.timedelta(hours=49), tick=True):
        sent(caller, VERA, reference="new")
        caller.withdraw(one.number, **{"Idempotency-Key": "another"})
        again = put_bytes(caller, one.number, new, tag)

    assert again.status_code == 409  # it has ended
    assert set(IdempotencyRecord.objects.values_list("key", flat=True)) == {"another"}


def test_answer_kept_for_a_change_holds_nothing_of_the_people(caller, one):
    caller.put(one.number, body(MAIJA, OLLI), one.version.digest, **KEY)

    stored = str(IdempotencyRecord.objects.values().get())
    assert MAIJA["hetu"] not in stored
    assert "Meikäläinen" not in stored


def test_application_that_was_sent_can_be_changed_by_the_tag_of_its_answer(caller):
    answer = caller.post(body(MAIJA, VERA))
    shown = caller.get(answer.json()["reference"])

    changed = caller.put(answer.json()["reference"], body(MAIJA, OLLI), **{"If-Match": answer["ETag"]})

    assert answer["ETag"] == shown["ETag"]
    assert changed.status_code == 200


def test_sending_made_again_gets_the_tag_of_its_first_answer(caller):
    new = json.dumps(body()).encode()
    first = caller.post(new, key="key")
    caller.put(first.json()["reference"], body(MAIJA, OLLI), **{"If-Match": first["ETag"]})

    again = caller.post(new, key="key")

    assert told(again) == (201, first.json(), first["ETag"], "true")


def test_sending_whose_answer_a_former_release_kept_gets_it_again(caller):
    """That release kept a digest of the body alone, no tag, and called the state otherwise."""
    new = json.dumps(body()).encode()
    first = caller.post(new, key="key")
    of_body = salted_hmac("upstream.idempotency", new, algorithm="sha256").hexdigest()
    kept = {"status" if name == "state" else name: value for name, value in first.json().items()}
    IdempotencyRecord.objects.update(request_digest=of_body, tag="", answer=kept)

    again = caller.post(new, key="key")

    assert (again.status_code, again.json(), again["Idempotent-Replayed"]) == (201, first.json(), "true")
    assert "ETag" not in again
    assert caller.post(new + b" ", key="key").status_code == 409
    assert put_bytes(caller, first.json()["reference"], new, first["ETag"]).status_code == 409


# --- At once ---------------------------------------------------------------------------------------------


@pytest.fixture
def callers(transactional_db):
    client, token = clients.issue("Housing system")
    return [Caller(Client(), client, token) for _ in range(6)]


def test_same_change_at_once_is_made_once_and_answered_alike(callers):
    one = sent(callers[0], MAIJA)
    new, tag = json.dumps(body(MAIJA, OLLI)).encode(), f'"{one.version.digest}"'

    answers = at_once(*[lambda caller=caller: put_bytes(caller, one.number, new, tag) for caller in callers])

    assert {answer.status_code for answer in answers} == {200}
    assert len({(answer.content, answer["ETag"]) for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer for answer in answers) == len(callers) - 1
    assert Version.objects.count() == 2


def test_same_withdrawal_at_once_is_made_once_and_answered_alike(callers):
    one = sent(callers[0], MAIJA)

    answers = at_once(*[lambda caller=caller: caller.withdraw(one.number, **KEY) for caller in callers])

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer for answer in answers) == len(callers) - 1


def test_other_changes_at_once_under_one_key_are_refused(callers):
    one = sent(callers[0], MAIJA)
    tag = f'"{one.version.digest}"'
    bodies = [json.dumps(body(MAIJA, OLLI)).encode() + b" " * n for n in range(len(callers))]

    answers = at_once(
        *[
            lambda caller=caller, new=new: put_bytes(caller, one.number, new, tag)
            for caller, new in zip(callers, bodies, strict=True)
        ]
    )

    assert sorted(answer.status_code for answer in answers) == [200] + [409] * (len(callers) - 1)
    assert Version.objects.count() == 2
