import codecs
import io
import json
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, OperationalError

import applications.intake
from applications import document, held_emails, invitations
from applications.models import Application, StateChange, Version
from core import progress
from mailing.models import Letter
from tests.cast import MAIJA, OLLI, TEA, VERA
from tests.upstream.conftest import body
from upstream import clients, events, importing, intake, standing
from upstream.models import ApiClient, Event, Intake

pytestmark = pytest.mark.django_db


@pytest.fixture
def client_():
    return clients.issue("Housing system")[0]


@pytest.fixture
def file(tmp_path):
    """Return a function that writes lines, documents or text, to a file and returns its path."""

    def written(*lines):
        path = tmp_path / "applications.jsonl"
        path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
        return str(path)

    return written


def run(path, *options, client="Housing system"):
    return call_command("import_applications", path, "--client", client, *options)


def references():
    return list(Intake.objects.order_by("pk").values_list("reference", flat=True))


def test_every_line_becomes_an_application(client_, file, capsys):
    run(file(body(reference="1"), "", body(OLLI, VERA, reference="2")))

    captured = capsys.readouterr()
    assert captured.out == "Imported applications: 2\n"
    assert captured.err == ""  # no bar where nobody looks
    assert list(Intake.objects.order_by("pk").values_list("client__name", "reference")) == [
        ("Housing system", "1"),
        ("Housing system", "2"),
    ]
    assert [len(a.applicants) for a in Application.objects.with_people().order_by("pk")] == [1, 2]
    assert set(StateChange.objects.values_list("source", "name")) == {("housing_system", "Housing system")}
    assert set(Application.objects.values_list("origin", flat=True)) == {client_.origin_id}


def test_one_faulty_line_leaves_all_out(client_, file, capsys):
    faulty = body(TEA, reference="3")
    wrong = body(reference="4")
    wrong["main_applicant"]["hetu"] = "010594Y9033"
    wrong["content"]["wishes"]["flat_types"] = []

    with pytest.raises(CommandError, match=r"Lines with faults: 4\. Nothing was imported\.") as stopped:
        run(file(body(reference="1"), "{", faulty, wrong, body(reference="1"), body(reference="5")))

    assert stopped.value.returncode == 1
    assert capsys.readouterr().err.splitlines() == [
        "line 2: Not JSON at character 3",
        "line 3 /main_applicant/hetu: The main applicant must be 18",
        "line 4 /main_applicant/hetu: Invalid personal identity code",
        "line 4 /content/wishes/flat_types: Give at least 1 of these",
        "line 5 /reference: The same reference as in line 1",
    ]
    assert not Version.objects.exists()


def test_reference_that_was_sent_before_is_a_fault_of_its_client_alone(client_, file, capsys):
    clients.issue("Another system")
    run(file(body()), client="Another system")
    run(file(body()))

    with pytest.raises(CommandError, match="Lines with faults: 1"):
        run(file(body()))

    assert Application.objects.count() == 2


def test_client_s_own_order_is_kept_whatever_is_known_of_people(client_, file):
    """Whoever is marked is taken alone, and after the others of the batch."""
    marked = body(reference="2")
    marked["main_applicant"]["non_disclosure"] = True

    run(file(marked, body(OLLI, reference="1")))

    assert Intake.objects.get(reference="2").application.version.applicants.get().protected
    assert not Intake.objects.get(reference="1").application.version.applicants.get().protected


# --- In batches ------------------------------------------------------------------------------------------


@pytest.fixture
def pairs(monkeypatch):
    """Take two lines in each batch."""
    monkeypatch.setattr(importing, "BATCH_LINES", 2)


@pytest.fixture
def sent_meanwhile(monkeypatch, client_):
    """Return a function that lets the API send documents once the file is checked."""

    def arrange(*documents):
        check = importing.check

        def checked(*args, **kwargs):
            found = check(*args, **kwargs)
            for each in documents:
                intake.receive(document.parse(each), client=client_)
            return found

        monkeypatch.setattr(importing, "check", checked)

    return arrange


@pytest.fixture
def interrupted(monkeypatch):
    """Return a function that ends the command where so many batches are stored and one more is about to be."""

    def arrange(batches, error):
        left = [batches]
        store = Intake.objects.bulk_create

        def stored(*args, **kwargs):
            left[0] -= 1
            if left[0] < 0:
                raise error
            return store(*args, **kwargs)

        monkeypatch.setattr(Intake.objects, "bulk_create", stored)

    return arrange


