"""The trail in the City's audit log: nothing is lost, skipped or held up, whatever the index does (ADR 61)."""

import base64
import datetime as dt
import json
import logging
import threading
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core import leases
from records import audit_index, audit_sending, chain_removal
from records.audit_sending import backlog, send_again, send_waiting_entries
from records.checks import check_audit_log
from records.enums import Sending
from records.models import AuditSender, Entry
from tests import egress
from tests.records import elasticsearch
from tests.records.tampering import tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def index(settings):
    with elasticsearch.running() as running:
        settings.AUDIT_LOG = target(running.url)
        yield running


def target(url, **others):
    return {
        "ENV": "test",
        "ES_URL": url,
        "ES_USERNAME": "heka",
        "ES_PASSWORD": "s3cret",
        "ES_INDEX": "heka_audit_log",
        **others,
    }


def try_now():
    """Send without waiting for the time of the next try."""
    AuditSender.objects.update(due_at=timezone.now() - dt.timedelta(seconds=1))
    return send_waiting_entries()


def start():
    """Make the row of the lease, as the first round of the first worker does."""
    AuditSender.objects.get_or_create(pk=audit_sending.ONLY)


def keys(entries):
    return [entry.pk for entry in entries]


@pytest.fixture(autouse=True)
def _started(db):
    start()


def test_entry_is_sent_in_the_shape_of_the_citys_services(index):
    with time_machine.travel(dt.datetime(2026, 11, 28, 13, 41, 19, 692_999, tzinfo=dt.UTC), tick=False):
        [entry] = tell(length=1)

    assert try_now() == 1

    assert index.documents == {
        entry.mac: {
            "@timestamp": "2026-11-28T13:41:19.692Z",
            "audit_event": {
                "actor": {"role": "ADVISER", "user_id": "", "user_name": "Aino"},
                "date_time": "2026-11-28T13:41:19.692Z",
                "operation": "READ",
                "origin": "HEKA-CONFIRM",
                "target": {"type": "applicant", "id": "55"},
                "environment": "test",
                "message": "applicant_opened",
                "level": 20,
                "extra": {
                    "event": "applicant_opened",
                    "chain": "application 1",
                    "number": 1,
                    "mac": entry.mac,
                    "facts": {"times": 0},
                    "status": "SUCCESS",
                    "source_pk": entry.pk,
                },
            },
        }
    }
    [(path, headers)] = index.calls
    assert path.split("?")[0] == "/heka_audit_log/_bulk"
    assert headers["Content-Type"] == "application/x-ndjson"
    assert base64.b64decode(headers["Authorization"].removeprefix("Basic ")) == b"heka:s3cret"


def test_entries_are_sent_once_in_their_order_some_at_a_time(index, monkeypatch):
    monkeypatch.setattr(audit_sending, "BATCH_ENTRIES", 4)
    entries = tell(length=10) + tell("application 2", length=1)

    assert [try_now(), try_now()] == [11, 0]

    assert index.sources == keys(entries)
    assert len(index.calls) == 3


def test_first_round_of_the_first_worker_makes_the_lease(index):
    AuditSender.objects.all().delete()
    tell(length=1)

    assert [send_waiting_entries(), send_waiting_entries()] == [0, 1]


def test_copy_counts_as_sent(index):
    tell(length=3)
    try_now()
    Entry.objects.update(sending=None)  # as in a database that was restored

    assert try_now() == 3

    assert len(index.documents) == 3
    assert backlog() == (0, 0, 0.0)


def test_worker_that_dies_after_sending_sends_once_more_and_nothing_twice(index, monkeypatch):
    tell(length=3)

    class Killed(BaseException):
        pass

    def die(_entries):
        send(_entries)
        raise Killed

    send = audit_index.send
    with monkeypatch.context() as patch:
        patch.setattr(audit_index, "send", die)
        with pytest.raises(Killed):
            try_now()
    assert send_waiting_entries() == 0  # until its lease ends
    AuditSender.objects.update(leased_until=timezone.now() - dt.timedelta(seconds=1))

    assert send_waiting_entries() == 3
    assert len(index.documents) == 3


