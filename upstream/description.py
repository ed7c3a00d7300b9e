"""The API's description (OpenAPI): what django-ninja cannot know from the code is added here."""

from typing import Any

from ninja.openapi.schema import OpenAPISchema

from upstream.problems import MEDIA_TYPE

OF_ONE_VERSION = [{"$ref": f"#/components/schemas/{name}"} for name in ("ApplicationStatus", "Document", "Receipt")]

DESCRIPTION = """
Applications are sent in here, and the people in them confirm them. They are changed and withdrawn here too, and
every change of their state is an event: sent to your webhook, and to be polled. `GET /applications`,
`POST /statuses` and `POST /reconcile` tell of up to 500 of them at once.
A client may make 300 requests within a minute, unless the operator has set another limit: `RateLimit-Policy` tells
which, and `RateLimit` how many are left (`r`) and in how many seconds they are counted anew (`t`), with every answer
to a known client. A request beyond them is answered with 429 and `Retry-After`, and was not carried out.
Every answer from 400 on is problem details (RFC 9457) of the form `ProblemDetails`; an unknown path is
answered with 404, another method of a known one with 405 and `Allow`. `type` is one of `about:blank`,
`urn:heka-confirm:not-json`, `:invalid-key`, `:invalid-header`, `:invalid-query`, `:invalid-application`,
`:invalid-body`, `:key-reused`, `:already-sent`, `:another-reference`, `:ended`, `:changed-here`,
`:changed-meanwhile` and `:unknown-cursor`.
"""

VERSION = {
    "ETag": {
        "description": "The tag of the present document, in double quotes, for `If-Match`",
        "required": True,
        "schema": {"type": "string"},
    }
}
REPLAYED = {
    "Idempotent-Replayed": {
        "description": "`true` when this is the stored answer to an earlier request with the same key",
        "schema": {"type": "string", "enum": ["true"]},
    }
}
ALLOWANCE = {
    "RateLimit-Policy": {
        "description": "How many requests (`q`) within how many seconds (`w`) you may make",
        "schema": {"type": "string", "examples": ['"requests";q=300;w=60']},
    },
    "RateLimit": {
        "description": "How many are left (`r`), and in how many seconds (`t`) they are counted anew",
        "schema": {"type": "string", "examples": ['"requests";r=299;t=60']},
    },
}
RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait", "required": True, "schema": {"type": "integer"}}}
HEADERS: dict[int, dict[str, Any]] = {
    201: {
        "Location": {
            "description": "Where the status is asked",
            "required": True,
            "schema": {"type": "string", "format": "uri-reference"},
        },
    },
    401: {
        "WWW-Authenticate": {
            "description": "The scheme that is needed",
            "required": True,
            "schema": {"type": "string", "enum": ["Bearer"]},
        }
    },
    429: RETRY_AFTER,
    503: RETRY_AFTER,
}


def completed(schema: OpenAPISchema) -> OpenAPISchema:
    """Return the generated description with the headers of each answer, and the media type of problems."""
    for operation in (operation for path in schema["paths"].values() for operation in path.values()):
        takes_key = any(given["name"] == "Idempotency-Key" for given in operation.get("parameters", []))
        for status, answer in operation["responses"].items():
            shows_version = answer.get("content", {}).get("application/json", {}).get("schema") in OF_ONE_VERSION
            answer["headers"] = {
                **(VERSION if shows_version else {}),
                **(REPLAYED if takes_key and status < 300 else {}),
                **HEADERS.get(status, {}),
                **(ALLOWANCE if status != 401 else {}),
            }
            if status >= 400:
                answer["content"] = {MEDIA_TYPE: answer["content"]["application/json"]}
    return schema
