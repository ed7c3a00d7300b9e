"""The step after a restore: nothing twice, nobody let in, the erased erased, the lost named (ADR 57)."""

import contextlib
import datetime as dt
import gzip
import io
import json

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection
from django.utils import timezone

from applications import changes, protection
from applications.models import Applicant, Application
from identity import staff_links
from identity.models import LinkRequest, Person, StaffLink
from mailing import worker
from mailing.models import Letter
from privacy import erasure
from records import verify
from records.models import Chain, Entry
from tests import cast
from tests.applications.factories import actor, applicant, application, confirm, person, sign_in
from tests.privacy.lost_time import lost_time
from tests.staff import acting, staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _few_numbers(monkeypatch):
    """Leave the numbers of the other tests where they are, about: PostgreSQL takes no number back."""
    monkeypatch.setattr("core.restored_database.MARGIN", 1000)


@pytest.fixture
def log(tmp_path):
    return tmp_path / "service.log"


def restored(*files, **options):
    out = io.StringIO()
    words = ["--log", *map(str, files)] if files else []
    call_command("restored", *words, stdout=out, **options)
    return out.getvalue()


def withdrawn(who, **more):
    sent = application(who, **more)
    changes.withdraw(sent, by=actor(who))
    return sent


def erase(sent, who):
    return erasure.erase_person(applicant(sent, who), reason="Asked for it", by=acting("supervisor"))


def leave():
    mail.outbox.clear()
    worker.deliver_due_letters()
    return [message.to[0] for message in mail.outbox]


def test_dry_run_says_what_would_be_done_and_does_nothing(log):
    sent = withdrawn(cast.MAIJA)
    with lost_time(log):
        erase(sent, cast.MAIJA)
    waiting = Letter.objects.filter(sent_at=None, dropped_at=None).count()
    before = list(Letter.objects.values()), list(Entry.objects.values())

    said = restored(log, dry_run=True)

    assert f"Emails that would be held: {waiting}\n" in said
    assert "Erasures that would be repeated: 1\n" in said
    assert (list(Letter.objects.values()), list(Entry.objects.values())) == before


def test_nothing_leaves_until_the_operator_says_so():
    application(cast.MAIJA, cast.OLLI)

    said = restored()

    assert leave() == []
    assert f"Emails held: {Letter.objects.restored().count()}" in said
    out = io.StringIO()
    call_command("release_restored", "--all", stdout=out)
    assert sorted(leave()) == ["maija@example.test", "olli@example.test"]
    assert "Emails still held: 0" in out.getvalue()
    assert [entry.facts["act"] for entry in Entry.objects.filter(event="restored").order_by("pk")] == [
        "held",
        "released",
    ]


def test_what_the_log_knows_as_sent_is_not_sent_again(log):
    application(cast.MAIJA)
    with lost_time(log):
        assert leave() == ["maija@example.test"]
    application(cast.OLLI, reference="HS-2")

    restored(log)

    call_command("release_restored", "--all", stdout=io.StringIO())
    assert leave() == ["olli@example.test"]
    assert Letter.objects.get(to="maija@example.test").sent_at


def test_what_was_due_in_the_lost_time_may_be_noted_as_sent(log, time_machine):
    time_machine.move_to("2026-11-20T10:00:00+02:00", tick=False)
    application(cast.MAIJA)
    Letter.objects.update(due_at="2026-11-20T10:00:00+02:00")
    restored()
    time_machine.move_to("2026-11-20T13:00:00+02:00", tick=False)

    call_command("release_restored", "--left-before", "2026-11-20T12:00", stdout=io.StringIO())

    assert leave() == []
    assert Letter.objects.get().sent_at.isoformat() == "2026-11-20T08:00:00+00:00"


def test_erasure_of_the_lost_time_is_repeated_once_with_where_it_stood(log):
    sent = withdrawn(cast.MAIJA)
    with lost_time(log):
        erase(sent, cast.MAIJA)
        number = Entry.objects.get(event="erased").number
    assert Person.objects.exists()

    said = [restored(log), restored(log)]

    assert ["Erasures repeated: 1" in each for each in said] == [True, False]
    assert not Person.objects.exists()
    [entry] = Entry.objects.filter(event="erased")
    assert entry.facts["reason"] == f"Repeated after a restore: entry {number} of application {sent.pk}"
    assert (entry.role, list(verify.verify_everything())) == ("operator", [])


def test_somebody_who_has_the_number_of_an_erased_person_since_is_not_erased(log):
    with lost_time(log):
        sent = withdrawn(cast.MAIJA)
        erase(sent, cast.MAIJA)
    withdrawn(cast.OLLI)  # written before the step after the restore; SQLite gives the numbers of then

    said = restored(log)

    assert "Erasures repeated: 0" in said
    assert Person.objects.exists()


