"""The housing system's API (J8): it sends, follows, changes and withdraws applications. No cookies."""

import functools
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from upstream import description, page
from upstream.door import BearerToken, StrictParser, only_known_parameters, show_allowance
from upstream.operations import applications, bulk, events
from upstream.problem_kinds import METHOD_NOT_ALLOWED, NOT_FOUND
from upstream.problems import ANSWERS, problem


class Api(NinjaAPI):
    """django-ninja, with problem details instead of its own error answers."""

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        patterns, app_name, namespace = super().urls
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                pattern.callback = _as_problems(pattern.callback)
        people = path("", _as_problems(functools.partial(page.for_people, api=self)), name="people")
        return [people, *patterns, re_path("", _as_problems(_unknown_path), name="unknown-path")], app_name, namespace

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        return description.completed(super().get_openapi_schema(**options))


def _as_problems(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @csrf_exempt  # cookies mean nothing here
    @functools.wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            response = _unknown_path(request)
        if response.status_code == 405:
            response = problem(METHOD_NOT_ALLOWED, Allow=response["Allow"])
        response.headers.setdefault("Cache-Control", "no-store")
        response["Content-Language"] = page.LANGUAGE  # whatever the reader’s is
        show_allowance(request, response)
        return response

    return answer


def _unknown_path(_request: HttpRequest) -> HttpResponse:
    return problem(NOT_FOUND)


api = Api(
    title="Heka Confirm",
    version="1",
    urls_namespace="api",
    docs_url=None,  # its page loads scripts from elsewhere
    docs_decorator=require_safe,
    auth=BearerToken(),
    parser=StrictParser(),
)
for kind, answer in ANSWERS.items():
    api.add_exception_handler(kind, lambda _request, error, answer=answer: answer(error))  # type: ignore[misc]
api.add_decorator(only_known_parameters)
api.add_router("", applications.router)
api.add_router("", bulk.router)
api.add_router("", events.router)
