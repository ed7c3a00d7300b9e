"""A request whose answer was lost is made again under its key: it is carried out once, and answered alike."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone
from django.utils.crypto import salted_hmac

from applications.changes import CannotChange
from core.transactions import atomically
from upstream.intake import AlreadySent
from upstream.models import ApiClient, IdempotencyRecord
from upstream.schemas import Receipt
from upstream.standing import NotFound

ANSWERS_KEPT = dt.timedelta(hours=48)  # 24 are promised
# What a request meets if an equal one was carried out at the same moment.
OVERTAKEN = (IntegrityError, AlreadySent, CannotChange, NotFound)

Told = TypeVar("Told", bound=Receipt)


class KeyReused(Exception):
    """The idempotency key came with another request before."""


@dataclass(frozen=True)
class Request:
    """What tells whether a request is the same as an earlier one: its key, and all that says what is to be done."""

    key: str
    head: str
    body: bytes

    @property
    def digest(self) -> str:
        """What is kept of it, to be known again."""
        return self.digests[0]

    @property
    def digests(self) -> list[str]:
        """What may be kept of it, under each secret key; that of the active key first."""
        return _digests(self.head.encode() + self.body)

    @property
    def former_digests(self) -> list[str]:
        """What former releases kept of it."""
        return _digests(self.body)


def _digests(content: bytes) -> list[str]:
    # Keyed: from an unkeyed digest the identity codes in the content could be guessed.
    return [
        salted_hmac("upstream.idempotency", content, secret=key, algorithm="sha256").hexdigest()
        for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ]


@dataclass(frozen=True)
class Answer(Generic[Told]):
    """What the client is told, the tag of what it is told of, and whether it was told so before.

    What a former release kept has no tag.
    """

    told: Told
    tag: str
    status_code: int = 200
    replayed: bool = False


def once(
    act: Callable[[], Answer[Told]], kind: type[Told], *, client: ApiClient, request: Request | None
) -> Answer[Told]:
    """Carry out an act that answers in this kind, and answer the same request with the same answer from then on.

    Only what was carried out is kept: what was refused may be tried again. Without `request` (no idempotency key) it
    is simply carried out. Raises KeyReused, and what the act raises.
    """
    if request is None:
        return act()
    if answer := _answered(request, kind, client=client):
        return answer
    atomically(IdempotencyRecord.objects.filter(created_at__lt=timezone.now() - ANSWERS_KEPT).delete)()
    try:
        return _kept(act, client=client, request=request)
    except OVERTAKEN:
        # An equal one may have come at the same time: the database lets one through, and the others wait for it.
        if answer := _answered(request, kind, client=client):
            return answer
        raise


@atomically
def _kept(act: Callable[[], Answer[Told]], *, client: ApiClient, request: Request) -> Answer[Told]:
    answer = act()
    IdempotencyRecord.objects.create(
        client=client,
        key=request.key,
        request_digest=request.digest,
        status_code=answer.status_code,
        answer=answer.told.model_dump(mode="json"),
        tag=answer.tag,
    )
    return answer


def _answered(request: Request, kind: type[Told], *, client: ApiClient) -> Answer[Told] | None:
    record = IdempotencyRecord.objects.filter(client=client, key=request.key).first()
    if record is None:
        return None
    is_former = not record.tag and kind is Receipt  # former releases kept no tags, and took keys for sending only
    if record.request_digest not in (request.former_digests if is_former else request.digests):
        raise KeyReused
    told = {"state" if is_former and name == "status" else name: value for name, value in record.answer.items()}
    return Answer(kind(**told), record.tag, record.status_code, replayed=True)
