"""The description alone is enough: everything in it is named, explained and shown, and what it shows is right."""

import json
import re

import jsonschema_rs
import pytest
from django.conf import settings

from applications import dates
from identity.enums import Method
from upstream.api import api
from upstream.bulk_schemas import MOST_AT_ONCE
from upstream.description import operations_of, schema_name
from upstream.example import document
from upstream.meanings import EVENTS, LISTS
from upstream.models import REQUESTS_A_MINUTE
from upstream.problem_kinds import KINDS
from upstream.problems import MOST_FAULTS

described = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/")))
SCHEMAS = described["components"]["schemas"]
OPERATIONS = {operation["operationId"]: operation for operation in operations_of(described)}
RECEIVED = {name: one["post"] for name, one in described["webhooks"].items()}
# Of our own papers and programs, which a stranger does not have.
OURS = re.compile(r"\b[RCJ]\d+(\.\d+)?\b|\bADR\b|\.md\b|\bdocs/|§|upstream_|Django|pydantic")


def texts_in(value, path=()):
    """Yield the place and the text of every description, summary and title of a problem."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in {"description", "summary"} and isinstance(inner, str):
                yield (*path, name), inner
            yield from texts_in(inner, (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from texts_in(inner, (*path, number))


def faults_of(example, schema):
    whole = {**schema, "components": described["components"]}
    return [error.message for error in jsonschema_rs.validator_for(whole).iter_errors(example)]


def contents():
    """Yield what is sent and what is answered, each with the name under which a failure tells of it."""
    for name, operation in {**OPERATIONS, **RECEIVED}.items():
        if "requestBody" in operation:
            yield f"{name} body", operation["requestBody"]["content"]
        for status, answer in operation["responses"].items():
            if "content" in answer:
                yield f"{name} {status}", answer["content"]


def test_description_says_where_who_and_under_which_licence(settings):
    settings.PUBLIC_URL, settings.API_CONTACT = "https://confirm.example.fi", "interface@example.fi"

    said = api.get_openapi_schema(path_prefix="/api/v1/")

    assert [server["url"] for server in said["servers"]] == ["https://confirm.example.fi"]
    assert said["info"]["contact"]["email"] == "interface@example.fi"
    assert said["info"]["license"]["name"] == "MIT"
    assert said["externalDocs"]["url"] == "https://confirm.example.fi/api/v1/"
    assert "contact" not in described["info"]


def test_each_operation_has_one_plain_name():
    names = [operation["operationId"] for operation in [*operations_of(described), *RECEIVED.values()]]

    assert [name for name in names if not re.fullmatch(r"[a-z]+([A-Z][a-z]+)+", name)] == []
    assert len(set(names)) == len(names)
    assert {"sendApplication", "getApplication", "changeApplication", "withdrawApplication", "pollEvents"} <= set(
        names
    )


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_is_explained(name):
    operation = OPERATIONS[name]
    tags = {tag["name"]: tag["description"] for tag in described["tags"]}

    assert operation["summary"]
    assert operation["description"]
    assert [tag for tag in operation["tags"] if tags[tag]]
    assert [one["name"] for one in operation["parameters"] if not one.get("description")] == []
    assert [one["name"] for one in operation["parameters"] if {"type": "null"} in one["schema"].get("anyOf", [])] == []
    assert operation["security"] == [{"BearerToken": []}]


def test_version_must_be_named_although_its_absence_has_an_answer_of_its_own():
    (if_match,) = [one for one in OPERATIONS["changeApplication"]["parameters"] if one["name"] == "If-Match"]

    assert if_match["required"]
    assert "428" in OPERATIONS["changeApplication"]["responses"]


@pytest.mark.parametrize(("where", "content"), list(contents()))
def test_each_body_and_answer_has_an_example_that_is_one(where, content):
    ((_media_type, shown),) = content.items()
    examples = [shown["example"]] if "example" in shown else []
    for each in shown.get("examples", {}).values():
        examples.append(described["components"]["examples"][each["$ref"].rpartition("/")[2]]["value"])

    assert examples, f"add an example of {schema_name(content) or where} to upstream/example.py"
    assert [faults_of(example, shown["schema"]) for example in examples] == [[]] * len(examples)


def test_example_that_is_none_would_be_found():
    assert faults_of({**document(dates.today()), "language": "et"}, {"$ref": "#/components/schemas/Document"}) != []


def test_example_of_comparing_says_what_differs():
    comparing = OPERATIONS["reconcileApplications"]
    (known,) = comparing["requestBody"]["content"]["application/json"]["example"]["applications"]
    (now,) = comparing["responses"]["200"]["content"]["application/json"]["example"]["different"]

    assert now["reference"] == known["reference"]
    assert (now["version"], now["state"]) != (known["version"], known["state"])


def test_each_word_is_explained():
    lists = {name: of for name, of in SCHEMAS.items() if "enum" in of}
    meanings = {words.__name__: means for words, (_about, means) in LISTS.items()}

    assert lists.keys() == meanings.keys()
    assert {name: of["enum"] for name, of in lists.items()} == {name: list(means) for name, means in meanings.items()}
    assert [
        name for name, of in lists.items() if any(f"`{word}`: " not in of["description"] for word in of["enum"])
    ] == []
    assert [means for _about, words in LISTS.values() for means in words.values() if not means.endswith(".")] == []
    assert LISTS[Method][1].keys() == set(Method)


def test_each_kind_of_event_is_a_webhook():
    kinds = [
        one["requestBody"]["content"]["application/cloudevents+json"]["example"]["type"] for one in RECEIVED.values()
    ]

    assert [kind.rpartition(".")[2] for kind in kinds] == list(EVENTS)
    for operation in RECEIVED.values():
        assert [one["name"] for one in operation["parameters"]] == [
            "webhook-id",
            "webhook-timestamp",
            "webhook-signature",
        ]
        assert {"2XX", "410", "429", "503", "default"} == operation["responses"].keys()


def test_each_problem_is_explained():
    assert all(kind.means and kind.advice for kind in KINDS)
    assert len({kind.key for kind in KINDS}) == len(KINDS) > 20
    shown = {key for _where, content in contents() for each in content.values() for key in each.get("examples", ())}

    assert {kind.key for kind in KINDS} - shown == {"status-405"}  # of every path and no operation


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_refusal_of_an_operation_shows_its_problems(name):
    refusals = {status: answer for status, answer in OPERATIONS[name]["responses"].items() if int(status) >= 400}

    assert {
        status for status, answer in refusals.items() if not answer["content"]["application/problem+json"]["examples"]
    } == set()


def test_headers_are_described():
    sent = OPERATIONS["sendApplication"]["responses"]

    assert {"Location", "Idempotent-Replayed", "RateLimit", "RateLimit-Policy"} <= sent["201"]["headers"].keys()
    assert "ETag" in OPERATIONS["getApplication"]["responses"]["200"]["headers"]
    assert all(
        "Retry-After" in one["responses"][status]["headers"]
        for one in OPERATIONS.values()
        for status in ("429", "503")
    )


def test_description_tells_the_limits_that_hold():
    assert f"{REQUESTS_A_MINUTE} requests within a minute" in described["info"]["description"]
    assert f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024} KB" in described["info"]["description"]
    assert f"up to {MOST_AT_ONCE} of" in OPERATIONS["getStatuses"]["description"]
    assert f"up to {MOST_AT_ONCE} of" in OPERATIONS["reconcileApplications"]["description"]
    assert f"At most {MOST_AT_ONCE} in all" in SCHEMAS["AskedStatuses"]["description"]
    assert f"at most {MOST_FAULTS}" in SCHEMAS["ProblemDetails"]["properties"]["errors"]["description"]
    assert RECEIVED["applicationSent"]["responses"]["default"]["description"].startswith(
        "It is sent again after 10 seconds, 30 seconds, 1 minute, 5 minutes, 15 minutes, 30 minutes, 1 hour, and "
        "after the last of these each time from then on, for 3 days."
    )


def test_no_text_points_to_papers_or_programs_of_ours():
    assert [(path, text) for path, text in texts_in(described) if OURS.search(text)] == []


def test_words_of_a_kind_stand_at_the_member_that_is_of_it():
    """Pages and generated clients do not look into `anyOf`."""
    applicant = SCHEMAS["ApplicantContent"]["properties"]

    assert applicant["hetu"]["description"].startswith("Finnish personal identity code")
    assert applicant["phone"]["description"].startswith("One phone number")
    assert applicant["birth_date"]["description"].startswith("Only of somebody without a Finnish code")
    assert [
        f"{name}.{member}"
        for name, form in SCHEMAS.items()
        for member, of in form.get("properties", {}).items()
        if "description" in json.dumps(of.get("anyOf", ()))
    ] == []


def test_times_in_an_address_are_shown_without_a_plus():
    times = [
        one
        for operation in OPERATIONS.values()
        for one in operation["parameters"]
        if one["schema"].get("format") == "date-time"
    ]

    assert {one["name"] for one in times} == {"since", "changed_since"}
    assert all(one["example"].endswith("Z") and "%2B" in one["description"] for one in times)


def test_each_member_of_a_form_is_explained():
    """By a description of its own, or by the form or the list of words that it names."""
    unexplained = [
        f"{name}.{member}"
        for name, form in SCHEMAS.items()
        for member, of in form.get("properties", {}).items()
        if "description" not in json.dumps(of) and "$ref" not in json.dumps(of)
    ]

    assert unexplained == []