def test_erasure_is_repeated_when_the_log_comes_later(log):
    sent = withdrawn(cast.MAIJA)
    with lost_time(log):
        erase(sent, cast.MAIJA)
    first = restored()
    held = Letter.objects.restored().count()

    said = restored(log)

    assert "no erasure is repeated" in first
    assert "Erasures repeated: 1" in said
    assert Letter.objects.restored().count() <= held
    assert Entry.objects.filter(event="restored").count() == 1


def test_logs_of_another_installation_let_nobody_be_erased(log):
    sent = withdrawn(cast.MAIJA)
    with lost_time(log):
        erase(sent, cast.MAIJA)
    ours = log.read_text().replace('"time": "2', '"time": "3')  # later than what is stored
    other = f"Entry 1 of application {sent.pk}: {bytes(32).hex(':', 2)}"
    theirs = json.loads(next(line for line in ours.splitlines() if '"erased"' in line))
    log.write_text(ours + json.dumps({**theirs, "message": other}))
    out = io.StringIO()

    with pytest.raises(CommandError, match="differ from the log"):
        call_command("restored", "--log", str(log), stdout=out)

    assert "Nobody is erased by logs" in out.getvalue()
    assert Applicant.objects.filter(version__application=sent).exists()


@pytest.mark.parametrize(
    ("written", "forged"), [('"subject": "applicant', '"subject": "person'), ("of application ", "of application 99")]
)
def test_nobody_is_erased_but_the_applicant_of_that_application(log, written, forged):
    sent = withdrawn(cast.MAIJA)
    with lost_time(log):
        erase(sent, cast.MAIJA)
    log.write_text(log.read_text().replace(written, forged))

    assert "Erasures repeated: 0" in restored(log)
    assert Applicant.objects.filter(version__application=sent).exists()


def test_nobody_is_erased_who_got_the_number_afterwards(log):
    sent = withdrawn(cast.MAIJA)
    with lost_time(log):
        erase(sent, cast.MAIJA)
    log.write_text(log.read_text().replace('"time": "2', '"time": "1'))

    assert "Erasures repeated: 0" in restored(log)


def test_logs_without_any_entry_are_told_of(log):
    log.write_text("12:00:00 INFO    records: Entry 1 of application 17: 00aa\n")

    assert "No entry of the trail is in these logs" in restored(log)


def test_erasure_of_somebody_whose_application_is_open_again_is_named_and_left(log):
    sent = application(cast.MAIJA)
    with lost_time(log):
        changes.withdraw(sent, by=actor(cast.MAIJA))
        erase(sent, cast.MAIJA)

    said = restored(log)

    assert "Not erased, because an application of theirs is open here: " in said
    assert f"application {sent.number}, applicant 1: A person’s data erased" in said
    assert Application.objects.filter(pk=sent.pk).exists()


def test_lost_acts_are_named_by_application_and_applicant(log):
    sent = application(cast.MAIJA, cast.OLLI)
    with lost_time(log):
        confirm(sent, cast.OLLI)
        protection.set_mark(applicant(sent, cast.MAIJA), protected=True, by=acting("supervisor"))
        application(cast.OTSO, reference="HS-9")

    lines = restored(log).splitlines()

    again = lines.index("To be done again before anybody is let in: 1")
    assert f"application {sent.number}, applicant 1: Non-disclosure set" in lines[again + 1]
    assert any(f"application {sent.number}, applicant 2: Application confirmed by an appl" in line for line in lines)
    assert any("an application that is not here: Application sent" in line for line in lines)


def test_log_is_read_packed_and_with_words_of_the_platform_and_torn_lines(log, tmp_path):
    sent = application(cast.MAIJA, cast.OLLI)
    with lost_time(log):
        confirm(sent, cast.OLLI)
    packed = tmp_path / "service.log.gz"
    told = [f"2026-11-30T10:00:00Z stdout F {line}" for line in log.read_text().splitlines()]
    packed.write_bytes(gzip.compress("\n".join(['{"name": "records", "mess', *told, "no line"]).encode()))

    assert "applicant 2: Application confirmed by an applicant" in restored(packed)


@pytest.mark.parametrize("damage", [lambda packed: packed[:-20], lambda packed: b"x" + packed])
def test_packed_log_that_is_damaged_is_named_and_nothing_is_done(tmp_path, damage):
    packed = tmp_path / "service.log.gz"
    packed.write_bytes(damage(gzip.compress(bytes(range(256)) * 100)))

    with pytest.raises(CommandError, match=r"service\.log\.gz cannot be read: packed, and damaged"):
        restored(packed)
    assert not Entry.objects.filter(event="restored").exists()


