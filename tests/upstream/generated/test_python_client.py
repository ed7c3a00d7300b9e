"""The client that openapi-python-client makes of our description, before the service: every operation, every model."""

import datetime as dt
import enum
import importlib
import os
import subprocess
import sys
from pathlib import Path

import attrs
import pytest
from django.utils import timezone

from applications.models import Application
from tests import cast
from tests.applications.factories import confirm
from tests.upstream.generated.conftest import OPERATIONS
from tests.upstream.generated.python_package import HousingSystem, modules
from upstream import events

CALLS = {}


@pytest.fixture(scope="session")
def package(description, tmp_path_factory):
    """Return the package that the generator makes, with nothing to say against the description."""
    name, folder = "generated_housing_system", tmp_path_factory.mktemp("package")
    generator = [sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning", "--meta", "none"]
    made = subprocess.run(
        [*generator, "--path", description, "--output-path", name],
        cwd=folder,
        # It ends with ruff, which it looks for on the path.
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
    )
    assert (made.returncode, made.stderr, made.stdout) == (0, "", f"Generating {name}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        for part in ("api", "models"):
            importlib.import_module(f"{name}.{part}")
        return importlib.import_module(name)


@pytest.fixture
def system(package, live_server, issued):
    with HousingSystem(package, live_server.url, issued[1]) as system:
        yield system


def calls(operation):
    """Mark the function that calls an operation of the description."""

    def mark(function):
        CALLS[operation] = function
        return function

    return mark


def applicant(system, who):
    return system.ApplicantContent(
        **who,
        email=f"{who['first_names'].split()[0].lower()}@example.test",
        language=system.Language.SV,
        contact_details_at=timezone.now(),
        income=system.Income(monthly_gross="2450.50", assets=1200.0),
    )


def document(system, *people, reference="HS-2026-0001", **wishes):
    """Return an application in the words of the package, of Maija unless told otherwise."""
    main, *others = people or [cast.MAIJA]
    rooms = [system.FlatType.TWO_ROOMS, system.FlatType.FIVE_ROOMS]
    return system.Document(
        reference=reference,
        sent_at=timezone.now(),
        language=system.Language.FI,
        main_applicant=applicant(system, main),
        co_applicants=[applicant(system, who) for who in others],
        others_moving_in=[system.Resident(due_date=dt.date.fromisoformat(cast.day(90)))],
        content=system.Content(
            home=system.PresentHome(dwelling=system.Dwelling.FLAT, rent=890.5, tenure=system.Tenure.RENTED),
            need=system.Need(reasons=[system.Reason.TOO_SMALL]),
            wishes=system.Wishes(**{"flat_types": rooms, "highest_rent": "1100", **wishes}),
            assurance=True,
        ),
    )


def send(system, *people, **more):
    """Send an application; return its number."""
    status, receipt, _ = system.call("POST /applications", body=document(system, *people, **more))
    assert (status, type(receipt)) == (201, system.Receipt)
    return receipt.reference


@calls("POST /applications")
def _sends_once(system):
    asked = {"body": document(system), "idempotency_key": "f3c1"}

    status, receipt, headers = system.call("POST /applications", **asked)
    again = system.call("POST /applications", **asked)

    assert (status, receipt.state) == (201, system.State.AWAITING)
    assert type(receipt.valid_until) is dt.date
    assert headers["Location"] == f"/api/v1/applications/{receipt.reference}"
    assert again[:2] == (201, receipt)
    assert again[2]["Idempotent-Replayed"] == "true"
    assert Application.objects.get().number == receipt.reference


@calls("GET /applications/{reference}")
def _follows(system):
    number = send(system, cast.MAIJA, cast.OLLI)
    confirm(Application.objects.get(), cast.OLLI)

    status, standing, _ = system.call("GET /applications/{reference}", number)

    assert (status, standing.reference, standing.client_reference) == (200, number, "HS-2026-0001")
    assert (standing.state, standing.version, standing.awaited) == (system.State.AWAITING, 1, [0])
    assert [(each.position, each.progress, each.method) for each in standing.applicants] == [
        (0, system.Progress.WAITING, None),
        (1, system.Progress.CONFIRMED, system.Method.BANK),
    ]
    assert type(standing.applicants[1].confirmed_at) is dt.datetime
    assert [(each.type_, each.position) for each in standing.history] == [
        (system.Happened.SENT, None),
        (system.Happened.PERSON_CONFIRMED, 1),
    ]


@calls("GET /applications/{reference}/document")
def _reads_and_puts_back(system):
    number = send(system, cast.MAIJA, cast.OLLI)

    status, read, headers = system.call("GET /applications/{reference}/document", number)
    known = headers["ETag"]
    back = system.call("PUT /applications/{reference}", number, body=read, if_match=known)

    assert (status, type(read), read.reference) == (200, system.Document, "HS-2026-0001")
    assert read.content.wishes.flat_types == [system.FlatType.TWO_ROOMS, system.FlatType.FIVE_ROOMS]
    assert (back[0], back[1].version, back[2]["ETag"]) == (200, 1, known)


@calls("PUT /applications/{reference}")
def _changes_what_it_knows(system):
    _, receipt, sent = system.call("POST /applications", body=document(system))
    number, known = receipt.reference, sent["ETag"]
    change = {"body": document(system, highest_rent=950), "if_match": known, "idempotency_key": "f3c2"}
    another = {"body": document(system, area_min=60), "if_match": known}

    status, standing, headers = system.call("PUT /applications/{reference}", number, **change)
    again = system.call("PUT /applications/{reference}", number, **change)
    late, problem, _ = system.call("PUT /applications/{reference}", number, **another)

    assert (status, type(standing), standing.version) == (200, system.ApplicationStatus, 2)
    assert headers["ETag"] != known
    assert (again[:2], again[2]["ETag"]) == ((200, standing), headers["ETag"])
    assert (late, problem.status, problem.type_) == (412, 412, "urn:heka-confirm:changed-meanwhile")


@calls("POST /applications/{reference}/withdraw")
def _withdraws(system):
    number = send(system)

    status, standing, _ = system.call("POST /applications/{reference}/withdraw", number, idempotency_key="f3c3")

    assert (status, standing.state) == (200, system.State.WITHDRAWN)


@calls("GET /events")
def _polls(system):
    number = send(system)
    system.call("POST /applications/{reference}/withdraw", number)
    events.collect()

    status, first, _ = system.call("GET /events", limit=1)
    second = system.call("GET /events", after=first.next_)[1]
    third = system.call("GET /events", after=second.next_)[1]

    told = [(each.subject, each.type_.rpartition(".")[2], each.data.state) for each in first.events + second.events]
    assert (status, first.more, second.more) == (200, True, False)
    assert told == [(number, "sent", system.State.AWAITING), (number, "withdrawn", system.State.WITHDRAWN)]
    assert (third.events, third.next_) == ([], second.next_)


@calls("POST /events/replay")
def _asks_for_events_again(system):
    number = send(system)
    events.collect()

    status, nothing, _ = system.call("POST /events/replay", body=system.Replay(application=number))
    refused, problem, _ = system.call("POST /events/replay", body=system.Replay())

    assert (status, nothing.deliveries) == (200, 0)  # nobody receives them
    assert (refused, type(problem)) == (422, system.ProblemDetails)


@calls("GET /applications")
def _lists(system):
    number = send(system)
    system.call("POST /applications/{reference}/withdraw", send(system, cast.OLLI, reference="HS-2"))

    status, waiting, _ = system.call("GET /applications", state=[system.State.AWAITING])
    first = system.call("GET /applications", limit=1)[1]
    second = system.call("GET /applications", after=first.next_)[1]
    by_own_number = system.call("GET /applications", client_reference="HS-2")[1]

    assert (status, [each.reference for each in waiting.applications]) == (200, [number])
    assert (first.more, second.more) == (True, False)
    assert [each.client_reference for each in first.applications + second.applications] == ["HS-2026-0001", "HS-2"]
    assert [each.state for each in by_own_number.applications] == [system.State.WITHDRAWN]


@calls("POST /statuses")
def _asks_for_several(system):
    number = send(system)
    asked = system.AskedStatuses(references=[number, "K7M-P3X-Q4T"], client_references=["HS-2"])

    status, found, _ = system.call("POST /statuses", body=asked)

    assert status == 200
    assert found.applications == [system.call("GET /applications/{reference}", number)[1]]
    assert found.unknown == ["K7M-P3X-Q4T", "HS-2"]


@calls("POST /reconcile")
def _compares_what_it_knows(system):
    known = [
        system.Known(reference=send(system, who, reference=number), version=version, state=system.State.AWAITING)
        for who, number, version in ((cast.MAIJA, "HS-1", 1), (cast.OLLI, "HS-2", 7))
    ]

    status, told, _ = system.call("POST /reconcile", body=system.Knowledge(applications=known))

    assert (status, told.unknown) == (200, [])
    assert [(each.client_reference, each.version) for each in told.different] == [("HS-2", 1)]


@pytest.mark.parametrize("operation", OPERATIONS | CALLS)
def test_generated_client_calls_every_operation(system, operation):
    CALLS[operation](system)

    assert operation in system.called


def test_problem_is_a_model_with_every_fault(system):
    faulty = document(system, {**cast.MAIJA, "hetu": cast.TEA["hetu"]}, cast.TEA)

    status, problem, _ = system.call("POST /applications", body=faulty)

    assert (status, type(problem)) == (422, system.ProblemDetails)
    assert problem.type_ == "urn:heka-confirm:invalid-application"
    assert {fault.pointer for fault in problem.errors} == {"/main_applicant/hetu", "/co_applicants/0/hetu"}


def test_refused_token_is_a_problem_too(package, live_server, issued):
    with HousingSystem(package, live_server.url, "heka_of-nobody") as stranger:
        status, problem, _ = stranger.call("GET /events")

    assert (status, type(problem)) == (401, package.models.ProblemDetails)
    assert problem.title == "A valid token is needed"


def test_every_field_has_a_type(package):
    """A generator writes `Any` for what it does not understand."""
    models = [each for each in vars(package.models).values() if attrs.has(each)]
    fields = {
        model.__name__: {
            field.name: str(field.type) for field in attrs.fields(model) if field.name != "additional_properties"
        }
        for model in models
    }

    assert len(fields) > 15
    assert [name for name, types in fields.items() if not types or any("Any" in each for each in types.values())] == []


def test_every_word_has_a_name(package):
    """A generator numbers the words of a list from 0 if they make no names."""
    lists = [each for each in vars(package.models).values() if isinstance(each, enum.EnumType)]

    assert len(lists) > 10
    assert [name for each in lists for name in each.__members__ if name.startswith("VALUE_")] == []


def test_every_answer_has_a_type(package):
    functions = [module.sync for module in modules(package.api) if hasattr(module, "sync")]

    assert len(functions) == len(OPERATIONS)
    assert [each.__module__ for each in functions if "Any" in str(each.__annotations__["return"])] == []
