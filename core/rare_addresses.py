"""Addresses that many a process never serves: their views are imported when somebody asks for the first of them."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLResolver
from django.urls.resolvers import RoutePattern
from django.utils.module_loading import import_string


class RareAddresses(URLResolver):
    """All addresses of one namespace: `include()` with a module that is not imported yet."""

    def __init__(self, route: str, urlconf: str, *, namespace: str) -> None:
        pattern = RoutePattern(route, is_endpoint=False)
        super().__init__(pattern, urlconf, app_name=namespace, namespace=namespace)

    def _populate(self) -> None:
        """Do nothing for the resolver above, which needs the name only; reverse() makes one of its own of this."""


class RareViews:
    """Stands for a module of views in a list of addresses."""

    def __init__(self, module: str) -> None:
        self.module = module

    def __getattr__(self, name: str) -> "RareView":
        return RareView(f"{self.module}.{name}")


class RareView:
    """A view with all its marks, by its dotted path."""

    def __init__(self, path: str) -> None:
        self.path = path

    @cached_property
    def view(self) -> Any:
        return import_string(self.path)

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = self.view(request, *args, **kwargs)
        return response

    def __getattr__(self, mark: str) -> Any:
        if mark in {"view_class", "__name__"}:  # for these Django asks each view of a list of addresses
            raise AttributeError(mark)
        return getattr(self.view, mark)
