"""The outbox: a letter is stored in the transaction of the change that owes it, and delivered later (R20)."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from core import stored
from core.actors import Actor
from core.compiled import Compiled
from core.masking import mask_codes
from core.text import storable
from mailing.enums import Rank, Status, rank_of
from mailing.letter_codes import CODE
from mailing.models import UNENDED, Letter, LetterQuerySet
from mailing.reasons import OF_ADDRESS, UNREACHABLE
from records.enums import Event
from records.names import letter_subject
from records.trail import TrailEvent, append_events

# As the database has it by default. Said here, a statement of many letters takes half as long to write.
UNTRIED = {"attempts": 0, "failure": "", "provider": "", "provider_message_id": ""}


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A letter to be stored: one event (`key`) owes one letter, however often it is queued.

    `message` names a folder of templates/mailing/. `parameters` are plain data: names, numbers, ids, dates.
    Never give a token: what the letter needs besides is computed when it is sent (settings.MAILING_CONTEXT).
    `about` (at most 40 characters) names the matter, and `recipient` (at most 80) names the person as the trail does,
    so that their letters can be found.
    Without an address in `to` it is never sent: it is kept to be read on a page, and told in another way.
    Without `due_at` the letter is due at once.
    """

    key: str
    message: str
    to: str
    language: str
    parameters: Mapping[str, Any]
    about: str = ""
    recipient: str = ""
    due_at: dt.datetime | None = None


def queue_letters(*drafts: Draft, held_at: dt.datetime | None = None, rank: Rank | None = None) -> None:
    """Store letters in the caller's transaction. An event that has a letter already gets no other.

    A personal identity code in the parameters is masked (R17). With `held_at` those with an address do not leave until
    they are released (held.py). Those of a lower rank leave first (ADR 51): the given one, or that of each kind.
    """
    letters = {}
    for draft in drafts:
        letters[draft.key] = letter = Letter(
            key=draft.key,
            message=draft.message,
            to=_masked_value(draft.to),
            language=draft.language,
            parameters=_masked_value(draft.parameters),
            about=draft.about,
            recipient=draft.recipient,
            rank=rank_of(draft.message) if rank is None else rank,
            **UNTRIED,
        )
        letter.code_hash = CODE.hash_of(letter.nonce)
        if not letter.to:
            letter.dropped_at = timezone.now()
        else:
            letter.held_at = held_at
        if draft.due_at is not None:
            letter.due_at = draft.due_at
    # Not ignore_conflicts: SQLite would ignore every constraint, and lose a letter silently.
    stored.insert(letters.values(), unique="key")


def is_unreachable(address: str) -> bool:
    """Tell whether reminders to an address would be for nothing, or unwanted (R14)."""
    return address in unreachable_among([address])


def unreachable_among(addresses: Collection[str]) -> set[str]:
    """Return those of these addresses at which reminders would not arrive, or are unwanted (R14).

    The last letter there whose fate is known came back for a reason that stays, or a letter there was marked as
    junk mail. What is our own fault, and a mailbox that is full, say nothing of the address.
    """
    return {
        letter.to
        for letter in _FATES.rows(addresses=list(addresses))
        if letter.complained_at
        or (letter.status == Status.UNDELIVERABLE and letter.failure in UNREACHABLE | {""})  # "": nobody says why
    }


def _fates(addresses: list[str]) -> QuerySet[Letter]:
    """Return the last letter to each of these addresses whose fate is known, and all that were marked as junk mail."""
    is_known = (
        Q(delivered_at__isnull=False)
        | Q(bounced_at__isnull=False)
        | Q(sent_at__isnull=False, provider="")  # a mail server took it, and reports no more
        | Q(dead_at__isnull=False, failure__in=OF_ADDRESS)
    )
    to_them = Letter.objects.filter(to__in=addresses)
    last = to_them.filter(is_known).values("to").annotate(last=Max("pk")).order_by().values("last")
    return to_them.filter(Q(pk__in=last) | Q(complained_at__isnull=False))


_FATES = Compiled(_fates)


def readdress(letters: LetterQuerySet, *, to: str, language: str) -> None:
    """Let those of these letters that have not left go to another address; one that was delayed begins anew.

    Without an address they are kept to be read, as queue_letters() keeps them. What a worker has in hand just now may
    still go to the former address: then the worker records that it did.
    """
    waiting = letters.filter(UNENDED)
    if not to:
        free = {"lease": None, "leased_until": None}  # a worker that has it in hand comes back too late
        waiting.update(to="", language=language, failure="", failed_at=None, dropped_at=Now(), **free)
        return
    to = _masked_value(to)
    waiting.exclude(to=to).exclude(failure="").update(failure="", failed_at=None, attempts=0, due_at=Now())
    waiting.update(to=to, language=language)


@transaction.atomic
def send_letters_again(letters: LetterQuerySet, *, chain: str, by: Actor) -> int:
    """Make the dead ones of these letters due now, record each in the trail, and return how many there were."""
    dead = list(letters.dead().select_for_update().values_list("pk", flat=True))
    Letter.objects.filter(pk__in=dead).update(dead_at=None, failure="", failed_at=None, attempts=0, due_at=Now())
    append_events(chain, [TrailEvent(Event.LETTER_SENT_AGAIN, letter_subject(pk)) for pk in dead], by=by)
    return len(dead)


def _masked_value(value: Any) -> Any:
    """Return a value with its personal identity codes masked."""
    if isinstance(value, str):
        return mask_codes(storable(value))
    if isinstance(value, Mapping):
        return {str(key): _masked_value(each) for key, each in value.items()}
    if isinstance(value, Iterable):
        return [_masked_value(each) for each in value]
    return value