def test_each_batch_is_stored_by_itself(client_, file, pairs, capsys):
    run(file(*(body(reference=str(number)) for number in range(5))))

    assert references() == list("01234")
    assert capsys.readouterr().out == "Imported applications: 5\n"


def test_line_that_was_sent_meanwhile_is_named_and_nothing_of_its_batch_is_taken(file, pairs, sent_meanwhile, capsys):
    sent_meanwhile(body(reference="4"))

    with pytest.raises(CommandError) as stopped:
        run(file(*(body(reference=str(number)) for number in range(1, 7))))

    assert references() == ["4", "1", "2"]
    assert capsys.readouterr().err == "line 4 /reference: Sent before\n"
    assert str(stopped.value) == (
        "A line cannot be imported. Imported applications: 2. Everything up to line 2 is stored, and nothing after "
        "it. To go on, run the command again with --resume."
    )


def test_resuming_goes_on_after_the_last_batch(client_, file, pairs, interrupted, monkeypatch, capsys):
    path = file(*(body(reference=str(number)) for number in range(5)))
    interrupted(1, KeyboardInterrupt())
    with pytest.raises(CommandError, match=r"Stopped\. Imported applications: 2\.") as stopped:
        run(path)
    monkeypatch.undo()
    assert stopped.value.returncode == 130
    assert (references(), Application.objects.count(), Letter.objects.count()) == (["0", "1"], 2, 2)
    capsys.readouterr()

    run(path, "--resume")

    assert references() == list("01234")
    assert capsys.readouterr().out == "Imported applications: 3\nHere already: 2\n"


def test_absent_database_stops_the_import_and_says_how_to_go_on(client_, file, pairs, interrupted):
    interrupted(1, OperationalError("gone"))

    with pytest.raises(CommandError, match=r"database cannot be used\. Imported applications: 2\..*--resume"):
        run(file(*(body(reference=str(number)) for number in range(5))))

    assert references() == ["0", "1"]


def test_line_that_the_database_refuses_is_named(client_, file, monkeypatch, capsys):
    send_many = applications.intake.send_many

    def refusing(documents, **more):
        if any(each.reference == "2" for each in documents):
            raise IntegrityError
        return send_many(documents, **more)

    monkeypatch.setattr(applications.intake, "send_many", refusing)

    with pytest.raises(CommandError):
        run(file(*(body(reference=str(number)) for number in range(4))))

    assert capsys.readouterr().err == "line 3: The database refuses this application\n"
    assert not Application.objects.exists()


def test_resuming_names_a_line_whose_content_has_changed(client_, file, capsys):
    first, second = body(reference="1"), body(reference="2")
    run(file(first, second))
    second["content"]["wishes"]["highest_rent"] = "1200"

    with pytest.raises(CommandError, match="Lines with faults: 1"):
        run(file(first, second), "--resume")

    assert capsys.readouterr().err == "line 2 /reference: Sent before with another content\n"


def test_resuming_names_a_line_whose_contact_details_have_changed(client_, file, capsys):
    sent = body()
    run(file(sent))
    sent["main_applicant"]["email"] = "other@example.test"

    with pytest.raises(CommandError, match="Lines with faults: 1"):
        run(file(sent), "--resume")


def test_resuming_leaves_details_that_were_corrected_here(client_, file, capsys):
    sent = body()
    run(file(sent))
    slot = Application.objects.with_people().get().applicants[0]
    invitations.correct_own_contact_details(slot, email="new@example.test", phone="", language="sv")
    capsys.readouterr()

    run(file(sent), "--resume")

    assert capsys.readouterr().out == "Imported applications: 0\nHere already: 1\n"
    assert Application.objects.with_people().get().applicants[0].email == "new@example.test"


def test_events_of_an_import_are_collected_however_many_there_are(client_, file, pairs, monkeypatch):
    """Its batches commit in the order of their rows, and so within the little that is looked back."""
    monkeypatch.setattr(events, "NEAR", 4)
    monkeypatch.setattr(events, "BATCH_HAPPENINGS", 3)
    path = file(*(body(reference=str(number)) for number in range(7)))

    with Path(path).open("rb") as lines:
        for _taken in importing.take_in(
            lines, client=client_, resumes=False, holds_emails=False, advance=lambda _size: None
        ):
            events.collect()

    assert Event.objects.count() == 7


