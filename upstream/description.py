"""The API's description (OpenAPI): what django-ninja cannot know from the code is added here."""

from typing import Any

from ninja.openapi.schema import OpenAPISchema

from upstream.problems import MEDIA_TYPE

STATUS = {"$ref": "#/components/schemas/ApplicationStatus"}

DESCRIPTION = """
Applications are sent in here, and the people in them confirm them. They are changed and withdrawn here too, and
every change of their state is an event: sent to your webhook, and to be polled.
Every answer from 400 on is problem details (RFC 9457) of the form `ProblemDetails`; an unknown path is
answered with 404, another method of a known one with 405 and `Allow`. `type` is one of `about:blank`,
`urn:heka-confirm:not-json`, `:invalid-key`, `:invalid-header`, `:invalid-query`, `:invalid-application`,
`:invalid-body`, `:key-reused`, `:already-sent`, `:another-reference`, `:ended`, `:changed-meanwhile` and
`:unknown-cursor`.
"""

RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait", "required": True, "schema": {"type": "integer"}}}
HEADERS: dict[int, dict[str, Any]] = {
    201: {
        "Location": {
            "description": "Where the status is asked",
            "required": True,
            "schema": {"type": "string", "format": "uri-reference"},
        },
        "Idempotent-Replayed": {
            "description": "`true` when this is the stored answer to an earlier request with the same key",
            "schema": {"type": "string", "enum": ["true"]},
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
SHOWS_VERSION = {
    "ETag": {
        "description": "The digest of the current version, in double quotes, for `If-Match`",
        "required": True,
        "schema": {"type": "string"},
    }
}


def completed(schema: OpenAPISchema) -> OpenAPISchema:
    """Return the generated description with the headers of each answer, and the media type of problems."""
    for operation in (operation for path in schema["paths"].values() for operation in path.values()):
        for status, answer in operation["responses"].items():
            if answer.get("content", {}).get("application/json", {}).get("schema") == STATUS:
                answer["headers"] = SHOWS_VERSION
            if status in HEADERS:
                answer["headers"] = HEADERS[status]
            if status >= 400:
                answer["content"] = {MEDIA_TYPE: answer["content"]["application/json"]}
    return schema
