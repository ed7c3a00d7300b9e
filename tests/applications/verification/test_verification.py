"""Nothing is wrong in what the service itself stores, and nobody is named by the command that looks for faults."""

import io
import logging

import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, connection

from applications import confirmation, terms
from applications.models import Application
from applications.verification import one_picture
from core import crypto
from identity.models import Person
from identity.people import person_actor
from tests import cast
from tests.applications.factories import application, proof
from tests.applications.verification.spoilers import SPOILERS, found, make_sound
from tests.privacy.test_purge import difference, everything
from tests.privacy.year import made_up

pytestmark = pytest.mark.django_db


def verify(**options):
    """Run the command; return what it says."""
    out = io.StringIO()
    call_command("verify_applications", stdout=out, **options)
    return out.getvalue()


def test_years_of_applications_in_every_state_are_sound_before_and_after_a_purge(time_machine):
    made_up(time_machine)
    before = found()
    call_command("purge", stdout=io.StringIO())

    assert (before, found()) == ({}, {})


def test_nobody_is_named_and_nothing_is_changed(caplog):
    sound = make_sound()
    for word in ("state", "code", "slot", "erased"):
        SPOILERS[word].spoil(sound)
    before = everything()

    out = io.StringIO()
    with caplog.at_level(logging.ERROR, "applications.verification"), pytest.raises(CommandError):
        call_command("verify_applications", stdout=out)

    said = out.getvalue() + caplog.text
    people = (cast.MAIJA, cast.OLLI, cast.OTSO, cast.VERA, cast.VILLE)
    assert [part for who in people for part in who.values() if part in said] == []
    assert difference(before, everything()) == [{}, {}, {}]


def test_nightly_run_fails_with_a_table_and_a_line_in_the_log(caplog):
    sound = make_sound()
    assert verify() == ""
    SPOILERS["state"].spoil(sound)

    with caplog.at_level(logging.ERROR, "applications.verification"), pytest.raises(CommandError, match=": 2"):
        verify()

    assert [record.getMessage() for record in caplog.records] == ["Fault: state (1)", "Fault: confirmed (1)"]


def test_one_fault_can_be_looked_for_alone():
    sound = make_sound()
    SPOILERS["seal"].spoil(sound)

    assert verify(fault="state") == ""
    with pytest.raises(CommandError):
        verify(fault="seal")


def test_row_that_cannot_be_decrypted_is_a_fault_and_no_crash(settings):
    make_sound()
    settings.FIELD_ENCRYPTION_KEYS = ["another key of an installation, long enough"]
    crypto._keys.cache_clear()

    assert {"digest", "code", "account"} <= found().keys()


def test_new_index_key_is_no_fault(settings):
    make_sound()
    settings.FIELD_INDEX_KEYS = ["a new key of an installation, long enough", *settings.FIELD_INDEX_KEYS]
    sent = application(cast.MAIJA, reference="HS-9")
    maija = person_actor(Person.objects.get(last_name=cast.MAIJA["last_name"]), proof())
    read = Application.objects.with_people().get(pk=sent.pk)
    confirmation.confirm(read, by=maija, proof=proof(), terms=terms.current(), digest=read.version.digest)

    assert found() == {}


@pytest.mark.django_db(transaction=True)
def test_nightly_run_reads_one_picture_of_the_database():
    """Outside a transaction, as at night: PostgreSQL reads through cursors of its own."""
    application(cast.MAIJA, cast.OLLI)

    assert verify() == ""


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets nobody write beside a long reader")
@pytest.mark.django_db(transaction=True)
def test_nothing_can_be_written_while_the_picture_is_read():
    with pytest.raises(InternalError, match="read-only"), one_picture():
        application(cast.MAIJA)
