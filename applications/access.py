"""Who may see an applicant's page: an identified person who has accepted the terms, and only their own applications."""

import functools
import logging
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from applications import terms
from applications.models import Application, Terms
from identity import limits
from identity.access import identified_person_required, person_of, proof_of
from identity.models import Person
from identity.proof import Proof
from identity.redirects import with_next

P = ParamSpec("P")
MOST_STRANGE_NUMBERS = 30  # a minute and person

logger = logging.getLogger(__name__)


class ApplicantRequest(HttpRequest):
    """A request of a person who is identified and has accepted the terms."""

    person: Person
    proof: Proof
    terms: Terms


def applicant_view(
    view: Callable[Concatenate[ApplicantRequest, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Let only identified people in who have accepted the current terms; the others first go and do so."""

    @identified_person_required
    @functools.wraps(view)
    def guarded(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        request.person = person_of(request)
        request.proof = proof_of(request)
        request.terms, accepted = terms.current_with_acceptance(request.person)
        if not accepted:
            return redirect(with_next("applications:accept_terms", request.path))
        try:
            return view(request, *args, **kwargs)
        except Application.DoesNotExist:
            return _not_yours(request)

    return guarded


def _not_yours(request: ApplicantRequest) -> HttpResponse:
    """Answer alike for an application of others and for none at all (R4)."""
    limits.count("strange number", str(request.person.pk), most=MOST_STRANGE_NUMBERS)
    logger.warning("application does not wait for this person", extra={"context": {"person": request.person.pk}})
    return render(request, "applications/not_yours.html", status=404)
