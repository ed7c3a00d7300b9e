"""The guard of POSTs before sign-in, where a CSRF token would need a cookie of its own."""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core.requests import read_or_act

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def same_origin_post(view: View[P]) -> View[P]:
    """Let only POSTs from our own pages through to the view; others are answered 403.

    What the browser says of where a request comes from cannot be set by a page. A browser that says
    nothing at all sends Lax cookies with our own POSTs only: the acceptance cookie is the guard then.
    """

    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not is_same_origin(request):
            raise PermissionDenied("The request comes from elsewhere")
        return view(request, *args, **kwargs)

    return csrf_exempt(require_POST(guarded))


def same_origin_forms(view: View[P]) -> View[P]:
    """Let a page be read by everybody, and its form be sent from our own pages only; others are answered 403."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method == "POST" and not is_same_origin(request):
            raise PermissionDenied("The request comes from elsewhere")
        return view(request, *args, **kwargs)

    return csrf_exempt(read_or_act(guarded))


def is_same_origin(request: HttpRequest) -> bool:
    """Tell whether the browser says that the request comes from a page of ours, or says nothing."""
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
