import random

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from records import trail, verify
from records.enums import Event
from records.models import Chain, Entry
from records.trail import TrailEvent
from tests.records.tampering import ADVISER, another_life, by_hand, tell

pytestmark = pytest.mark.django_db

CHANGED = "changed, or put in by hand"
ROW = "its row was changed, or its end taken away"


@pytest.fixture(autouse=True, params=[2000, 2])
def _in_batches(request, monkeypatch):
    """Let the batches end amid chains too, and between them."""
    monkeypatch.setattr(verify, "BATCH", request.param)


@pytest.fixture(autouse=True)
def _trail():
    for number in (1, 2, 3):
        tell(f"application {number}", 5)
    tell("staff 4", 1)


def found():
    return [(fault.chain, fault.number, fault.what) for fault in verify.verify_everything()]


def test_an_untouched_trail_has_no_faults():
    assert found() == []


def test_a_trail_with_nothing_in_it_has_no_faults():
    by_hand("DELETE FROM records_entry")
    by_hand("DELETE FROM records_chain")

    assert found() == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("facts", '{"times": 7}'),
        ("at", "2026-01-01 12:00:00+00:00"),
        ("event", "erased"),
        ("role", "supervisor"),
        ("name", "Otso"),
        ("subject", "applicant 56"),
        ("previous", "0" * 64),
        ("mac", "0" * 64),
    ],
)
def test_a_changed_entry_is_found(column, value):
    by_hand(f"UPDATE records_entry SET {column} = %s WHERE number = 3 AND chain_id = {pk('application 2')}", value)

    assert found() == [("application 2", 3, CHANGED)]


def pk(chain):
    return Chain.objects.get(name=chain).pk


def test_a_changed_kind_of_fact_is_found():
    value = {"sqlite": """'{"times": true}'""", "postgresql": """'{"times": true}'::jsonb"""}[connection.vendor]
    by_hand(f"UPDATE records_entry SET facts = {value} WHERE number = 2 AND chain_id = {pk('application 2')}")

    assert found() == [("application 2", 2, CHANGED)]


def test_an_entry_taken_from_the_middle_is_found():
    by_hand(f"DELETE FROM records_entry WHERE number = 3 AND chain_id = {pk('application 2')}")

    assert found() == [("application 2", 3, "taken away")]


def test_several_entries_taken_from_the_beginning_are_found():
    by_hand(f"DELETE FROM records_entry WHERE number < 4 AND chain_id = {pk('application 1')}")

    assert found() == [("application 1", 1, "taken away, and all up to 3")]


def test_entries_taken_from_the_end_are_found():
    by_hand(f"DELETE FROM records_entry WHERE number > 3 AND chain_id = {pk('application 3')}")

    assert found() == [("application 3", 4, "taken away, and all up to 5")]


def test_an_end_taken_away_with_the_row_made_to_fit_is_found():
    last = Entry.objects.get(chain__name="application 3", number=4)
    by_hand("UPDATE records_chain SET length = 4, head = %s WHERE name = 'application 3'", last.mac)
    by_hand(f"DELETE FROM records_entry WHERE number = 5 AND chain_id = {last.chain_id}")

    assert found() == [("application 3", None, ROW)]


def test_an_end_taken_away_is_found_also_after_more_was_written():
    last = Entry.objects.get(chain__name="application 3", number=4)
    by_hand("UPDATE records_chain SET length = 4, head = %s WHERE name = 'application 3'", last.mac)
    by_hand(f"DELETE FROM records_entry WHERE number = 5 AND chain_id = {last.chain_id}")

    tell("application 3", 3)

    assert found() == [("application 3", None, ROW)]


def test_entries_gone_while_their_chain_remains_are_found():
    by_hand(f"DELETE FROM records_entry WHERE chain_id = {pk('application 3')}")
    by_hand(f"DELETE FROM records_entry WHERE chain_id = {pk('staff 4')}")

    assert found() == [("application 3", 1, "taken away, and all up to 5"), ("staff 4", 1, "taken away")]


@pytest.mark.parametrize("chain", ["application 1", "application 2", "staff 4"])
def test_a_chain_gone_while_its_entries_remain_is_found(chain):
    key, length = pk(chain), Entry.objects.filter(chain__name=chain).count()
    by_hand("DELETE FROM records_chain WHERE name = %s", chain)

    assert found() == [(f"chain with the key {key}", None, f"its row is gone, and {length} of its entries remain")]
    by_hand(f"DELETE FROM records_entry WHERE chain_id = {key}")  # or the foreign key would tell


def test_swapped_entries_are_found():
    key = pk("application 2")
    for old, new in ((2, 99), (4, 2), (99, 4)):
        by_hand(f"UPDATE records_entry SET number = {new} WHERE number = {old} AND chain_id = {key}")

    assert found() == [("application 2", 2, CHANGED), ("application 2", 4, CHANGED)]


def test_an_entry_put_in_from_another_chain_is_found():
    by_hand(f"UPDATE records_entry SET chain_id = {pk('application 2')}, number = 6 WHERE chain_id = {pk('staff 4')}")

    assert found() == [
        ("application 2", 6, CHANGED),
        ("application 2", None, "counts 5 entries and has 6"),
        ("staff 4", 1, "taken away"),
    ]


