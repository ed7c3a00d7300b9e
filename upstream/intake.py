"""The housing system's applications: taken in once each, and followed by the client that sent them."""

from django.db import IntegrityError

import applications.intake
from applications import changes
from applications.document import Document
from applications.enums import State
from applications.models import Application
from core.actors import Actor, Role, Source
from core.transactions import atomically
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
def change(reference: str, document: Document, *, client: ApiClient, digest: str) -> standing.Standing:
    """Put a document in the place of the version whose digest is given, and return how the application stands (R6).

    Raises NotFound, AnotherReference, changes.NotLatest and changes.CannotChangeEnded.
    """
    application = standing.own_application(reference, client=client)
    if application.intake.reference != document.reference:
        raise AnotherReference
    try:
        changes.change(application, document, digest=digest, by=_actor(client))
    except Application.DoesNotExist:  # erased meanwhile
        raise standing.NotFound from None
    return standing.status(reference, client=client)


@atomically
def withdraw(reference: str, *, client: ApiClient) -> standing.Standing:
    """End one of the client's own applications, and return how it stands. A withdrawn one stays withdrawn (R11).

    Raises NotFound, and changes.CannotChangeEnded for one that has ended in another way.
    """
    application = standing.own_application(reference, client=client)
    try:
        changes.withdraw(application, by=_actor(client))
    except changes.CannotChangeEnded:
        application.refresh_from_db(fields=["state"])
        if application.state != State.WITHDRAWN:
            raise
    except Application.DoesNotExist:  # erased meanwhile
        raise standing.NotFound from None
    return standing.status(reference, client=client)


@atomically
def _store(document: Document, *, client: ApiClient) -> Application:
    application = applications.intake.send(document, by=_actor(client))
    Intake.objects.create(client=client, reference=document.reference, application=application)
    return application


def _actor(client: ApiClient) -> Actor:
    return Actor(Role.HOUSING_SYSTEM, Source.HOUSING_SYSTEM, name=client.name)
