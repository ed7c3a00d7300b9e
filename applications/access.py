"""Who may see an applicant's pages: an identified person who has accepted the terms. They see only their own."""

import functools
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from applications import reading
from applications.models import Applicant, Application, Terms
from core.actors import Actor
from identity import limits
from identity.access import identified_person_required, person_of, proof_of
from identity.models import Person
from identity.people import person_actor
from identity.proof import Proof
from identity.redirects import with_next

P = ParamSpec("P")
MOST_STRANGE_NUMBERS = 30  # a minute and person

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Visitor:
    """An identified person, how they were identified, and the terms that they have accepted."""

    person: Person
    proof: Proof
    terms: Terms
    applications: list[Application]  # those that the person may see, the latest first, or the one that was asked for

    @property
    def actor(self) -> Actor:
        """The person as the actor of what they do."""
        return person_actor(self.person, self.proof)

    def find(self, reference: str) -> tuple[Application, Applicant]:
        """Return one of these applications, and the person's slot in it. Raises Application.DoesNotExist."""
        for application in self.applications:
            if application.reference == reference:
                return application, application.applicant_of(self.person)
        raise Application.DoesNotExist


def applicant_view(
    view: Callable[Concatenate[HttpRequest, Visitor, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let in identified people who have accepted the current terms; send the others to accept them first."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        person = person_of(request)
        own = reading.own(person, str(kwargs.get("reference", "")))
        if not own.has_accepted:
            return redirect(with_next("applications:accept_terms", request.path))
        try:
            return view(request, Visitor(person, proof_of(request), own.terms, own.applications), *args, **kwargs)
        except Application.DoesNotExist:
            limits.count("strange number", str(person.pk), most=MOST_STRANGE_NUMBERS)
            logger.warning("application does not wait for this person", extra={"context": {"person": person.pk}})
            # The same answer whether the application is somebody else's or does not exist (R4).
            return render(request, "applications/not_yours.html", status=404)

    return identified_person_required(guarded)
