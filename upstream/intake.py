"""The housing system's applications: taken in once each, and followed by the client that sent them."""

from django.db import IntegrityError, transaction

import applications.intake
from applications import changes, present, reading
from applications.document import Document
from applications.enums import State
from applications.models import Application
from applications.trail import ApplicationEvent, record_events
from core.actors import Actor, Role, Source
from core.transactions import atomically
from records.enums import Event
from upstream import standing
from upstream.models import ApiClient, Intake


class AlreadySent(Exception):
    """The client has sent an application of this reference before."""

    def __init__(self, application: Application) -> None:
        super().__init__("Already sent")
        self.application = application


class AnotherReference(Exception):
    """The body names another application than the address does."""


def receive(document: Document, *, client: ApiClient) -> Application:
    """Take in an application once: the client's own reference prevents storing it twice. Raises AlreadySent."""
    try:
        return _store(document, client=client)
    except IntegrityError:
        # It came before, or at the same time: the database lets one through, and the others wait for it.
        intakes = Intake.objects.filter(client=client, reference=document.reference)
        if earlier := intakes.select_related("application").first():
            raise AlreadySent(earlier.application) from None
        raise


@atomically
def change(reference: str, document: Document, *, client: ApiClient, tag: str) -> standing.Standing:
    """Put a document in the place of the one with this tag, and return how the application stands (changes.put).

    An application that was filled in here gets the client's own number with it. Raises NotFound, AnotherReference,
    AlreadySent, changes.EditedOnlyHere, changes.NotLatest and changes.CannotChangeEnded.
    """
    intake = standing.own_intake(reference, client=client)
    reading.lock_several([intake.application_id])
    try:
        intake.refresh_from_db(fields=["reference"])
        _give_number(intake, document.reference)
        changes.put(intake.application, document, tag=tag, by=actor_of(client))
    except (Intake.DoesNotExist, Application.DoesNotExist):  # erased meanwhile
        raise standing.NotFound from None
    return standing.status(reference, client=client)


@atomically
def read(reference: str, *, client: ApiClient) -> tuple[Document, str]:
    """Return one of the client's own applications as it is known here, and its tag. Reading is recorded (R16).

    Raises NotFound.
    """
    intake = standing.own_intake(reference, client=client)
    try:
        application = reading.locked(intake.application_id)
    except Application.DoesNotExist:  # erased meanwhile
        raise standing.NotFound from None
    record_events(application, ApplicationEvent(Event.DOCUMENT_READ), by=actor_of(client))
    number = intake.reference or application.number
    document = present.known_document(application).model_copy(update={"reference": number})
    return document, present.tag(application)


@atomically
def withdraw(reference: str, *, client: ApiClient) -> standing.Standing:
    """End one of the client's own applications, and return how it stands. A withdrawn one stays withdrawn (R11).

    Raises NotFound, and changes.CannotChangeEnded for one that has ended in another way.
    """
    application = standing.own_intake(reference, client=client).application
    try:
        changes.withdraw(application, by=actor_of(client))
    except changes.CannotChangeEnded:
        application.refresh_from_db(fields=["state"])
        if application.state != State.WITHDRAWN:
            raise
    except Application.DoesNotExist:  # erased meanwhile
        raise standing.NotFound from None
    return standing.status(reference, client=client)


@atomically
def _store(document: Document, *, client: ApiClient) -> Application:
    application = applications.intake.send(document, by=actor_of(client), origin=client.origin)
    Intake.objects.create(client=client, reference=document.reference, application=application)
    return application


def _give_number(intake: Intake, number: str) -> None:
    """Let an application without a client's number have this one, unless it is ours.

    The caller has locked the application. Raises AnotherReference and AlreadySent.
    """
    if number in {intake.reference, None if intake.reference else intake.application.number}:
        return
    if intake.reference is not None:
        raise AnotherReference
    try:
        with transaction.atomic():
            Intake.objects.filter(pk=intake.pk).update(reference=number)
    except IntegrityError:
        earlier = Intake.objects.select_related("application").get(client=intake.client_id, reference=number)
        raise AlreadySent(earlier.application) from None


def actor_of(client: ApiClient) -> Actor:
    """Return who acts when a client sends, changes or withdraws."""
    return Actor(Role.HOUSING_SYSTEM, Source.HOUSING_SYSTEM, name=client.name)
