"""The housing system's API (J8): it sends, follows, changes and withdraws applications. No cookies."""

import functools
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, re_path, reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from ninja import HeaderEx, NinjaAPI, P, QueryEx, Status
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser
from ninja.security.base import AuthBase

from applications import document
from applications.document import Document
from identity import limits
from upstream import clients, events, intake, strict_json
from upstream.example import EXAMPLE
from upstream.models import ApiClient
from upstream.problems import (
    ANSWERS,
    MEDIA_TYPE,
    Unauthorised,
    UnknownParameter,
    WhichVersion,
    WrongContentType,
    problem,
)
from upstream.schemas import ApplicationStatus, EventPage, ProblemDetails, Receipt

REQUESTS_A_MINUTE = 300  # by one client
REFUSALS_A_MINUTE = 30  # by one address
MOST_EVENTS = 500  # in one answer
ETAG = r'^(W/)?"[0-9a-f]{64}"$'  # weak if a proxy compressed the answer: it names content, not bytes
STATUS = {"$ref": "#/components/schemas/ApplicationStatus"}

DESCRIPTION = """
Applications are sent in here, and the people in them confirm them. They are changed and withdrawn here too, and
every change of their state is an event: sent to your webhook, and to be polled.
Every answer from 400 on is problem details (RFC 9457) of the form `ProblemDetails`; an unknown path is
answered with 404, another method of a known one with 405 and `Allow`. `type` is one of `about:blank`,
`urn:heka-confirm:not-json`, `:invalid-key`, `:invalid-header`, `:invalid-query`, `:invalid-application`,
`:key-reused`, `:already-sent`, `:another-reference`, `:ended`, `:changed-here` and `:changed-meanwhile`.
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


class ClientRequest(HttpRequest):
    """A request whose sender BearerToken has identified."""

    auth: ApiClient


class BearerToken(AuthBase):
    """The client's token, in the Authorization header (RFC 6750)."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> ApiClient:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        client = clients.of_token(token) if scheme.lower() == "bearer" else None
        if client is None:
            limits.count("api-refused", limits.client_network(request), most=REFUSALS_A_MINUTE)
            raise Unauthorised
        limits.count("api", str(client.pk), most=REQUESTS_A_MINUTE)
        return client


