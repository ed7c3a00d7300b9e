"""Who may ask, how often, and in which form a body comes."""

from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser
from ninja.security.base import AuthBase

from identity import limits
from upstream import clients, strict_json
from upstream.models import ApiClient
from upstream.problems import Unauthorised, WrongContentType

REQUESTS_A_MINUTE = 300  # by one client
REFUSALS_A_MINUTE = 30  # by one address


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
