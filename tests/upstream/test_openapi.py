"""The API walked by its own description: requests are made from it, and the answers compared with it."""

import datetime as dt
import json
import re
from html import unescape

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.pytest._test_builder import build_operation_test
from schemathesis.python._constants.orchestrator import make_constants_value_source
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from applications.models import Application
from heka_confirm.wsgi import application
from identity.models import RateCount
from tests import cast
from upstream import clients
from upstream.api import api

CHECKS = [
    allow_header_conformance,
    content_type_conformance,
    negative_data_rejection,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
]
PEOPLE = [cast.MAIJA, cast.OLLI, cast.VERA, cast.VILLE, cast.OTSO, cast.TEA]

schemathesis.openapi.format("hetu", st.sampled_from([who["hetu"] for who in PEOPLE]))
schema = schemathesis.openapi.from_dict(json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"))))
schema.app = application
OPERATIONS = {operation.ok().label: operation.ok() for operation in schema.get_all_operations()}


@pytest.fixture
def token(db):
    # The end of a request would end the connection, and with it the transaction of the test.
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield clients.issue("Housing system")[1]
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def check_answers(case, token):
    RateCount.objects.all().delete()

    # In the case itself, so that the checks go by what is sent. Otherwise one whose only faults are no Authorization,
    # and a value that leaves no trace in the address, such as [], counts as wrong data that was accepted.
    case.headers["Authorization"] = f"Bearer {token}"
    case.call_and_validate(base_url="http://testserver", headers={"Accept-Encoding": "identity"}, checks=CHECKS)


@pytest.fixture(scope="module", params=OPERATIONS)
def walk(request):
    """Return a function that makes the requests of one operation.

    As schema.parametrize() does it, which makes those of all operations in each process that collects tests. Before
    the transaction of the test begins: PostgreSQL ends one in which nothing happens for long.
    """
    return build_operation_test(
        config=schema.config,
        operation=OPERATIONS[request.param],
        test_func=check_answers,
        given_kwargs={},
        feedback=FeedbackSources(constants_value_source=make_constants_value_source(schema)),
    )


def test_answers_are_as_described(walk, token):
    walk(token=token)


def without_days(described):
    """Return a description without the days in its examples, which are counted from today."""
    return re.sub(r"\d{4}-\d\d-\d\d", "DAY", json.dumps(described))


def test_description_is_public_and_the_one_that_was_walked(client):
    response = client.get("/api/v1/openapi.json")

    assert response.status_code == 200
    assert without_days(response.json()) == without_days(schema.raw_schema)
    assert not response.cookies


@pytest.mark.parametrize("later", [dt.timedelta(), dt.timedelta(days=300)])
def test_example_of_the_description_is_taken_in_whenever_it_is_read(caller, client, time_machine, later):
    time_machine.move_to(timezone.now() + later)
    described = client.get("/api/v1/openapi.json").json()
    operation = described["paths"]["/api/v1/applications"]["post"]
    example = operation["requestBody"]["content"]["application/json"]["example"]

    response = caller.post(example)

    assert response.status_code == 201
    assert Application.objects.with_people().get().applicants[1].only_at_counter
    assert f'"{example["sent_at"]}"' in unescape(client.get("/api/v1/").text)


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_operation_refuses_a_parameter_of_the_query_that_it_does_not_take(caller, label):
    method, path = label.split()
    operation = schema.raw_schema["paths"][path][method.lower()]
    body = operation.get("requestBody", {"content": {"application/json": {}}})["content"]["application/json"]

    response = caller.http.generic(
        method,
        f"{path.format(reference='K7M-P3X-Q4T')}?aftre=1",
        json.dumps(body.get("example")),
        content_type="application/json",
        headers={"Authorization": f"Bearer {caller.token}"},
    )

    assert (response.status_code, response.json()["type"]) == (400, "urn:heka-confirm:invalid-query")


def test_every_status_is_described():
    described = {
        f"{method} {path}": sorted(map(int, operation["responses"]))
        for path, operations in schema.raw_schema["paths"].items()
        for method, operation in operations.items()
    }

    assert described == {
        "post /api/v1/applications": [201, 400, 401, 409, 413, 415, 422, 429, 503],
        "get /api/v1/applications": [200, 400, 401, 429, 503],
        "get /api/v1/applications/{reference}": [200, 400, 401, 404, 429, 503],
        "put /api/v1/applications/{reference}": [200, 400, 401, 404, 409, 412, 413, 415, 422, 428, 429, 503],
        "post /api/v1/applications/{reference}/withdraw": [200, 400, 401, 404, 409, 429, 503],
        "get /api/v1/applications/{reference}/document": [200, 400, 401, 404, 429, 503],
        "post /api/v1/statuses": [200, 400, 401, 413, 415, 422, 429, 503],
        "post /api/v1/reconcile": [200, 400, 401, 413, 415, 422, 429, 503],
        "get /api/v1/events": [200, 400, 401, 404, 409, 429, 503],
        "post /api/v1/events/replay": [200, 400, 401, 404, 413, 415, 422, 429, 503],
    }


def test_no_page_with_scripts_from_elsewhere(client):
    assert client.get("/api/v1/docs").status_code == 404
