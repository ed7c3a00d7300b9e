"""How a client's own applications stand."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Prefetch
from django.urls import reverse
from django.utils import translation

from applications import present, progress, references
from applications.enums import Happened, RepresentativeKind, State
from applications.models import Applicant, Application, ApplicationQuerySet, Happening
from core.actors import Source
from identity.enums import Method
from mailing.enums import Status
from upstream.models import ApiClient, Intake
from upstream.schemas import (
    ApplicantStatus,
    ApplicationStatus,
    HistoryEntry,
    InvitationState,
    InvitationStatus,
    Progress,
    Receipt,
)


class NotFound(Exception):
    """There is no such application, or another client sent it: nobody learns which."""


@dataclass(frozen=True)
class Standing:
    """How an application stands, and the tag of its present content, by which a change names what it changes."""

    status: ApplicationStatus
    tag: str


def status(reference: str, *, client: ApiClient) -> Standing:
    """Return how one of the client's own applications stands; it names nobody. Raises NotFound."""
    own = own_applications(client).filter(reference=references.normalise_reference(reference))
    application = own.first()
    if application is None:
        raise NotFound
    [found] = statuses([application])
    return Standing(found, present.tag(application))


def statuses(applications: Iterable[Application]) -> list[ApplicationStatus]:
    """Return how these applications stand, which own_applications() has fetched, in one query more."""
    found = list(applications)
    lost = progress.lost_invitations(found, of={Status.UNDELIVERABLE})
    return [
        ApplicationStatus(
            **receipt_of(application).model_dump(),
            client_reference=application.intake.reference,
            version=application.version.number,
            digest=application.version.digest,
            sent_at=application.sent_at,
            changed_at=application.version.created_at,
            awaited=[a.position for a in application.applicants if application.can_confirm(a)],
            applicants=[_applicant(a, application, is_lost=a.pk in lost) for a in application.applicants],
            history=[
                HistoryEntry(
                    type=Happened(one.kind),
                    time=one.at,
                    state=State(one.state),
                    version=one.version.number,
                    by=Source(one.source),
                    position=one.applicant.position if one.applicant else None,
                )
                for one in application.happenings.all()
            ],
        )
        for application in found
    ]


def own_applications(client: ApiClient) -> ApplicationQuerySet:
    """Return the client's own applications with all that a status tells, in a constant number of queries."""
    happenings = Happening.objects.select_related("version", "applicant").order_by("pk")
    bare = happenings.defer("version__content", "applicant__hetu")
    return own_with_applicants(client).with_emails_held().prefetch_related(Prefetch("happenings", bare))


def own_with_applicants(client: ApiClient) -> ApplicationQuerySet:
    """Return the client's own applications with their people and the client's numbers of them."""
    return Application.objects.with_applicants().select_related("intake").filter(intake__client=client)


def own_intake(reference: str, *, client: ApiClient) -> Intake:
    """Return what links one of the client's own applications to it, with the bare application. Raises NotFound."""
    own = Intake.objects.filter(client=client, application__reference=references.normalise_reference(reference))
    intake = own.select_related("application").first()
    if intake is None:
        raise NotFound
    return intake


def receipt_of(application: Application) -> Receipt:
    """Return what a client is told of an application that is here."""
    with translation.override(application.language):
        path = reverse("applications:enter", args=[application.reference])
    return Receipt(
        reference=application.number,
        state=application.status,
        valid_until=application.valid_until,
        confirm_link=settings.PUBLIC_URL + path,
    )


def _applicant(applicant: Applicant, application: Application, *, is_lost: bool) -> ApplicantStatus:
    confirmed = applicant.confirmed
    return ApplicantStatus(
        position=applicant.position,
        progress=_progress(applicant),
        representative=(
            RepresentativeKind(confirmed.representative) if confirmed and confirmed.representative else None
        ),
        method=Method(confirmed.method) if confirmed else None,
        confirmed_at=confirmed.confirmed_at if confirmed else None,
        declined_at=applicant.declined_at,
        invitation=(
            _invitation(applicant, is_lost=is_lost, held_at=application.emails_held_at)
            if application.can_confirm(applicant)
            else None
        ),
    )


def _invitation(applicant: Applicant, *, is_lost: bool, held_at: dt.datetime | None) -> InvitationStatus | None:
    live = applicant.live_invitation
    if live is None:
        return None
    if is_lost:
        state = InvitationState.UNDELIVERABLE
    elif live.opened_at:
        state = InvitationState.OPENED
    else:
        state = InvitationState.HELD if held_at and live.created_at <= held_at else InvitationState.SENT
    sent_at = None if state == InvitationState.HELD else live.created_at
    return InvitationStatus(state=state, sent_at=sent_at, opened_at=live.opened_at)


def _progress(applicant: Applicant) -> Progress:
    if applicant.confirmed:
        return Progress.CONFIRMED
    if not applicant.is_adult:
        return Progress.NOT_NEEDED
    if applicant.declined_at:
        return Progress.DECLINED
    return Progress.COUNTER_ONLY if applicant.only_at_counter else Progress.WAITING