@pytest.mark.django_db(transaction=True)
def test_second_worker_sends_nothing_meanwhile(index):
    start()
    tell(length=3)
    index.may_go_on.clear()
    first = threading.Thread(target=lambda: (try_now(), connection.close()))
    first.start()
    while not index.calls:
        pass

    assert send_waiting_entries() == 0

    index.may_go_on.set()
    first.join()
    assert len(index.calls) == 1
    assert backlog() == (0, 0, 0.0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_entry_that_is_committed_late_is_not_passed_by(index):
    start()
    may_commit, is_written = threading.Event(), threading.Event()

    def write_long():
        with transaction.atomic():
            tell("application 1", length=1)
            is_written.set()
            may_commit.wait(60)
        connection.close()

    slow = threading.Thread(target=write_long)
    slow.start()
    is_written.wait(60)
    [later] = tell("application 2", length=1)
    assert try_now() == 1
    may_commit.set()
    slow.join()

    assert try_now() == 1

    early = Entry.objects.get(chain__name="application 1")
    assert early.pk < later.pk
    assert index.sources == [later.pk, early.pk]


def says(index, **how):
    for name, value in how.items():
        setattr(index, name, value)


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"status": 401}, "status 401"),
        ({"status": 403}, "status 403"),
        ({"status": 404}, "status 404"),
        ({"status": 429}, "status 429"),
        ({"status": 500}, "status 500"),
        ({"status": 302}, "status 302"),
        ({"body": b"<html>"}, "not understood"),
        ({"body": b"[]"}, "not understood"),
        ({"body": b'{"items": []}'}, "not understood"),
        ({"body": b'{"items": [{"create": {}}, {"create": 7}]}'}, "not understood"),
        ({"body": b'{"items": ' + b"[" * 100_000}, "not understood"),
        ({"refuses": lambda _: (429, "es_rejected_execution_exception")}, "status 429"),
        ({"refuses": lambda _: (503, "unavailable_shards_exception")}, "status 503"),
        ({"refuses": lambda _: (403, "cluster_block_exception")}, "status 403"),
        ({"refuses": lambda _: (400, "index_closed_exception")}, "status 400"),
    ],
)
def test_everything_waits_while_the_index_takes_nothing(index, caplog, how, why):
    tell(length=2)
    says(index, **how)

    assert [try_now(), send_waiting_entries()] == [0, 0]

    assert len(index.calls) == 1  # the second was not due
    assert backlog()[0] == 2
    assert [(each.levelname, each.getMessage()) for each in caplog.records] == [
        ("WARNING", f"The audit log takes no entries: {why}")
    ]
    says(index, status=200, body=None, refuses=lambda _: None)
    index.documents.clear()
    with caplog.at_level(logging.INFO):
        assert try_now() == 2
    assert caplog.records[-1].getMessage() == "The audit log takes entries again"
    assert AuditSender.objects.get().failing_since is None


def test_index_that_hangs_is_left_after_a_while(index, monkeypatch, caplog):
    monkeypatch.setattr(audit_index, "READ_SECONDS", 0.2)
    tell(length=1)
    index.may_go_on.clear()

    assert try_now() == 0

    assert caplog.records[-1].getMessage() == "The audit log takes no entries: timeout"


@pytest.mark.parametrize(("limit", "why"), [("CALL_SECONDS", "timeout"), ("LARGEST_ANSWER_BYTES", "not understood")])
def test_answer_that_takes_too_long_or_is_too_large_is_none(index, monkeypatch, caplog, limit, why):
    monkeypatch.setattr(audit_index, limit, 0)
    tell(length=1)

    assert try_now() == 0

    assert caplog.records[-1].getMessage() == f"The audit log takes no entries: {why}"


def test_nobody_there(settings, caplog):
    settings.AUDIT_LOG = target("http://127.0.0.1:1")
    tell(length=1)

    assert try_now() == 0

    assert caplog.records[-1].getMessage() == "The audit log takes no entries: connection"


def test_tries_become_rarer_and_a_long_outage_is_an_error(index, caplog):
    tell(length=1)
    says(index, status=500)
    waits = []
    for _ in range(7):
        try_now()
        waits.append((AuditSender.objects.get().due_at - timezone.now()).total_seconds())
    AuditSender.objects.update(failing_since=timezone.now() - dt.timedelta(minutes=11))
    try_now()

    low, high = leases.JITTER
    for wait, delay in zip(waits, [1, 5, 15, 60, 300, 300, 300], strict=True):
        assert delay * low - 5 <= wait <= delay * high
    assert [each.levelname for each in caplog.records] == ["WARNING"] * 7 + ["ERROR"]


def test_what_fails_in_the_middle_of_a_batch_is_sent_again_alone(index):
    entries = tell(length=3)
    says(index, refuses=lambda each: (429, "busy") if each["audit_event"]["extra"]["number"] == 2 else None)
    assert try_now() == 2
    says(index, refuses=lambda _: None)

    assert try_now() == 1

    assert sorted(index.sources) == keys(entries)


