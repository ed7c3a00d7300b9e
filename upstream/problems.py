"""Why the API refuses a request: one row for each reason, answered as problem details (RFC 9457)."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse
from django.http.request import UnreadablePostError
from ninja.errors import HttpError
from ninja.errors import ValidationError as InvalidRequest

from applications import changes, document
from applications.document import InvalidDocument
from applications.fault_words import fault_in_words
from core.request_ids import request_id
from core.transactions import DATABASE_AWAY
from identity.limits import TooMany
from upstream import problem_kinds as kinds
from upstream.deliveries import TooManyEvents
from upstream.events import UnknownCursor
from upstream.idempotency import KeyReused
from upstream.intake import AlreadySent, AnotherReference
from upstream.problem_kinds import ProblemKind
from upstream.schemas import Fault, ProblemDetails
from upstream.standing import NotFound
from upstream.strict_json import NotJson

MEDIA_TYPE = "application/problem+json"
MOST_FAULTS = 100
RETRY_SECONDS = "5"  # a database that restarts is back by then
PLUS = "; in an address + is written %2B"  # it came as a blank, most likely

Faults = Sequence[tuple[str, str]]


class Unauthorised(Exception):
    """No token, or one that is wrong or revoked."""


class UnknownParameter(Exception):
    """The query holds unknown parameters; `names` are those of them that may be repeated, as they are plain words."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__()
        self.names = [name for name in names if document.KNOWN_NAME.fullmatch(name)]


class WhichVersion(Exception):
    """A change does not say which version it changes."""


class WrongContentType(Exception):
    """The body is not said to be JSON."""


def problem(
    kind: ProblemKind, *, title: str = "", faults: Faults = (), application: str | None = None, **headers: str
) -> HttpResponse:
    """Return the answer for one problem, with a title of its own if its kind is not all that is to be said."""
    details = ProblemDetails(
        type=kind.type,
        title=title or kind.title,
        status=kind.status,
        errors=[Fault(pointer=pointer, detail=detail) for pointer, detail in faults[:MOST_FAULTS]],
        application=application,
        request_id=request_id.get(),
    )
    return HttpResponse(
        details.model_dump_json(exclude_none=True),
        status=kind.status,
        content_type=MEDIA_TYPE,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def _unreadable(error: HttpError) -> HttpResponse:
    # django-ninja wraps whatever the parser raises in an error of its own.
    if isinstance(error.__cause__, WrongContentType):
        return problem(kinds.NO_JSON_TYPE)
    return problem(kinds.NOT_JSON, faults=[("", str(error.__cause__))] if isinstance(error.__cause__, NotJson) else [])


def _invalid(error: InvalidRequest) -> HttpResponse:
    match next((fault["loc"] for fault in error.errors if fault["loc"][0] in {"header", "query"}), None):
        case "header", name, *_:
            return problem(kinds.INVALID_KEY if name == "Idempotency-Key" else kinds.INVALID_HEADER)
        case "query", name, *_:
            found = [fault for fault in error.errors if fault["loc"][0] == "query"]
            wanted = [(fault["loc"][1], fault_in_words(fault["loc"][1:], fault), fault["type"]) for fault in found]
            faults = [("", f"{of}: {words}{PLUS if 'datetime' in kind else ''}") for of, words, kind in wanted]
            return problem(kinds.INVALID_QUERY, title=f"The parameter {name} is malformed", faults=faults)
    faults, parameter = [], ""
    for fault in error.errors:
        _body, parameter, *path = fault["loc"]
        if fault["type"] == "missing" and not path:
            return problem(kinds.NOT_JSON, title="The body is empty, or was sent without Content-Length")
        faults.append(document.fault(tuple(path), fault))
    return problem(kinds.INVALID_APPLICATION if parameter == "application" else kinds.INVALID_BODY, faults=faults)


KIND_OF: dict[type[Exception], ProblemKind] = {
    UnreadablePostError: kinds.NOT_JSON,
    NotFound: kinds.NOT_FOUND,
    changes.EditedOnlyHere: kinds.CHANGED_HERE,
    changes.CannotChangeEnded: kinds.ENDED,
    UnknownCursor: kinds.UNKNOWN_CURSOR,
    KeyReused: kinds.KEY_REUSED,
    changes.NotLatest: kinds.CHANGED_MEANWHILE,
    RequestDataTooBig: kinds.TOO_LARGE,
    TooManyEvents: kinds.TOO_MANY_EVENTS,
    WhichVersion: kinds.NO_VERSION,
}
ANSWERS: dict[type[Exception], Callable[[Any], HttpResponse]] = {
    **{error: lambda _, kind=kind: problem(kind) for error, kind in KIND_OF.items()},  # type: ignore[misc]
    HttpError: _unreadable,
    InvalidRequest: _invalid,
    InvalidDocument: lambda error: problem(kinds.INVALID_APPLICATION, faults=error.faults),
    UnknownParameter: lambda error: problem(
        kinds.INVALID_QUERY, faults=[("", f"Unknown parameter {name}") for name in error.names]
    ),
    Unauthorised: lambda _: problem(kinds.NO_TOKEN, WWW_Authenticate="Bearer"),
    AnotherReference: lambda _: problem(
        kinds.ANOTHER_REFERENCE, faults=[("/reference", "Another one than was sent before")]
    ),
    AlreadySent: lambda error: problem(kinds.ALREADY_SENT, application=error.application.number),
    TooMany: lambda error: problem(kinds.TOO_MANY, Retry_After=str(error.retry_after)),
    **dict.fromkeys(DATABASE_AWAY, lambda _: problem(kinds.AWAY, Retry_After=RETRY_SECONDS)),
}
