"""Who may see an applicant's pages: an identified person who has accepted the terms. They see only their own."""

import functools
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from applications import reading, terms
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

    @property
    def actor(self) -> Actor:
        """The person as the actor of what they do."""
        return person_actor(self.person, self.proof)

    @property
    def applications(self) -> list[Application]:
        """The applications that the person may see, the latest first."""
        return reading.own_applications(self.person)

    def find(self, reference: str) -> tuple[Application, Applicant]:
        """Return one of these applications, and the person's slot in it. Raises Application.DoesNotExist."""
        application = reading.own_application(self.person, reference)
        return application, application.applicant_of(self.person)


def applicant_view(
    view: Callable[Concatenate[HttpRequest, Visitor, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let in identified people who have accepted the current terms; send the others to accept them first."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        person = person_of(request)
        current, accepted = terms.current_with_acceptance(person)
        if not accepted:
            return redirect(with_next("applications:accept_terms", request.path))
        try:
            return view(request, Visitor(person, proof_of(request), current), *args, **kwargs)
        except Application.DoesNotExist:
            limits.count("strange number", str(person.pk), most=MOST_STRANGE_NUMBERS)
            logger.warning("application does not wait for this person", extra={"context": {"person": person.pk}})
            # The same answer whether the application is somebody else's or does not exist (R4).
            return render(request, "applications/not_yours.html", status=404)

    return identified_person_required(guarded)
