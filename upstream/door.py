"""Who may ask, how often, and in which form a body comes."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja.params.models import Query
from ninja.parser import Parser
from ninja.security.base import AuthBase

from identity import limits
from identity.limits import Left, TooMany
from upstream import clients, strict_json
from upstream.models import ApiClient
from upstream.problems import Unauthorised, UnknownParameter, WrongContentType

REFUSALS_A_MINUTE = 30  # by one address


@dataclass
class Allowance:
    """How many requests a client may make within a minute, and what is left of them once this one was counted."""

    most: int
    left: Left | None = None


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
        allowance = Allowance(client.requests_a_minute)
        request.allowance = allowance  # type: ignore[attr-defined]  # for show_allowance, whatever becomes of it
        try:
            allowance.left = limits.count("api", str(client.pk), most=allowance.most)
        except TooMany as refused:
            allowance.left = Left(0, refused.retry_after)
            raise
        return client


def show_allowance(request: HttpRequest, response: HttpResponseBase) -> None:
    """Tell a client how many requests it has left (draft-ietf-httpapi-ratelimit-headers).

    Every answer of an operation does; those to unknown paths and methods are not counted.
    """
    allowance: Allowance | None = getattr(request, "allowance", None)
    if allowance and allowance.left:
        response["RateLimit-Policy"] = f'"requests";q={allowance.most};w={limits.MINUTE}'
        response["RateLimit"] = f'"requests";r={allowance.left.tries};t={allowance.left.seconds}'


def only_known_parameters(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Let an operation refuse a query with a parameter that it does not take. Raises UnknownParameter.

    A misspelt filter would list them all, and a misspelt `after` begin anew each time.
    """
    given = inspect.signature(operation).parameters.items()
    known = {name for name, one in given if any(isinstance(of, Query) for of in get_args(one.annotation)[1:])}

    @functools.wraps(operation)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if unknown := [name for name in request.GET if name not in known]:
            raise UnknownParameter(unknown)
        return operation(request, *args, **kwargs)

    return answer


class StrictParser(Parser):
    """Reads bodies that are declared as JSON, and only strict JSON."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != "application/json":
            raise WrongContentType
        return strict_json.loads(request.body)
