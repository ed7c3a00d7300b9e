"""How a client's own applications stand."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from applications import references
from applications.enums import RepresentativeKind
from applications.models import Applicant, Application
from identity.enums import Method
from upstream.models import ApiClient
from upstream.schemas import ApplicantStatus, ApplicationStatus, Progress, Receipt


class NotFound(Exception):
    """There is no such application, or another client sent it: nobody learns which."""


@dataclass(frozen=True)
class Standing:
    """How an application stands, and the digest of its current version, by which a change names what it changes."""

    status: ApplicationStatus
    digest: str


def status(reference: str, *, client: ApiClient) -> Standing:
    """Return how one of the client's own applications stands; it names nobody. Raises NotFound."""
    application = own_application(reference, client=client)
    return Standing(
        ApplicationStatus(
            **receipt_of(application).model_dump(),
            applicants=[
                ApplicantStatus(
                    position=a.position,
                    progress=_progress(a),
                    representative=(
                        RepresentativeKind(a.confirmed.representative)
                        if a.confirmed and a.confirmed.representative
                        else None
                    ),
                    method=Method(a.confirmed.method) if a.confirmed else None,
                )
                for a in application.applicants
            ],
        ),
        application.version.digest,
    )


def own_application(reference: str, *, client: ApiClient) -> Application:
    """Return one of the client's own applications with its people. Raises NotFound."""
    own = Application.objects.with_people().select_related("intake").filter(intake__client=client)
    application = own.filter(reference=references.normalise_reference(reference)).first()
    if application is None:
        raise NotFound
    return application


def receipt_of(application: Application) -> Receipt:
    """Return what a client is told of an application that is here."""
    with translation.override(application.language):
        path = reverse("applications:enter", args=[application.reference])
    return Receipt(
        reference=application.number,
        status=application.status,
        valid_until=application.valid_until,
        confirm_link=settings.PUBLIC_URL + path,
    )


def _progress(applicant: Applicant) -> Progress:
    if applicant.confirmed:
        return Progress.CONFIRMED
    if not applicant.is_adult:
        return Progress.NOT_NEEDED
    return Progress.COUNTER_ONLY if applicant.only_at_counter else Progress.WAITING
