"""What `reencrypt` does while others work, when it is interrupted, and when something is wrong (ADR 56)."""

import io
import json
import re

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction

from applications import checks, drafts
from applications.form.data import empty_data
from applications.models import Applicant, Application, Draft
from core import crypto, reencryption
from identity import people
from identity.models import Person, User
from tests import cast
from tests.applications.factories import application, confirm, person, state
from tests.arrivals import SecondConnection
from tests.identity.test_people import recognise
from tests.interleaving import before_statement

pytestmark = pytest.mark.django_db

NEW_ENCRYPTION, NEW_INDEX = "a new encryption key of many characters", "a new index key of many characters"
STRANGE = "a key of another installation, as in a wrong secret"


@pytest.fixture(autouse=True)
def in_small_steps(monkeypatch):
    monkeypatch.setattr(reencryption, "FEWEST", 1)
    monkeypatch.setattr(reencryption, "MOST", 2)
    monkeypatch.setattr(reencryption, "PAUSE", 0)
    monkeypatch.setattr(reencryption, "ROUNDS", 2)
    monkeypatch.setattr(reencryption, "ROUND_PAUSE", 0)


@pytest.fixture
def put_new_first(settings):
    def put():
        settings.FIELD_ENCRYPTION_KEYS = [NEW_ENCRYPTION, *settings.FIELD_ENCRYPTION_KEYS]
        settings.FIELD_INDEX_KEYS = [NEW_INDEX, *settings.FIELD_INDEX_KEYS]

    return put


def run(*options):
    out = io.StringIO()
    call_command("reencrypt", *options, stdout=out)
    return out.getvalue()


def refused(*options):
    with pytest.raises(CommandError) as refusal:
        run(*options)
    return str(refusal.value)


def lists(text):
    """Return what is said of each list of keys."""
    return re.split("FIELD_INDEX_KEYS:|RECORD_KEYS:", text)


def numbers(text):
    """Return the numbers of rows written, by model."""
    return {
        name: int(number)
        for name, _, number in (line.partition(": ") for line in text.splitlines())
        if number.isdigit()
    }


def test_second_run_writes_nothing_and_reads_nothing(put_new_first, monkeypatch):
    confirm(application(cast.MAIJA, cast.OLLI), cast.OLLI)
    put_new_first()
    first = numbers(run())
    monkeypatch.setattr(crypto, "decrypt", None)

    second = numbers(run())

    assert (first["applicant"], first["version"], first["person"]) == (2, 1, 1)
    assert set(second.values()) == {0}


def test_run_that_was_killed_is_taken_up_where_it_ended(put_new_first, settings, monkeypatch):
    for _ in range(3):
        application(cast.MAIJA, cast.OLLI)
    put_new_first()
    original, began = reencryption._written, []

    def killed(kept, keys):
        began.extend([keys] if kept.model is Applicant else [])
        if kept.model is Applicant and len(began) > 2:
            raise KeyboardInterrupt
        return original(kept, keys)

    monkeypatch.setattr(reencryption, "_written", killed)
    with pytest.raises(KeyboardInterrupt):
        run()
    monkeypatch.setattr(reencryption, "_written", original)
    left = reencryption.Kept(Applicant).behind().count()

    written = numbers(run())

    assert 0 < left < 6
    assert written["applicant"] == left
    settings.FIELD_ENCRYPTION_KEYS, settings.FIELD_INDEX_KEYS = [NEW_ENCRYPTION], [NEW_INDEX]
    assert Application.objects.for_person(recognise(cast.OLLI)).count() == 3


def test_what_somebody_writes_meanwhile_stays(put_new_first):
    draft = drafts.begin_draft(empty_data(language="fi"), language="fi")
    drafts.edit_draft(draft, lambda data: data.update(note="old"))
    put_new_first()

    def type_on():
        drafts.edit_draft(draft, lambda data: data.update(note="new"))

    with before_statement(type_on, begins=f'SELECT "{Draft._meta.db_table}"."id", "{Draft._meta.db_table}"."data"'):
        run()

    assert json.loads(Draft.objects.get().data)["note"] == "new"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
@pytest.mark.django_db(transaction=True)
def test_row_that_somebody_holds_is_passed_over_and_told(put_new_first):
    application(cast.MAIJA, cast.OLLI)
    put_new_first()
    held = Applicant.objects.earliest("pk").pk
    other = SecondConnection()

    def hold():
        transaction.set_autocommit(False)
        list(Applicant.objects.select_for_update().filter(pk=held).values_list("pk"))

    def let_go():
        transaction.rollback()
        transaction.set_autocommit(True)

    try:
        other._pool.submit(hold).result()
        told = refused()
        left = [row.pk for row in reencryption.Kept(Applicant).behind()]
        other._pool.submit(let_go).result()
    finally:
        other.close()

    assert "applicant: 1 rows were held by somebody all the time. Run reencrypt again." in told
    assert left == [held]
    assert numbers(run())["applicant"] == 1


def test_spoiled_row_is_named_and_all_others_are_written(put_new_first, settings):
    application(cast.MAIJA, cast.OLLI)
    spoiled, sound = Applicant.objects.order_by("pk")
    stored = crypto.encrypt("x", context="of another column")
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {Applicant._meta.db_table} SET hetu = %s WHERE id = %s", [stored, spoiled.pk])
    put_new_first()

    told = refused()

    assert f"applicant {spoiled.pk}: it cannot be decrypted, and was left as it is." in told
    settings.FIELD_ENCRYPTION_KEYS, settings.FIELD_INDEX_KEYS = [NEW_ENCRYPTION], [NEW_INDEX]
    assert Applicant.objects.get(pk=sound.pk).hetu == cast.OLLI["hetu"]


