import json
import logging

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from core.actors import Actor, Role, Source
from heka_confirm.logs import JsonFormatter, PlainFormatter
from records import keys, trail, verify
from records.enums import Event
from records.models import Chain, Entry
from records.trail import TrailEvent
from tests import cast
from tests.applications.factories import person
from tests.records.tampering import ADVISER, another_life, by_hand, tell

pytestmark = pytest.mark.django_db


def test_event_is_recorded_with_who_whom_and_what():
    user, before = person(cast.MAIJA).user, timezone.now()

    trail.append_event(
        Event.PERSON_CONFIRMED,
        chain="application 17",
        by=Actor(Role.APPLICANT, Source.PERSON, user=user),
        subject="applicant 55",
        method="bank",
        version=2,
        warned=True,
    )

    entry = Entry.objects.get()
    assert before <= entry.at <= timezone.now()
    assert (entry.chain.name, entry.number, entry.event) == ("application 17", 1, "person_confirmed")
    assert (entry.role, entry.user, entry.name, entry.subject) == ("applicant", user, "", "applicant 55")
    assert entry.facts == {"method": "bank", "version": 2, "warned": True}


def test_each_chain_is_numbered_by_itself():
    tell("application 1", 2)
    tell("application 2", 1)
    tell("application 1", 1)

    found = Entry.objects.order_by("pk").values_list("chain__name", "number")
    assert list(found) == [("application 1", 1), ("application 1", 2), ("application 2", 1), ("application 1", 3)]


@pytest.mark.parametrize("length", [0, 3])
def test_record_takes_three_statements(django_assert_num_queries, length):
    tell(length=length)

    with django_assert_num_queries(3):
        trail.append_event(Event.SENT, chain="application 1", by=ADVISER)


def test_several_events_are_recorded_in_their_order_in_three_statements(django_assert_num_queries):
    events = [TrailEvent(Event.PERSON_CONFIRMED, "applicant 55", {"method": "bank"}), TrailEvent(Event.CONFIRMED)]

    with django_assert_num_queries(3):
        trail.append_events("application 1", events, by=ADVISER)

    found = Entry.objects.order_by("number").values_list("number", "event", "subject", "facts")
    assert list(found) == [
        (1, "person_confirmed", "applicant 55", {"method": "bank"}),
        (2, "confirmed", "", {}),
    ]
    assert len(set(Entry.objects.values_list("at", flat=True))) == 1


def test_new_chains_take_two_statements_and_are_whole(django_assert_num_queries):
    names = ["application 1", "application 2"]
    two = [TrailEvent(Event.SENT), TrailEvent(Event.CHANGED)]

    with django_assert_num_queries(2):
        trail.append_to_chains(dict.fromkeys(names, two), by=ADVISER, are_new=True)
    tell("application 1", 1)

    assert list(verify.verify_everything()) == []
    assert list(Chain.objects.order_by("name").values_list("name", "length")) == [*zip(names, [3, 2], strict=True)]


def test_chain_that_is_there_is_never_begun_anew():
    tell("application 1", 1)
    before = Chain.objects.values().get()

    with pytest.raises(IntegrityError), transaction.atomic():
        trail.append_to_chains({"application 1": [TrailEvent(Event.SENT)]}, by=ADVISER, are_new=True)

    assert (Chain.objects.values().get(), Entry.objects.count()) == (before, 1)


def test_no_events_leave_no_chain():
    trail.append_events("application 1", [], by=ADVISER)

    assert not Chain.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_record_outside_a_transaction_is_an_error():
    with pytest.raises(TransactionManagementError):
        trail.append_event(Event.SENT, chain="application 1", by=ADVISER)

    assert not Chain.objects.exists()


def test_what_is_undone_leaves_no_entry():
    tell(length=1)

    with another_life():
        tell(length=1)

    assert (Entry.objects.count(), Chain.objects.get().length) == (1, 1)