def test_events_of_an_import_that_nobody_collected_meanwhile(client_, file, pairs, monkeypatch):
    monkeypatch.setattr(events, "BATCH_HAPPENINGS", 3)
    run(file(*(body(reference=str(number)) for number in range(8))))

    events.collect()

    assert Event.objects.count() == 8


# --- Without importing, and without emails ----------------------------------------------------------------


def test_dry_run_tells_what_would_come_and_changes_nothing(client_, file, capsys):
    young, silent = body(OLLI, TEA, reference="2"), body(VERA, MAIJA, reference="3")
    silent["co_applicants"][0]["email"] = None
    path = file(body(MAIJA, OLLI, reference="1"), young, silent)

    run(path, "--dry-run")

    told = capsys.readouterr().out
    assert not Application.objects.exists()
    run(path)
    sent = Letter.objects.exclude(to="").count()
    assert told == f"Applications to be imported: 3\nEmails to be sent: {sent}\n"


def test_dry_run_finds_what_was_sent_before(client_, file, capsys):
    run(file(body()))

    with pytest.raises(CommandError, match="Nothing was imported"):
        run(file(body()), "--dry-run")

    capsys.readouterr()
    run(file(body(sent_at=Application.objects.get().sent_at.isoformat())), "--dry-run", "--resume", "--hold-emails")
    assert capsys.readouterr().out == "Applications to be imported: 0\nEmails to be held: 0\nHere already: 1\n"


def test_held_emails_do_not_leave(client_, file, capsys):
    run(file(body(MAIJA, OLLI)), "--hold-emails")

    assert {letter.status for letter in Letter.objects.all()} == {"held"}
    assert not Letter.objects.due().exists()
    assert capsys.readouterr().out == (
        "Imported applications: 1\nEmails held: 2. To let them leave: manage.py release_emails --number 500\n"
    )


# --- What is said ----------------------------------------------------------------------------------------


def test_without_a_terminal_a_line_now_and_then_tells_how_far_it_is(client_, file, pairs, monkeypatch, capsys):
    monkeypatch.setattr(progress, "SECONDS", 0)

    run(file(*(body(reference=str(number)) for number in range(4))))

    said = capsys.readouterr().err.splitlines()
    assert said[0] == "Checking: 50 %"
    assert said[-1] == "Importing: 100 %"


def test_standard_input(client_, monkeypatch, capsys):
    text = json.dumps(body()).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text), encoding="ascii"))

    run("-")

    assert capsys.readouterr().out == "Imported applications: 1\n"


def test_bar_on_a_terminal(client_, file, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    run(file(body()))

    assert "Checking: 100%" in terminal.getvalue()
    assert "Importing: 100%" in terminal.getvalue()


@pytest.mark.parametrize("revoked", [True, False])
def test_client_unknown_or_revoked(file, revoked):
    if revoked:
        clients.revoke(clients.issue("Housing system")[0])

    with pytest.raises(CommandError, match="There is no client named Housing system, or it is revoked"):
        run(file(body()))


def test_file_missing(client_, tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        run(str(tmp_path / "none"))


def test_empty_file(client_, file, capsys):
    run(file())

    assert capsys.readouterr().out == "Imported applications: 0\n"


def test_mark_of_byte_order_at_the_start_is_skipped(client_, file, capsys):
    path = file(body())
    Path(path).write_bytes(codecs.BOM_UTF8 + Path(path).read_bytes())

    run(path)

    assert capsys.readouterr().out == "Imported applications: 1\n"


def test_line_larger_than_a_request(client_, file, capsys, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    with pytest.raises(CommandError):
        run(file(body()))

    assert capsys.readouterr().err.startswith("line 1: The line is larger than 256 KB")


def test_no_code_in_what_is_said(client_, file, capsys):
    wrong = body()
    wrong["main_applicant"] |= {"hetu": MAIJA["hetu"] + "?", MAIJA["hetu"]: MAIJA["hetu"]}

    with pytest.raises(CommandError):
        run(file(wrong, f'{{"{MAIJA["hetu"]}":'))

    assert MAIJA["hetu"][:10] not in capsys.readouterr().err


def test_client_is_never_made_by_importing(file):
    with pytest.raises(CommandError):
        run(file(body()))

    assert not ApiClient.objects.exists()


def test_status_tells_that_an_invitation_is_held(client_, file):
    run(file(body(MAIJA, OLLI)), "--hold-emails")
    number = Application.objects.get().number

    def invited():
        return standing.status(number, client=client_).status.applicants[1].invitation.state

    assert invited() == "held"
    held_emails.release_wave()
    assert invited() == "sent"