@pytest.mark.parametrize(
    ("written_on", "fault"),
    [
        (1, ("application 1", None, "ends otherwise than its seal says")),
        (2, ("application 1", 7, "does not follow from the one before")),
    ],
)
def test_an_entry_of_an_earlier_state_of_the_chain_is_found(written_on, fault):
    """As where a chain was put back, written on, and an entry of its other life laid in."""
    with another_life():
        trail.append_event(Event.SENT, chain="application 1", by=ADVISER)
        other = Entry.objects.get(event="sent")
    tell("application 1", written_on)
    by_hand(f"DELETE FROM records_entry WHERE number = 6 AND chain_id = {other.chain_id}")
    other.save(force_insert=True)

    assert found() == [fault]


@pytest.mark.parametrize(
    ("column", "value"),
    [("seal", "0" * 64), ("head", "0" * 64)],
)
def test_a_changed_row_of_a_chain_is_found(column, value):
    by_hand(f"UPDATE records_chain SET {column} = %s WHERE name = 'application 2'", value)

    assert found() == [("application 2", None, ROW)]


def test_a_chain_under_another_name_is_found():
    by_hand("UPDATE records_chain SET name = 'staff 5' WHERE name = 'staff 4'")

    assert found() == [("staff 5", 1, CHANGED), ("staff 5", None, ROW)]


def test_several_faults_are_all_found():
    by_hand("UPDATE records_entry SET subject = 'nobody' WHERE number IN (2, 3)")

    assert found() == [(f"application {chain}", number, CHANGED) for chain in (1, 2, 3) for number in (2, 3)]


def test_a_trail_of_two_keys_has_no_faults_while_both_are_known(settings):
    old = settings.RECORD_KEYS
    settings.RECORD_KEYS = ["n" * 64, *old]
    tell("application 2", 2)
    assert found() == []

    settings.RECORD_KEYS = ["n" * 64]
    key_id = Entry.objects.get(chain__name="staff 4").key_id
    unknown = f"cannot be verified: RECORD_KEYS lacks the key {key_id}"
    assert [fault for fault in found() if fault[0] in {"application 2", "staff 4"}] == [
        *[("application 2", number, unknown) for number in range(1, 6)],
        ("staff 4", 1, unknown),
        ("staff 4", None, unknown),
    ]


def test_a_chain_that_is_written_while_it_is_read_is_no_fault(monkeypatch):
    entries, alone, at_first, suspects = verify._entries, verify._alone, [tell], []

    def read(after, last):
        if after < 0 and at_first:
            at_first.pop()("application 2", 1)
        return entries(after, last)

    def read_alone(key):
        suspects.append(key)
        return alone(key)

    monkeypatch.setattr(verify, "_entries", read)
    monkeypatch.setattr(verify, "_alone", read_alone)

    assert found() == []
    assert suspects == [pk("application 2")]
    assert at_first == []


@examples(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    told=st.lists(
        st.tuples(
            st.sampled_from(["application 1", "application 9", "staff 4"]),
            st.lists(st.sampled_from(Event), min_size=1, max_size=3),
            st.dictionaries(st.text(max_size=5), st.text(max_size=9) | st.integers() | st.booleans(), max_size=3),
        ),
        max_size=6,
    ),
    chance=st.randoms(use_true_random=False),
)
def test_whatever_is_recorded_is_in_order_and_whatever_is_taken_out_is_missed(told, chance: random.Random):
    with another_life():
        for chain, events, facts in told:
            trail.append_events(chain, [TrailEvent(event, "applicant 1", facts) for event in events], by=ADVISER)
        assert found() == []

        victim = chance.choice(Entry.objects.order_by("pk"))
        by_hand("DELETE FROM records_entry WHERE id = %s", victim.pk)
        assert [fault[:2] for fault in found()] == [(victim.chain.name, victim.number)]


# --- The command -------------------------------------------------------------------------------------------


def test_command_is_silent_about_an_untouched_trail(capsys):
    call_command("verify_records")

    assert capsys.readouterr().out == ""


def test_command_names_chain_number_and_event_and_fails(capsys):
    by_hand(f"UPDATE records_entry SET name = 'Otso' WHERE number = 3 AND chain_id = {pk('application 2')}")
    by_hand(f"DELETE FROM records_entry WHERE chain_id = {pk('staff 4')}")

    with pytest.raises(CommandError) as failed:
        call_command("verify_records")

    assert failed.value.returncode == 1
    assert str(failed.value) == "Faults in the trail: 2"
    assert capsys.readouterr().out.splitlines() == [
        "application 2, entry 3 (applicant_opened): changed, or put in by hand",
        "staff 4, entry 1: taken away",
    ]


def test_command_looks_at_one_chain_alone_when_asked(capsys):
    by_hand(f"DELETE FROM records_entry WHERE chain_id = {pk('staff 4')}")

    call_command("verify_records", chain="application 2")
    assert capsys.readouterr().out == ""
    with pytest.raises(CommandError):
        call_command("verify_records", chain="staff 4")
    assert capsys.readouterr().out == "staff 4, entry 1: taken away\n"


def test_command_knows_no_chain_of_that_name():
    with pytest.raises(CommandError, match="There is no chain named staff 5"):
        call_command("verify_records", chain="staff 5")