def test_check_says_how_much_is_under_which_key_and_changes_nothing(put_new_first):
    confirm(application(cast.MAIJA, cast.OLLI), cast.OLLI)
    put_new_first()
    before = list(Applicant.objects.values_list("hetu_index", flat=True))

    encryption, indexes, entries = lists(run("--check"))

    assert "writes: nothing" in encryption
    assert "still reads: applicant 2, person 1, version 1" in encryption
    assert "still reads: applicant 2, invitation (link or code) 2, letter (link or code) 4, person 1" in indexes
    assert "writes: chain 1, entry" in entries
    assert list(Applicant.objects.values_list("hetu_index", flat=True)) == before

    encryption, indexes, _entries = lists(run())

    assert "still reads: nothing" in encryption
    assert "still reads: nothing" in indexes


@pytest.mark.parametrize(
    ("name", "what"),
    [("FIELD_ENCRYPTION_KEYS", "version 1"), ("FIELD_INDEX_KEYS", "applicant 2"), ("RECORD_KEYS", "chain 1")],
)
def test_wrong_keys_are_named_and_nothing_is_written(settings, name, what):
    application(cast.MAIJA, cast.OLLI)
    setattr(settings, name, [STRANGE])

    told = refused("--check")

    assert f"{name} lacks the key" in told
    assert f"{what}" in told


@pytest.mark.parametrize("name", ["FIELD_ENCRYPTION_KEYS", "FIELD_INDEX_KEYS", "RECORD_KEYS"])
def test_check_of_the_database_names_a_list_that_belongs_to_another(settings, name):
    application(cast.MAIJA, cast.OLLI)
    assert checks.check_stored_keys(databases=["default"]) == []
    setattr(settings, name, [STRANGE])

    found = checks.check_stored_keys(databases=["default"])

    assert {message.msg.split(" lacks ")[0] for message in found} == {name}
    assert {message.id for message in found} == {"applications.E001"}
    assert checks.check_stored_keys() == []


def test_check_of_the_keys_says_that_the_database_cannot_be_reached(monkeypatch):
    def refuse():
        raise OperationalError("connection failed:\nno such host")

    monkeypatch.setattr(connection, "ensure_connection", refuse)

    (found,) = checks.check_stored_keys(databases=["default"])

    assert (found.id, found.msg) == (
        "applications.E002",
        "Nothing stored could be read with the keys: connection failed: no such host",
    )


def test_indexes_under_a_key_that_is_lost_are_made_from_the_codes(settings):
    sent = application(cast.MAIJA, cast.OLLI)
    settings.FIELD_INDEX_KEYS = [NEW_INDEX]

    run()

    assert Application.objects.for_person(person(cast.OLLI)).get() == sent


@pytest.fixture
def doubled(settings):
    """Return a function that stores Olli twice, as two processes do of which one does not know the other's key."""
    old = settings.FIELD_INDEX_KEYS

    def twice():
        first = recognise(cast.OLLI)
        settings.FIELD_INDEX_KEYS = [NEW_INDEX]
        second = recognise(cast.OLLI)
        settings.FIELD_INDEX_KEYS = [NEW_INDEX, *old]
        return first, second

    return twice


def test_of_somebody_stored_twice_the_row_without_anything_goes(doubled, settings):
    sent = application(cast.MAIJA, cast.OLLI)
    first, second = doubled()
    draft = drafts.begin_draft(empty_data(language="fi"), language="fi", person=second)
    confirm(sent, cast.MAIJA)
    settings.FIELD_INDEX_KEYS = settings.FIELD_INDEX_KEYS[::-1]
    confirm(sent, cast.OLLI)
    settings.FIELD_INDEX_KEYS = settings.FIELD_INDEX_KEYS[::-1]

    told = run()

    assert "people stored twice: 1, now once: 1" in told
    settings.FIELD_INDEX_KEYS = [NEW_INDEX]
    assert people.find(cast.OLLI["hetu"]) == first
    assert not Person.objects.filter(pk=second.pk).exists()
    assert not User.objects.filter(pk=second.user_id).exists()
    assert Draft.objects.get(pk=draft.pk).person == first
    assert state(sent) == "valid"


def test_somebody_stored_twice_with_something_on_each_row_is_named_and_found(doubled, settings):
    sent, other = application(cast.MAIJA, cast.OLLI), application(cast.VERA, cast.OLLI)
    first, second = doubled()
    confirm(other, cast.OLLI)  # the row under the new key
    settings.FIELD_INDEX_KEYS = settings.FIELD_INDEX_KEYS[::-1]
    confirm(sent, cast.OLLI)
    settings.FIELD_INDEX_KEYS = settings.FIELD_INDEX_KEYS[::-1]

    told = refused()

    assert f"person {first.pk}: the same code is stored beside person {second.pk} under the active key" in told
    assert cast.OLLI["hetu"] not in told
    assert recognise(cast.OLLI).pk == second.pk
    assert Application.objects.for_person(recognise(cast.OLLI)).count() == 2
    assert Person.objects.get(pk=first.pk).hetu == cast.OLLI["hetu"]
    assert reencryption.Kept(Person).behind().get().pk == first.pk
