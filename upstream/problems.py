"""Why the API refuses a request: one row for each reason, answered as problem details (RFC 9457)."""

from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse
from django.http.request import UnreadablePostError
from ninja.errors import HttpError
from ninja.errors import ValidationError as InvalidRequest

from applications import changes, document
from applications.document import InvalidDocument
from core.transactions import DATABASE_AWAY
from identity.limits import TooMany
from upstream.events import UnknownCursor
from upstream.idempotency import KeyReused
from upstream.intake import AlreadySent, AnotherReference
from upstream.schemas import Fault, ProblemDetails
from upstream.standing import NotFound
from upstream.strict_json import NotJson

MEDIA_TYPE = "application/problem+json"
MOST_FAULTS = 100
RETRY_SECONDS = "5"  # a database that restarts is back by then

Faults = Sequence[tuple[str, str]]


class Unauthorised(Exception):
    """No token, or one that is wrong or revoked."""


class UnknownParameter(Exception):
    """The query holds an unknown parameter."""


class WhichVersion(Exception):
    """A change does not say which version it changes."""


class WrongContentType(Exception):
    """The body is not said to be JSON."""


def problem(
    status: int,
    title: str,
    kind: str = "",
    *,
    faults: Faults = (),
    application: str | None = None,
    **headers: str,
) -> HttpResponse:
    """Return the answer for one problem. `kind` names it for programs, unless the status says enough."""
    details = ProblemDetails(
        type=f"urn:heka-confirm:{kind}" if kind else "about:blank",
        title=title,
        status=status,
        errors=[Fault(pointer=pointer, detail=detail) for pointer, detail in faults[:MOST_FAULTS]],
        application=application,
    )
    return HttpResponse(
        details.model_dump_json(exclude_none=True),
        status=status,
        content_type=MEDIA_TYPE,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def _unreadable(error: HttpError) -> HttpResponse:
    # django-ninja wraps whatever the parser raises in an error of its own.
    if isinstance(error.__cause__, WrongContentType):
        return problem(415, "The content type must be application/json")
    faults = [("", str(error.__cause__))] if isinstance(error.__cause__, NotJson) else []
    return problem(400, "The body cannot be read", "not-json", faults=faults)


def _invalid(error: InvalidRequest) -> HttpResponse:
    match next((fault["loc"] for fault in error.errors if fault["loc"][0] in {"header", "query"}), None):
        case "header", "Idempotency-Key", *_:
            return problem(400, "The Idempotency-Key must be 1 to 255 visible ASCII characters", "invalid-key")
        case "header", name, *_:
            return problem(400, f"The header {name} is malformed", "invalid-header")
        case "query", name, *_:
            return problem(400, f"The parameter {name} is malformed", "invalid-query")
    faults, parameter = [], ""
    for fault in error.errors:
        _body, parameter, *path = fault["loc"]
        if fault["type"] == "missing" and not path:
            return problem(400, "The body is empty, or was sent without Content-Length", "not-json")
        faults.append(document.fault(tuple(path), fault))
    if parameter != "application":
        return problem(422, "The body has faults", "invalid-body", faults=faults)
    return _faulty(faults)


def _faulty(faults: Faults) -> HttpResponse:
    return problem(422, "The application has faults", "invalid-application", faults=faults)


ANSWERS: dict[type[Exception], Callable[[Any], HttpResponse]] = {
    HttpError: _unreadable,
    UnreadablePostError: lambda _: problem(400, "The body ended too early", "not-json"),
    Unauthorised: lambda _: problem(401, "A valid token is needed", WWW_Authenticate="Bearer"),
    NotFound: lambda _: problem(404, "Not found"),
    AnotherReference: lambda _: problem(
        409,
        "The reference in the body is not the one of this application",
        "another-reference",
        faults=[("/reference", "Another one than was sent before")],
    ),
    changes.EditedOnlyHere: lambda _: problem(
        409, "The applications of this client are edited only in this service", "changed-here"
    ),
    changes.CannotChangeEnded: lambda _: problem(409, "This application has ended", "ended"),
    changes.NotLatest: lambda _: problem(412, "The application has another version now", "changed-meanwhile"),
    UnknownCursor: lambda _: problem(
        409, "The cursor names an event that is not there: ask since a time, or reconcile", "unknown-cursor"
    ),
    UnknownParameter: lambda _: problem(400, "The query has a parameter that is not known", "invalid-query"),
    WhichVersion: lambda _: problem(428, "If-Match must name the version that is changed"),
    KeyReused: lambda _: problem(409, "This Idempotency-Key came with another request before", "key-reused"),
    AlreadySent: lambda error: problem(
        409,
        "An application with this reference was sent before",
        "already-sent",
        application=error.application.number,
    ),
    RequestDataTooBig: lambda _: problem(413, "The body is larger than 256 KB"),
    InvalidRequest: _invalid,
    InvalidDocument: lambda error: _faulty(error.faults),
    TooMany: lambda error: problem(429, "Too many requests", Retry_After=str(error.retry_after)),
    **dict.fromkeys(DATABASE_AWAY, lambda _: problem(503, "Try again in a moment", Retry_After=RETRY_SECONDS)),
}
