"""Access to the pages of the desk, and finding what their addresses name."""

import functools
from collections.abc import Callable, Mapping
from typing import Any, Concatenate, ParamSpec

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_cache_control

from applications.models import Applicant, Application, IdCheck
from core.actors import Actor
from counter.desk import kept_results, unsent
from counter.roles import staff_actor
from identity.models import Account, User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
Page = tuple[str, Callable[..., HttpResponseBase], str]  # route under the desk, view, name

ERASED = (Application.DoesNotExist, Applicant.DoesNotExist, IdCheck.DoesNotExist, Account.DoesNotExist)


def desk_view(*permissions: str) -> Callable[[View[P]], View[P]]:
    """Let in staff who have all these permissions, answer others with 403, and keep the page out of caches.

    The site itself has asked for both factors before. What is erased while the page is at work on it is not found.
    """

    def decorate(view: View[P]) -> View[P]:
        @functools.wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not staff_of(request).has_perms(permissions):
                raise PermissionDenied
            unsent.take_unsent(request)
            try:
                response = view(request, *args, **kwargs)
            except ERASED:
                raise Http404 from None
            unsent.tell_undone(request)  # where the view led on
            patch_cache_control(response, no_store=True, private=True)
            return response

        guarded.shows_unsent = True  # type: ignore[attr-defined]  # read by identity.unsent_forms
        return guarded

    return decorate


def staff_of(request: HttpRequest) -> User:
    """Return the member of staff who is at the desk. Raises PermissionDenied if nobody is logged in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def desk_actor(request: HttpRequest) -> Actor:
    """Return the member of staff who is at the desk as an actor. Raises PermissionDenied as staff_of() does."""
    return staff_actor(staff_of(request))


def desk_page(request: HttpRequest, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """Render a page of the desk within the admin. The context has its `title`, which never shows a code (R17).

    Its `form` is filled with what had been typed when the session ended.
    """
    unsent.show_unsent(request, context)
    unsent.tell_undone(request)
    results = functools.partial(kept_results.latest_token, request.session, context.get("application"))
    shown = {**admin.site.each_context(request), "latest_results": results, **context}
    return render(request, template, shown, status=status)


def is_for_customer(request: HttpRequest) -> bool:
    """Tell whether the page is for the customer to read, on the screen or on paper."""
    return request.method != "POST" and request.GET.get("show") == "customer"


def person_page(
    request: HttpRequest, slot: Applicant, name: str, context: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    """Render the desk's page of that name about somebody, or its `part` that they read themselves."""
    shown = {**context, "slot": slot, "me": slot, "application": slot.version.application}
    template = "customer" if is_for_customer(request) else name
    return desk_page(request, f"counter/desk/{template}.html", shown, status=status)


def find_application(reference: str) -> Application:
    """Return an application with its people, in two queries. Raises Http404."""
    application = Application.objects.with_people().filter(reference=reference).first()
    if application is None:
        raise Http404
    application.version.application = application  # so that a slot does not fetch it again
    return application


def find_slot(reference: str, position: int) -> Applicant:
    """Return one person's slot in the current version, in two queries. Raises Http404.

    The application, with everybody who applies, is its `version.application`.
    """
    for applicant in find_application(reference).applicants:
        if applicant.position == position:
            return applicant
    raise Http404
