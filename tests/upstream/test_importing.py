import io
import json
import sys

import pytest
from django.core.management import CommandError, call_command

from applications.models import Application, StateChange, Version
from tests.cast import MAIJA, OLLI, TEA, VERA
from tests.upstream.conftest import body
from upstream import clients
from upstream.models import ApiClient, Intake

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


def run(path, client="Housing system"):
    return call_command("import_applications", path, "--client", client)


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
        "line 4 /content/wishes/flat_types: List should have at least 1 item after validation, not 0",
        "line 5 /reference: Sent before, or in a line above",
    ]
    assert not Version.objects.exists()


def test_reference_that_was_sent_before_is_a_fault_of_its_client_alone(client_, file, capsys):
    clients.issue("Another system")
    run(file(body()), client="Another system")
    run(file(body()))

    with pytest.raises(CommandError, match="Lines with faults: 1"):
        run(file(body()))

    assert Application.objects.count() == 2


def test_sent_by_the_api_while_importing_leaves_all_out(client_, file, monkeypatch):
    """The database refuses the second one, though the check of all lines let it through."""
    from upstream import bulk

    monkeypatch.setattr(bulk, "check", lambda *args, **kwargs: iter(()))
    path = file(body(reference="1"), body(reference="2"), body(reference="1"))

    with pytest.raises(CommandError, match="Nothing was imported"):
        run(path)

    assert not Application.objects.exists()


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