def test_entry_that_differs_from_the_log_fails(log, django_capture_on_commit_callbacks):
    sent = application(cast.MAIJA, cast.OLLI)
    with lost_time(log):
        confirm(sent, cast.OLLI)
    confirm(sent, cast.OLLI)
    text = log.read_text().replace('"time": "2', '"time": "3')  # later than what is stored

    log.write_text(text)
    with pytest.raises(CommandError, match="differ from the log: 1"):
        restored(log)


def test_number_that_was_given_again_is_lost_and_does_not_differ(log):
    sent = application(cast.MAIJA, cast.OLLI)
    with lost_time(log):
        confirm(sent, cast.OLLI)
    restored(log)
    confirm(sent, cast.MAIJA)

    assert "applicant 2: Application confirmed by an applicant" in restored(log)


def test_chain_that_retention_removed_is_no_loss(log, settings):
    with lost_time(log):
        application(cast.MAIJA)
    settings.RETENTION_TRAIL_DAYS = 0

    assert "Application sent" not in restored(log)


def test_nobody_stays_signed_in_and_no_link_works_again(client):
    sign_in(client, cast.MAIJA)
    link = staff_links.replace_staff_link(staff("adviser"), email="anna@example.test")
    LinkRequest.objects.create(email="maija@example.test")

    said = restored()

    assert "Sessions ended: 1\n" in said
    assert "Links for passwords ended: 1\n" in said
    assert StaffLink.objects.get(pk=link.pk).replaced_at
    assert (Session.objects.count(), LinkRequest.objects.count()) == (0, 0)


def test_no_number_is_given_twice(log):
    application(cast.MAIJA)
    with lost_time(log):
        lost = application(cast.OLLI, reference="HS-2")
        numbers = [person(cast.OLLI).pk, Letter.objects.latest("pk").pk, Chain.objects.latest("pk").pk]

    restored()

    new = application(cast.VERA, reference="HS-3")
    assert new.pk > lost.pk
    given = [person(cast.VERA).pk, Letter.objects.latest("pk").pk, Chain.objects.latest("pk").pk]
    assert all(later > before for later, before in zip(given, numbers, strict=True))


def test_step_is_done_once_for_one_database_and_again_on_demand():
    application(cast.MAIJA)
    restored()
    application(cast.OLLI, reference="HS-2")

    said = restored()

    assert "Done for this database" in said
    assert leave() == ["olli@example.test"]
    assert "Emails held: " in restored(again=True)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has marks of its own")
def test_database_restored_from_a_later_backup_is_another_one():
    restored()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA user_version=4711")

    assert "Done for this database" not in restored()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite knows no roles")
def test_role_without_the_right_to_set_numbers_is_told():
    application(cast.MAIJA)
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE serving; GRANT ALL ON ALL TABLES IN SCHEMA public TO serving")
        cursor.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO serving")
        cursor.execute("SET LOCAL ROLE serving")

    with pytest.raises(CommandError, match="as the role that migrates"):
        restored()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite does not know who is connected")
def test_database_that_somebody_uses_is_let_be():
    application(cast.MAIJA)
    with contextlib.closing(connection.copy()) as other:
        other.ensure_connection()

        with pytest.raises(CommandError, match=r"in use \(other connections: 1\)"):
            restored()

    assert not Letter.objects.restored().exists()


def test_nothing_is_held_where_numbers_may_not_be_set(monkeypatch):
    def refuse():
        raise ProgrammingError("permission denied")

    monkeypatch.setattr("privacy.restoring.raise_numbers", refuse)
    application(cast.MAIJA)

    with pytest.raises(ProgrammingError):
        restored()

    assert not Letter.objects.restored().exists()


def test_log_that_is_not_there_is_named_and_nothing_is_done(tmp_path):
    with pytest.raises(CommandError, match=r"missing\.log cannot be read"):
        restored(tmp_path / "missing.log")
    assert not Entry.objects.filter(event="restored").exists()


@pytest.mark.parametrize("option", ["--left-before", "--due-since"])
@pytest.mark.parametrize("moment", ["0001-01-01", "9999-12-31T23:59-12:00", "2026-02-30", ""])
def test_what_is_no_moment_releases_nothing(option, moment):
    with pytest.raises(CommandError, match="neither a date nor a time"):
        call_command("release_restored", option, moment)


def test_what_is_due_in_the_time_to_come_has_not_left():
    application(cast.MAIJA)
    restored()
    tomorrow = timezone.localdate() + dt.timedelta(days=1)

    with pytest.raises(CommandError, match="still to come"):
        call_command("release_restored", "--left-before", tomorrow.isoformat())

    assert Letter.objects.restored().exists()