def test_entry_that_is_refused_for_good_holds_up_no_other(index, caplog):
    entries = tell(length=3)
    says(
        index,
        refuses=lambda each: (
            (400, "document_parsing_exception") if each["audit_event"]["extra"]["number"] == 1 else None
        ),
    )

    assert try_now() == 2

    assert index.sources == keys(entries[1:])
    assert backlog() == (0, 1, 0.0)
    [told] = caplog.records
    assert (told.levelname, told.getMessage()) == (
        "ERROR",
        f"The audit log refuses entry {entries[0].pk} for good: document_parsing_exception",
    )
    assert "repeats what was sent" not in caplog.text


def test_refused_entry_is_sent_once_more_when_somebody_asks(index):
    tell(length=2)
    says(index, refuses=lambda _: (400, "strict_dynamic_mapping_exception"))
    try_now()
    says(index, refuses=lambda _: None)
    out = StringIO()

    call_command("audit_log", "--again", stdout=out)

    assert out.getvalue().startswith("Waiting once more: 2\nWaiting: 2, the oldest for ")
    assert out.getvalue().endswith(" seconds. Refused for good: 0.\n")
    assert try_now() == 2
    assert send_again(since=timezone.now() - dt.timedelta(days=1)) == 2
    assert try_now() == 2
    assert len(index.documents) == 2


def test_too_much_at_once_is_halved_and_what_is_too_large_alone_is_refused(index):
    entries = tell(length=8)
    says(index, most=2_500)  # bytes: four entries or fewer

    assert try_now() == 8
    assert index.sources == keys(entries)

    tell("application 2", length=2)
    says(index, most=10)
    assert try_now() == 0
    assert backlog() == (0, 2, 0.0)


def test_entries_leave_by_the_proxy(index, settings):
    tell(length=1)
    with egress.running() as proxy:
        settings.EGRESS_PROXY = proxy.url
        assert try_now() == 1

    assert [method for method, *_ in proxy.asked] == ["POST"]


def test_chain_is_purged_only_when_all_of_it_was_sent(index):
    tell(length=2)
    later = timezone.now() + dt.timedelta(days=1)
    assert list(chain_removal.ended_chains(later)) == [{}]

    try_now()

    [ended] = chain_removal.ended_chains(later)
    assert list(ended.values()) == ["application 1"]
    assert chain_removal.remove_chains(ended, before=later)[0] == 1


def test_without_an_address_nothing_is_sent_and_nothing_is_asked(settings, django_assert_num_queries):
    settings.AUDIT_LOG = {}
    tell(length=1)

    with django_assert_num_queries(0):
        assert (send_waiting_entries(), backlog()) == (0, None)


def test_backlog_tells_how_long_the_oldest_has_waited(index):
    with time_machine.travel(timezone.now() - dt.timedelta(hours=1), tick=False):
        tell(length=1)
    tell("application 2", length=1)

    waiting, refused, seconds = backlog()

    assert (waiting, refused) == (2, 0)
    assert 3600 <= seconds < 4000
    assert audit_sending.is_late()


def test_backlog_reads_only_what_is_not_sent(index):
    """The conditions are those of the indexes entry_to_send and entry_refused."""
    tell(length=50)
    try_now()
    with CaptureQueriesContext(connection) as asked:
        backlog()

    unsent = '"sending" IS NULL', '"sending" = '
    found = [[part in query["sql"] for part in unsent] for query in asked]
    assert found == [[True, False], [False, True], [True, False]]


def test_event_of_a_later_release_is_sent_after_a_step_back(index):
    [entry] = tell(length=1)
    entry.event = "of_a_later_release"

    audit_index.send([entry])

    [document] = index.documents.values()
    assert document["audit_event"]["operation"] == "MANUAL"
    assert json.dumps(document)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, []),
        ({"ES_URL": "http://audit.example.fi:9200"}, ["records.W001"]),
        ({"ES_URL": "audit.example.fi"}, ["records.E004"]),
        ({"ES_URL": "https://heka:s3cret@audit.example.fi"}, ["records.E004"]),
        ({"ES_INDEX": "", "ENV": ""}, ["records.E005", "records.E005"]),
        ({"ES_USERNAME": ""}, ["records.E005"]),
    ],
)
def test_settings_that_cannot_work_are_told(settings, given, found):
    settings.AUDIT_LOG = {**target("https://audit.example.fi:9200"), **given}

    messages = check_audit_log()

    assert [each.id for each in messages] == found
    assert "s3cret" not in str(messages)


def test_marks_are_words_that_fit(index):
    assert max(map(len, Sending)) <= Entry._meta.get_field("sending").max_length
