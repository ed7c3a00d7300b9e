"""The HTTP methods to which a page with a form answers, and the form that it then shows."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.http import HttpRequest
from django.views.decorators.http import require_http_methods

F = TypeVar("F", bound=forms.Form)
# The id of the form on pages that show it again when asked to (form_of), in the context `typed_form` of base.html.
TYPED = "typed"

# Reading shows the page, and its form is sent to the same address.
read_or_act = require_http_methods(["GET", "HEAD", "POST"])


def form_of(request: HttpRequest, form: Callable[..., F], **options: Any) -> F:
    """Return the form of a page with what was sent.

    `show` is sent by the buttons that only show the page again, in another language or for longer (base.html). Then
    the form holds what is typed, and nothing of it is checked or done.
    """
    if request.method != "POST":
        return form(**options)
    if "show" in request.POST:
        return form(**{**options, "initial": request.POST.dict()})
    return form(request.POST, **options)
