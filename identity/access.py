"""The door of the pages that need an identified person."""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.cache import patch_cache_control

from core.actors import Actor
from identity import proof
from identity.models import Person, User
from identity.people import person_actor
from identity.proof import Proof
from identity.redirects import with_next

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def identified_person_required(view: View[P]) -> View[P]:
    """Lead everybody who is not identified, also staff, to the identification, and keep the page out of caches.

    Within the view, person_of(), proof_of() and actor_of() may be called. A POST whose session has ended never comes
    here: IdleMiddleware leads it to a page that says so.
    """

    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        response: HttpResponseBase
        if is_identified(request):
            response = view(request, *args, **kwargs)
        else:
            response = redirect(with_next("identity:identify", request.get_full_path()))
        patch_cache_control(response, no_store=True, private=True)
        return response

    guarded.after_end = "identity:session_ended"  # type: ignore[attr-defined]  # read by IdleMiddleware
    return guarded


def is_identified(request: HttpRequest) -> bool:
    """Tell whether an identified person is signed in. Without a session cookie, this reads nothing."""
    return isinstance(request.user, User) and hasattr(request.user, "person") and bool(_proof(request))


def person_of(request: HttpRequest) -> Person:
    """Return the person who is signed in. Only for use behind identified_person_required."""
    if not isinstance(request.user, User):
        raise TypeError("Nobody is signed in")
    return request.user.person


def identified_person(request: HttpRequest) -> Person | None:
    """Return the identified person, or None, for pages that do not need one."""
    return person_of(request) if is_identified(request) else None


def proof_of(request: HttpRequest) -> Proof:
    """Return how the person was identified. Only for use behind identified_person_required."""
    found = _proof(request)
    if found is None:
        raise TypeError("Nobody is identified")
    return found


def actor_of(request: HttpRequest) -> Actor:
    """Return the person who is signed in as an actor. Only for use behind identified_person_required."""
    return person_actor(person_of(request), proof_of(request))


def _proof(request: HttpRequest) -> Proof | None:
    return proof.of_session(request.session)
