"""The housing system's applications: taken in once each, and followed by the client that sent them."""

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError
from django.utils import timezone
from django.utils.crypto import salted_hmac

import applications.intake
from applications import changes, present
from applications.document import Document
from applications.enums import State
from applications.models import Application
from applications.trail import ApplicationEvent, record_events
from core.actors import Actor, Role, Source
from core.transactions import atomically
from records.enums import Event
from upstream import standing
from upstream.models import ApiClient, IdempotencyRecord, Intake
from upstream.schemas import Receipt

ANSWERS_KEPT = dt.timedelta(hours=48)  # 24 are promised


class KeyReused(Exception):
    """The idempotency key came with another body before."""


class AlreadySent(Exception):
    """The client has sent an application of this reference before."""

    def __init__(self, application: Application) -> None:
        super().__init__("Already sent")
        self.application = application


class AnotherReference(Exception):
    """The body names another application than the address does."""


@dataclass(frozen=True)
class Request:
    """What tells whether a request is the same as an earlier one: its key, and the bytes of its body."""

    key: str
    body: bytes

    @property
    def digest(self) -> str:
        """A keyed digest of the body: from an unkeyed one the identity codes in it could be guessed."""
        return salted_hmac("upstream.idempotency", self.body, algorithm="sha256").hexdigest()


@dataclass(frozen=True)
class Answer:
    """What the client is told, and whether it was told so before."""

    receipt: Receipt
    status_code: int = 201
    replayed: bool = False


def receive(document: Document, *, client: ApiClient, request: Request | None = None) -> Answer:
    """Take in an application once, and answer the same request with the same answer.

    Without `request` (no idempotency key), the client's own reference still prevents storing an application twice.
    Raises KeyReused or AlreadySent.
    """
    if request:
        if answer := _answered(request, client=client):
            return answer
        IdempotencyRecord.objects.filter(created_at__lt=timezone.now() - ANSWERS_KEPT).delete()
    try:
        receipt = _store(document, client=client, request=request)
    except IntegrityError:
        # It came before, or at the same time: the database lets one through, and the others wait for it.
        if request and (answer := _answered(request, client=client)):
            return answer
        intakes = Intake.objects.filter(client=client, reference=document.reference)
        if earlier := intakes.select_related("application").first():
            raise AlreadySent(earlier.application) from None
        raise
    return Answer(receipt)


@atomically
def change(reference: str, document: Document, *, client: ApiClient, tag: str) -> standing.Standing:
    """Put a document in the place of the one with this tag, and return how the application stands (changes.put).

    An application that was filled in here gets the client's own number with it. Raises NotFound, AnotherReference,
    AlreadySent, changes.NotLatest and changes.CannotChangeEnded.
    """
    application = standing.own_application(reference, client=client)
    _check_number(application, document.reference)
    try:
        changes.put(application, document, tag=tag, by=actor_of(client))
    except Application.DoesNotExist:  # erased meanwhile
        raise standing.NotFound from None
    return standing.status(reference, client=client)


@atomically
def read(reference: str, *, client: ApiClient) -> tuple[Document, str]:
    """Return one of the client's own applications as it is known here, and its tag. Reading is recorded (R16).

    Raises NotFound.
    """
    application = standing.own_application(reference, client=client)
    record_events(application, ApplicationEvent(Event.DOCUMENT_READ), by=actor_of(client))
    number = application.intake.reference or application.number
    document = present.known_document(application).model_copy(update={"reference": number})
    return document, present.tag(application)


@atomically
def withdraw(reference: str, *, client: ApiClient) -> standing.Standing:
    """End one of the client's own applications, and return how it stands. A withdrawn one stays withdrawn (R11).

    Raises NotFound, and changes.CannotChangeEnded for one that has ended in another way.
    """
    application = standing.own_application(reference, client=client)
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
def _store(document: Document, *, client: ApiClient, request: Request | None) -> Receipt:
    application = applications.intake.send(document, by=actor_of(client))
    Intake.objects.create(client=client, reference=document.reference, application=application)
    receipt = standing.receipt_of(application)
    if request:
        IdempotencyRecord.objects.create(
            client=client,
            key=request.key,
            body_digest=request.digest,
            status_code=201,
            answer=receipt.model_dump(mode="json"),
        )
    return receipt


def _check_number(application: Application, number: str) -> None:
    """Let an application without a client's number have this one. Raises AnotherReference and AlreadySent."""
    intake = application.intake
    if intake.reference is None and number != application.number:
        earlier = (
            Intake.objects.filter(client=intake.client_id, reference=number).select_related("application").first()
        )
        if earlier is not None:
            raise AlreadySent(earlier.application)
        intake.reference = number
        intake.save(update_fields=["reference"])
    elif number != (intake.reference or application.number):
        raise AnotherReference


def actor_of(client: ApiClient) -> Actor:
    """Return who acts when a client sends, changes or withdraws."""
    return Actor(Role.HOUSING_SYSTEM, Source.HOUSING_SYSTEM, name=client.name)


def _answered(request: Request, *, client: ApiClient) -> Answer | None:
    record = IdempotencyRecord.objects.filter(client=client, key=request.key).first()
    if record is None:
        return None
    if record.body_digest != request.digest:
        raise KeyReused
    return Answer(Receipt(**record.answer), status_code=record.status_code, replayed=True)
