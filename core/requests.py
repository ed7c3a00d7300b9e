"""The HTTP methods to which a page with a form answers, the form it then shows, and where reading a button's leads."""

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_http_methods

F = TypeVar("F", bound=forms.Form)
P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)
# The id of the form on pages that show it again when asked to (form_of), in the context `typed_form` of base.html.
TYPED = "typed"

# Reading shows the page, and its form is sent to the same address.
read_or_act = require_http_methods(["GET", "HEAD", "POST"])


def is_shown_again(request: HttpRequest) -> bool:
    """Tell whether the form was sent by a button that only shows the page again (base.html)."""
    return request.method == "POST" and "show" in request.POST


def form_of(request: HttpRequest, form: Callable[..., F], **options: Any) -> F:
    """Return the form of a page with what was sent.

    Where the page is only shown again, in another language or for longer, the form holds what is typed, and nothing of
    it is checked or done.
    """
    if request.method != "POST":
        return form(**options)
    if is_shown_again(request):
        return form(**{**options, "initial": request.POST.dict()})
    return form(request.POST, **options)


def act_of(
    page: str, *kept: str
) -> Callable[[Callable[Concatenate[HttpRequest, P], R]], Callable[Concatenate[HttpRequest, P], R | HttpResponse]]:
    """Hand only POSTs to the view of a button, and lead whoever reads its address to the page that shows the button.

    People come there by Back, a bookmark, or the language links of an error. `page` is the name of that page's
    address; it takes from ours the parts that `kept` names, and the query.
    """

    def decorate(
        view: Callable[Concatenate[HttpRequest, P], R],
    ) -> Callable[Concatenate[HttpRequest, P], R | HttpResponse]:
        @functools.wraps(view)
        def acts(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> R | HttpResponse:
            if request.method == "POST":
                return view(request, *args, **kwargs)
            parts: dict[str, Any] = {name: kwargs[name] for name in kept}
            return HttpResponseRedirect(reverse(page, kwargs=parts, query=request.GET))

        acts.shown_on, acts.kept = page, kept  # type: ignore[attr-defined]  # read by who leads back to that page
        return read_or_act(acts)

    return decorate
