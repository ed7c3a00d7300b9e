"""The API's description (OpenAPI): what django-ninja cannot know from the code is added here.

A stranger can use the interface by this alone: it says how to begin, names each operation plainly, shows each body,
answer and problem, explains every word, and describes the events that are sent in return (announced.py).
"""

import re
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from ninja.openapi.schema import OpenAPISchema

from applications import dates
from identity.limits import MINUTE
from upstream import announced, example
from upstream.meanings import LISTS
from upstream.models import REQUESTS_A_MINUTE
from upstream.problem_kinds import KINDS, MOST_KB
from upstream.problems import MEDIA_TYPE

Part = dict[str, Any]

DESCRIPTION = f"""
People in Helsinki apply for a rental home from Heka. An application counts only when every adult in it has proved who
they are and confirmed it. Send applications in here: we invite the people in them, let them confirm, and tell you
what becomes of each.

**Begin.** Ask the operator of this service for a token: it is shown once, when your system gets its name here. Send
it as `Authorization: Bearer TOKEN` with each request. We take and answer nothing but JSON in UTF-8.

**Follow.** Whatever happens to an application is an event. Events are sent to your receiver, if you have one, and
wait to be polled in any case.

**Repeat safely.** A request may be carried out although its answer is lost. Give each one that changes something an
`Idempotency-Key` where it takes one, and repeat it as it was until an answer comes.

**Limits.** You may make {REQUESTS_A_MINUTE} requests within a minute, unless the operator has set another limit.
In each answer of an operation `RateLimit-Policy` tells which, and `RateLimit` what is left of it. A request beyond it
is answered with 429 and `Retry-After`, and was not carried out. A body holds {MOST_KB} KB at most.

**When something goes wrong.** Every answer from 400 on is problem details (RFC 9457). `type` names the kind of
problem for programs, `title` says it in words, and `errors` names what is wrong in the body or the query: faults of
form first, and once there are none, what does not go together or cannot be true. An unknown path is answered with 404,
another method of a known one with 405 and `Allow`. A name that is not in this description is a fault in a body and in
a query.

**What may come later.** New members in answers, new words in lists, new kinds of events and of problems: pass over
those that you do not know. What there is now stays as it is.
"""
HOW_TO_GET_ONE = (
    "The token of your system, beginning with `heka_`. The operator of this service makes it with "
    "`manage.py api_client NAME` or in the admin, where it is revoked and replaced too; it is shown once."
)
TAGS = {
    "applications": ("Applications", "Send an application, ask how it stands, change it and withdraw it."),
    "bulk": ("Many at once", "Hundreds of applications with one request: list them, ask how they stand, compare."),
    "events": ("Events", "What has happened to your applications, in order."),
}
GENERATED_NAME = re.compile(r"upstream_operations_([a-z]+)_(\w+)")
# Where the name of the function says what it returns and not what it does.
NAMES = {
    "application_status": "getApplication",
    "application_document": "getDocument",
    "several_statuses": "getStatuses",
    "reconcile": "reconcileApplications",
}
PARAMETERS: dict[str, Part] = {
    "reference": {
        "description": "Our number of the application, as we told it when it was sent; not your own one",
        "example": example.REFERENCE,
    },
    "Idempotency-Key": {
        "description": "A random text of yours for this request, such as a UUID. The same request under the same key "
        "is carried out once, and gets the same answer again",
        "example": "9f1c4b1e-2d5a-4c0b-8f5e-0a8f3f1f7a10",
    },
    "If-Match": {
        "description": "The `ETag` of the version that you have seen, with its quotes. Without it nothing is changed: "
        "428",
        "example": f'"{example.DIGEST}"',
        "required": True,
    },
}
IN_AN_ADDRESS = ". Write a time with `Z`, or its `+` as `%2B`: a `+` in an address is a blank"
ANSWERS = {
    200: "Done, or found",
    201: "Stored: the application is here",
    400: "The request cannot be understood",
    401: "No valid token",
    404: "Not found",
    409: "It conflicts with what was sent or has happened before",
    412: "Somebody has changed the application meanwhile",
    413: "The body is too large",
    415: "The body is not said to be JSON",
    422: "The body has faults; each is named",
    428: "The request does not say which version it changes",
    429: "Too many requests",
    503: "Not available for a moment",
}


def header(text: str, *, required: bool = False, **schema: Any) -> Part:
    """Return the description of a header of an answer."""
    return {"description": text, **({"required": True} if required else {}), "schema": {"type": "string", **schema}}


VERSION = {
    "ETag": header("What the application is like now, in double quotes: send it back as `If-Match`", required=True)
}
REPLAYED = {
    "Idempotent-Replayed": header(
        "`true` when this is the stored answer to an earlier request with the same key", enum=["true"]
    )
}
ALLOWANCE = {
    "RateLimit-Policy": header(
        "How many requests (`q`) you may make within how many seconds (`w`)",
        examples=[f'"requests";q={REQUESTS_A_MINUTE};w={MINUTE}'],
    ),
    "RateLimit": header(
        "How many of them are left (`r`), and in how many seconds (`t`) they are counted anew",
        examples=[f'"requests";r={REQUESTS_A_MINUTE - 1};t={MINUTE}'],
    ),
}
RETRY_AFTER = {
    "Retry-After": {"description": "How many seconds to wait", "required": True, "schema": {"type": "integer"}}
}
HEADERS: dict[int, Part] = {
    201: {"Location": header("Where its status is asked", required=True, format="uri-reference")},
    401: {"WWW-Authenticate": header("The scheme that is needed", required=True, enum=["Bearer"])},
    429: RETRY_AFTER,
    503: RETRY_AFTER,
}
OF_ONE_VERSION = ("ApplicationStatus", "Document", "Receipt")