class StrictParser(Parser):
    """Reads bodies that are declared as JSON, and only strict JSON."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != "application/json":
            raise WrongContentType
        return strict_json.loads(request.body)


class Api(NinjaAPI):
    """django-ninja, with problem details instead of its own error answers."""

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        patterns, app_name, namespace = super().urls
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                pattern.callback = _as_problems(pattern.callback)
        return [*patterns, re_path("", _unknown_path, name="unknown-path")], app_name, namespace

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**options)
        for operation in (operation for path in schema["paths"].values() for operation in path.values()):
            for status, answer in operation["responses"].items():
                if answer.get("content", {}).get("application/json", {}).get("schema") == STATUS:
                    answer["headers"] = SHOWS_VERSION
                if status in HEADERS:
                    answer["headers"] = HEADERS[status]
                if status >= 400:
                    answer["content"] = {MEDIA_TYPE: answer["content"]["application/json"]}
        return schema


def _as_problems(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @csrf_exempt  # cookies mean nothing here
    @functools.wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            response = _unknown_path(request)
        if response.status_code == 405:
            response = problem(405, "Method not allowed", Allow=response["Allow"])
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return answer


def _refuse(answer: Callable[[Any], HttpResponse], _request: HttpRequest, error: Any) -> HttpResponse:
    return answer(error)


@csrf_exempt
def _unknown_path(_request: HttpRequest) -> HttpResponse:
    return problem(404, "Not found")


api = Api(
    title="Heka Confirm",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api",
    docs_url=None,  # its page loads scripts from elsewhere
    docs_decorator=require_safe,
    auth=BearerToken(),
    parser=StrictParser(),
)
for kind, answer in ANSWERS.items():
    api.add_exception_handler(kind, functools.partial(_refuse, answer))


@api.post(
    "/applications",
    response={201: Receipt, frozenset({400, 401, 409, 413, 415, 422, 429, 503}): ProblemDetails},
    openapi_extra={"requestBody": {"content": {"application/json": {"example": EXAMPLE}}}},
)
def send_application(
    request: ClientRequest,
    application: Document,
    response: HttpResponse,
    idempotency_key: HeaderEx[str | None, P(alias="Idempotency-Key", pattern=r"^[!-~]{1,255}$")] = None,
) -> Status[Receipt]:
    """Send an application, once.

    Repeat a request that got no answer with the same `Idempotency-Key` and the same bytes: for 24 hours at
    least, the first answer comes again. Another body under that key is a conflict, and so is a second
    application of the same `reference`, with or without a key. An application is refused if its last day of
    validity, counted from `sent_at`, is over. At most 256 KB.
    """
    document.check(application)
    again = intake.Request(idempotency_key, request.body) if idempotency_key else None
    answer = intake.receive(application, client=request.auth, request=again)
    response["Location"] = reverse("api:application_status", args=[answer.receipt.reference])
    if answer.replayed:
        response["Idempotent-Replayed"] = "true"
    return Status(answer.status_code, answer.receipt)


@api.get(
    "/applications/{reference}",
    response={200: ApplicationStatus, frozenset({401, 404, 429, 503}): ProblemDetails},
)
def application_status(request: ClientRequest, reference: str, response: HttpResponse) -> ApplicationStatus:
    """Return how one of your own applications stands, by our number of it."""
    return _shown(intake.status(reference, client=request.auth), response)


@api.put(
    "/applications/{reference}",
    response={
        200: ApplicationStatus,
        frozenset({400, 401, 404, 409, 412, 413, 415, 422, 428, 429, 503}): ProblemDetails,
    },
    openapi_extra={"requestBody": {"content": {"application/json": {"example": EXAMPLE}}}},
)
def change_application(
    request: ClientRequest,
    reference: str,
    application: Document,
    response: HttpResponse,
    if_match: HeaderEx[str | None, P(alias="If-Match", pattern=ETAG)] = None,
) -> ApplicationStatus:
    """Put a changed application in the place of your own one; all its adults have to confirm it again.

    `If-Match` holds the `ETag` that you got with the status or the answer to a change, or the `digest` of an event
    in double quotes. If somebody has changed the application since, the answer is 412, and nothing is changed:
    ask for the status, and decide. So it is when you repeat a request that was carried out: its digest is no
    longer the current one. `sent_at` must be given and is not used. At most 256 KB.

    It is settled for each client where its applications are edited. If that is only in this service, the answer is
    409 `changed-here`, and people edit them here. If it is only in your own, people are led there, and you send what
    they have changed. Withdrawing is possible in all cases.
    """
    if if_match is None:
        raise WhichVersion
    document.check(application, is_new=False)
    return _shown(
        intake.change(reference, application, client=request.auth, digest=if_match.removeprefix("W/").strip('"')),
        response,
    )


@api.post(
    "/applications/{reference}/withdraw",
    response={200: ApplicationStatus, frozenset({401, 404, 409, 429, 503}): ProblemDetails},
)
def withdraw_application(request: ClientRequest, reference: str, response: HttpResponse) -> ApplicationStatus:
    """Withdraw one of your own applications; its people are told. Doing so again changes nothing."""
    return _shown(intake.withdraw(reference, client=request.auth), response)


@api.get("/events", response={200: EventPage, frozenset({400, 401, 429, 503}): ProblemDetails})
def poll_events(
    request: ClientRequest,
    after: QueryEx[str, P(pattern=r"^[0-9]{1,18}$", description="`next` of the last poll; 0 in the first")] = "0",
    limit: QueryEx[int, P(ge=1, le=MOST_EVENTS, description="How many events at most")] = 100,
) -> EventPage:
    """Return the changes of state of your own applications, each once, in their order; of one application always so.

    Whoever keeps `next` and gives it as `after` misses none. Events come a second or so after what they tell of.
    """
    if set(request.GET) - {"after", "limit"}:  # a misspelt `after` would start from the beginning, time and again
        raise UnknownParameter
    return events.page(request.auth, after=int(after), limit=limit)


def _shown(standing: intake.Standing, response: HttpResponse) -> ApplicationStatus:
    response["ETag"] = f'"{standing.digest}"'
    return standing.status
