"""The guard of POSTs before sign-in, when a CSRF token would need a cookie of its own."""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from core.requests import read_or_act

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def same_origin_forms(view: View[P]) -> View[P]:
    """Let everybody read a page, but let only our own pages send its form; others are answered 403.

    No site can change what the browser says about the origin of a request. A browser that says nothing sends Lax
    cookies only with our own POSTs, so that the acceptance cookie is the guard.
    """

    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method == "POST" and not is_same_origin(request):
            raise PermissionDenied("The request comes from elsewhere")
        return view(request, *args, **kwargs)

    return csrf_exempt(read_or_act(guarded))


def names_own_origin(request: HttpRequest) -> bool:
    """Tell whether the browser says that the request comes from one of our pages. Some say nothing."""
    says = any(name in request.headers for name in ("Sec-Fetch-Site", "Origin", "Referer"))
    return says and is_same_origin(request)


def is_same_origin(request: HttpRequest) -> bool:
    """Tell whether the request comes from one of our pages, or the browser does not say where from."""
    own = (request.scheme, request.get_host())
    if site := request.headers.get("Sec-Fetch-Site"):
        return site in {"same-origin", "none"}
    if (source := request.headers.get("Origin") or request.headers.get("Referer")) is None:
        return True
    try:
        parts = urlsplit(source)
    except ValueError:
        return False
    return (parts.scheme, parts.netloc) == own
