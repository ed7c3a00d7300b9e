"""What the reports of each provider mean, posted to the webhooks that are served."""

import copy
import datetime as dt

import anymail.webhooks.amazon_ses
import pytest
from django.db.models.functions import Now
from django.test import Client
from zeal import zeal_ignore

from core.leases import give_back
from mailing import tries
from mailing.enums import Failure, Status
from mailing.models import Letter, TrackingEvent
from mailing.providers import PROVIDERS
from tests.mailing.letters import queued
from tests.mailing.providers.posting import (
    AT,
    AUTHORIZED,
    SINGLE,
    body_of,
    event_of,
    number_of,
    post,
    settings_of_reports,
    signature_of_mailgun,
)
from tests.mailing.providers.said import SAID

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.urls("tests.mailing.providers.urls"),
    pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailNotSupportedWarning"),
]

REPORTING = sorted(key for key, provider in PROVIDERS.items() if provider.reports)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _accounts(settings, monkeypatch):
    settings.ANYMAIL = {**settings.ANYMAIL, **settings_of_reports()}
    monkeypatch.setattr(anymail.webhooks.amazon_ses, "_get_anymail_boto3_params", lambda **_kwargs: ({}, {}))


def sent(by, number="n-1"):
    letter = queued(f"hello:{number}")
    taken = {"provider": PROVIDERS[by].name, "provider_message_id": number_of(by, number)}
    give_back(tries.claim_letter(), sent_at=Now(), **taken)
    return Letter.objects.get(pk=letter.pk)


def whole(key, said, letter, *, at=AT):
    named = letter.message_id.strip("<>") if PROVIDERS[key].names_letter else ""
    return event_of(key, said, letter=named, number=letter.provider_message_id, at=at)


def arrived(key):
    return SAID[key][0][0]


def came_back(key):
    return SAID[key][1][0]


def test_every_provider_that_reports_has_reports_here():
    assert sorted(SAID) == REPORTING


@pytest.mark.parametrize(("key", "said", "fate", "reason"), [(key, *each) for key in SAID for each in SAID[key]])
def test_report_means_what_the_provider_says(client, key, said, fate, reason):
    letter = sent(key)

    response = post(client, key, body_of(key, [whole(key, said, letter)]))

    found = [(event.type, event.bounce, event.letter) for event in TrackingEvent.objects.all()]
    assert response.status_code == 200
    assert found == ([(fate, reason or "", letter)] if fate else [])


@pytest.mark.parametrize("key", sorted(set(REPORTING) - SINGLE))
def test_batch_is_read_whole_though_a_report_in_it_is_not_readable(client, key):
    first, second = sent(key, "n-1"), sent(key, "n-2")
    events = [whole(key, arrived(key), first), {}, None, whole(key, came_back(key), second)]
    if key == "unisender_go":
        events = [events[0], {"event_name": "transactional_email_status", "event_data": {}}, events[3]]

    with zeal_ignore():  # each report is its own transaction
        response = post(client, key, body_of(key, events))

    assert response.status_code == 200
    assert [Letter.objects.get(pk=each.pk).status for each in (first, second)] == [
        Status.DELIVERED,
        Status.UNDELIVERABLE,
    ]


@pytest.mark.parametrize("key", REPORTING)
def test_repeated_report_counts_once(key):
    client, letter = Client(enforce_csrf_checks=True), sent(key)

    for _ in range(3):
        post(client, key, body_of(key, [whole(key, came_back(key), letter)]))

    assert TrackingEvent.objects.count() == 1


@pytest.mark.parametrize("key", REPORTING)
def test_what_happened_last_counts_in_whichever_order_it_is_reported(client, key):
    early, late = sent(key, "n-1"), sent(key, "n-2")

    for letter, bounced_at in ((early, AT - MINUTE), (late, AT + MINUTE)):
        post(client, key, body_of(key, [whole(key, arrived(key), letter)]))
        post(client, key, body_of(key, [whole(key, came_back(key), letter, at=bounced_at)]))

    assert [Letter.objects.get(pk=each.pk).status for each in (early, late)] == [
        Status.DELIVERED,
        Status.UNDELIVERABLE,
    ]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"event": "bounced", "code": "550", "error": "550 5.1.1 No such user"}, Failure.NO_ADDRESS),
        (
            {"event": "dropped", "code": "605", "description": "Not delivering to previously bounced"},
            Failure.SUPPRESSED,
        ),
    ],
)
def test_report_of_mailgun_in_its_former_form_is_read(client, said, reason):
    letter = sent("mailgun")
    signed = {"timestamp": "1", "token": "token", "signature": signature_of_mailgun()}

    client.post("/anymail/mailgun/tracking/", {**said, **signed, "Message-Id": "<n-1>"}, headers=AUTHORIZED)

    letter.refresh_from_db()
    assert (letter.status, letter.failure) == (Status.UNDELIVERABLE, reason)


def without_each(value):
    """Yield a value with each of its keys left out, and with something else in its place."""
    if isinstance(value, dict):
        for key in value:
            yield {name: each for name, each in value.items() if name != key}
            for odd in (None, [], "odd", 10**30, {"a": 1}, "\ud800", "9999-12-31T23:59:59-12:00"):
                yield {**value, key: odd}
            for changed in without_each(value[key]):
                yield {**value, key: changed}
    elif isinstance(value, list):
        for index, each in enumerate(value):
            for changed in without_each(each):
                yield [*value[:index], changed, *value[index + 1 :]]


@pytest.mark.parametrize("key", REPORTING)
@pytest.mark.parametrize("which", [0, 1])
def test_no_key_that_is_missing_or_odd_is_an_error(client, key, which):
    letter = sent(key)
    body = body_of(key, [whole(key, SAID[key][which][0], letter)])

    with zeal_ignore():
        answers = {post(client, key, changed).status_code for changed in without_each(copy.deepcopy(body))}

    assert answers <= {200, 400}


@pytest.mark.parametrize("key", REPORTING)
@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b'"x"', b"[", b"[[]]", b"\xff", b"[" * 100_000])
def test_what_is_no_report_is_no_error(client, key, body):
    assert post(client, key, body).status_code in {200, 400}


def test_unreadable_report_is_logged_without_what_it_says(client, caplog):
    event = whole("sparkpost", came_back("sparkpost"), sent("sparkpost"))
    del event["msys"]["message_event"]["type"]

    post(client, "sparkpost", [event])

    [record] = [each for each in caplog.records if each.name == "mailing"]
    assert (record.levelname, record.outcome) == ("WARNING", "KeyError")
    assert "maija" not in caplog.text