def completed(schema: OpenAPISchema) -> OpenAPISchema:
    """Return the generated description with everything that a stranger needs besides."""
    schema["info"] |= {"description": DESCRIPTION.strip(), "license": {"name": "MIT", "identifier": "MIT"}}
    if settings.API_CONTACT:
        schema["info"]["contact"] = {"name": "The operator of this service", "email": settings.API_CONTACT}
    schema["servers"] = [{"url": settings.PUBLIC_URL, "description": "This service"}]
    schema["externalDocs"] = {
        "description": "The same for people to read",
        "url": f"{settings.PUBLIC_URL}/api/v1/",
    }
    examples = example.examples(today := dates.today())
    for operation in operations_of(schema):
        _complete(operation, examples)
    used = {tag for operation in operations_of(schema) for tag in operation["tags"]}
    schema["tags"] = [{"name": name, "description": text} for name, text in TAGS.values() if name in used]
    for form in schema["components"]["schemas"].values():
        _lift_descriptions(form)
    for words, (about, meanings) in LISTS.items():
        listed = schema["components"]["schemas"][words.__name__]
        listed["description"] = "\n".join([about, "", *(f"* `{word}`: {means}" for word, means in meanings.items())])
        if not all(map(str.isidentifier, words.values)):
            # "2" is no name. Without one, generators of clients count from 0, and VALUE_2 would be three rooms.
            listed["x-enum-varnames"] = words.names
    schema["components"]["securitySchemes"]["BearerToken"]["description"] = HOW_TO_GET_ONE
    schema["components"]["examples"] = {
        kind.key: {"summary": kind.title, "description": f"{kind.means} {kind.advice}", "value": kind.example}
        for kind in KINDS
    }
    schema["webhooks"] = announced.webhooks(today)
    return schema


def _lift_descriptions(form: Part) -> None:
    """Give a member of a form that may be null the words of its kind, where it has none: few readers look further."""
    for member in form.get("properties", {}).values():
        words = [kind.pop("description") for kind in member.get("anyOf", ()) if "description" in kind]
        member |= {"description": words[0], **member} if words else {}


def operations_of(schema: OpenAPISchema) -> Iterator[Part]:
    """Yield each operation of the description."""
    for path in schema["paths"].values():
        yield from path.values()


def schema_name(content: Part) -> str:
    """Return the name of the schema of a body or an answer, or of that of its items; an empty text if it has none."""
    of: Part = next((one["schema"] for one in content.values()), {})
    return str(of.get("items", of).get("$ref", "")).rpartition("/")[2]


def _complete(operation: Part, examples: Part) -> None:
    module, name = GENERATED_NAME.fullmatch(operation["operationId"]).groups()  # type: ignore[union-attr]  # all are
    first, *others = name.split("_")
    operation["operationId"] = NAMES.get(name) or first + "".join(map(str.title, others))
    operation["tags"] = [TAGS[module][0]]
    operation["summary"] = re.split(r"[.;:](?=\s|$)", operation["description"])[0].replace("\n", " ")
    for parameter in operation["parameters"]:
        parameter |= PARAMETERS.get(parameter["name"], {})
        kinds = parameter["schema"].get("anyOf", [])
        if {"type": "null"} in kinds:  # what is absent has no value that could be null
            (parameter["schema"],) = [kind for kind in kinds if kind != {"type": "null"}]
        if parameter["schema"].get("format") == "date-time":
            parameter |= {"description": parameter["description"] + IN_AN_ADDRESS, "example": "2026-11-20T10:00:00Z"}
        if "enum" in (listed := parameter["schema"].get("items", {})):  # written out, unexplained, by django-ninja
            parameter["schema"]["items"] = {"$ref": f"#/components/schemas/{listed['title']}"}
    for content in [operation["requestBody"]["content"]] if "requestBody" in operation else []:
        _show_example(content, examples)
    for status, answer in sorted(operation["responses"].items()):
        operation["responses"][status] = operation["responses"].pop(status)  # in the order of their numbers
        _complete_answer(operation, status, answer, examples)


def _complete_answer(operation: Part, status: int, answer: Part, examples: Part) -> None:
    takes_key = any(parameter["name"] == "Idempotency-Key" for parameter in operation["parameters"])
    answer["description"] = ANSWERS.get(status, answer["description"])
    answer["headers"] = {
        **(VERSION if schema_name(answer["content"]) in OF_ONE_VERSION else {}),
        **(REPLAYED if takes_key and status < 300 else {}),
        **HEADERS.get(status, {}),
        **(ALLOWANCE if status != 401 else {}),
    }
    if status < 400:
        _show_example(answer["content"], examples)
    else:
        kinds = [kind for kind in KINDS if kind.status == status and kind.may_come_from(operation)]
        problems = {kind.key: {"$ref": f"#/components/examples/{kind.key}"} for kind in kinds}
        answer["content"] = {MEDIA_TYPE: {**answer["content"]["application/json"], "examples": problems}}


def _show_example(content: Part, examples: Part) -> None:
    shown = examples.get(schema_name(content))
    if shown is not None:
        content["application/json"]["example"] = shown