@pytest.mark.parametrize(
    "text",
    [
        "010594Y9032",
        "010594y9032",
        "he is 010594-9032.",
        "x010594Y9032x",
        "010594 Y 9032",
        "010594–9032",
        "20010594Y9032",
        "010594Y903V",
    ],
)
def test_a_personal_identity_code_is_masked_in_every_text(text):
    by = Actor(Role.HOUSING_SYSTEM, Source.HOUSING_SYSTEM, name=text)

    trail.append_event(Event.SENT, chain=text, by=by, subject=text, reason=text, **{text: 1})

    entry = Entry.objects.get()
    stored = json.dumps([entry.chain.name, entry.name, entry.subject, entry.facts], ensure_ascii=False)
    assert "903" not in stored
    assert stored.count("010594") == stored.count("••••") == 5


@pytest.mark.parametrize("value", [1.5, None, ["text"], timezone.now()])
def test_a_fact_of_another_kind_is_refused(value):
    with pytest.raises(TypeError):
        trail.append_event(Event.SENT, chain="application 1", by=ADVISER, fact=value)


def test_a_text_with_nul_is_recorded_without():
    trail.append_event(Event.SENT, chain="application 1", by=ADVISER, reason="a\0b")

    assert Entry.objects.get().facts == {"reason": "ab"}


def test_a_user_whom_the_trail_names_cannot_be_deleted():
    user = person(cast.MAIJA).user
    trail.append_event(Event.SENT, chain="application 1", by=Actor(Role.APPLICANT, Source.PERSON, user=user))

    user.person.delete()
    with pytest.raises(ProtectedError):
        user.delete()


# --- The copy outside --------------------------------------------------------------------------------------


def test_each_entry_is_told_to_the_log_once_it_is_sure(caplog, django_capture_on_commit_callbacks):
    caplog.set_level(logging.INFO, "records")

    with django_capture_on_commit_callbacks(execute=True):
        tell(length=2)
        assert caplog.messages == []

    assert caplog.messages == [
        f"Entry {entry.number} of application 1: {bytes.fromhex(entry.mac).hex(':', 2)}"
        for entry in Entry.objects.order_by("number")
    ]


@pytest.mark.parametrize("formatter", [JsonFormatter(), PlainFormatter()])
def test_the_log_masks_nothing_of_a_digest(caplog, django_capture_on_commit_callbacks, formatter):
    caplog.set_level(logging.INFO, "records")
    # Of 64 hexadecimal digits one in four holds what looks like somebody's code.
    with django_capture_on_commit_callbacks(execute=True):
        told = tell(length=40)

    lines = [formatter.format(record).replace(":", "") for record in caplog.records]
    assert [entry.number for entry, line in zip(told, lines, strict=True) if entry.mac not in line] == []


# --- The seal ----------------------------------------------------------------------------------------------


def test_a_seal_that_does_not_fit_is_told_and_never_made_to_fit_again(caplog):
    tell()
    by_hand("UPDATE records_chain SET length = length - 1, head = %s", Entry.objects.get(number=4).mac)
    by_hand("DELETE FROM records_entry WHERE number = 5")
    seal = Chain.objects.get().seal

    tell(length=2)

    chain = Chain.objects.get()
    assert (chain.length, chain.seal) == (6, seal)
    assert not keys.is_mac_of(chain.seal, chain.sealed(), key_id=chain.key_id)
    assert caplog.messages == ["The seal of application 1 does not fit; run verify_records"] * 2


def test_a_new_key_writes_on_where_the_old_one_ended(settings):
    old = settings.RECORD_KEYS
    tell(length=2)
    settings.RECORD_KEYS = ["n" * 64, *old]

    tell(length=1)

    assert len(set(Entry.objects.values_list("key_id", flat=True))) == 2
    assert Chain.objects.get().key_id == Entry.objects.get(number=3).key_id == keys.active_key_id()


def test_a_chain_whose_key_is_gone_is_written_on_unsealed(settings, caplog):
    tell(length=2)
    settings.RECORD_KEYS = ["n" * 64]

    tell(length=1)

    assert Chain.objects.get().length == 3
    assert Chain.objects.get().key_id != keys.active_key_id()
    assert caplog.messages == ["The seal of application 1 does not fit; run verify_records"]


def test_a_record_costs_three_statements_also_in_a_savepoint(django_assert_num_queries):
    with django_assert_num_queries(5), transaction.atomic():  # the savepoint, and its release
        trail.append_event(Event.SENT, chain="application 1", by=ADVISER)
