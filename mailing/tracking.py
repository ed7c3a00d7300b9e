"""What became of a letter after it left: the provider's webhooks, read by anymail.

The same event may come twice, in any order, and before we have recorded that the letter was sent.
"""

import datetime as dt
import logging
from typing import Any

from anymail.signals import AnymailTrackingEvent, tracking
from django.db import transaction
from django.db.models import Q
from django.dispatch import receiver
from django.utils import timezone

from core.text import storable
from mailing import stops, tries
from mailing.enums import Failure, Fate
from mailing.models import Letter, TrackingEvent
from mailing.reasons import OURS, REFUSES_US
from mailing.reports import judge_report
from mailing.sending import LONGEST_MESSAGE_ID

logger = logging.getLogger("mailing")

UNKNOWN_TIME = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)  # of events without a time, so that each is still kept once
KEPT_FOR = dt.timedelta(days=7)  # events of unknown letters: somebody else uses the same account
CAME_BACK = (Fate.BOUNCED, Fate.REJECTED, Fate.FAILED)
# After what was taken came back by our fault, three days in all. Few: whoever forwards their mail has a copy of each.
RETURNED_DELAYS = tuple(dt.timedelta(hours=hours) for hours in (1, 6, 24, 41))


@receiver(tracking, dispatch_uid="mailing")
def follow(sender: Any, event: AnymailTrackingEvent, esp_name: str, **kwargs: Any) -> None:
    """Keep what a provider reports. Opening and clicks are not kept."""
    report = judge_report(event, esp_name)
    if report.fate is None:
        return
    keep(
        esp_name,
        event.message_id,
        fate=report.fate,
        reason=report.reason,
        recipient=event.recipient,
        occurred_at=event.timestamp or UNKNOWN_TIME,
        letter=(event.metadata or {}).get("letter"),
    )


def keep(
    provider: str,
    message_id: Any,
    *,
    fate: Fate,
    reason: Failure | None,
    recipient: Any,
    occurred_at: dt.datetime,
    letter: Any,
) -> None:
    """Keep a report once, and change its letter if it is known, by the provider's id or by our own (`letter`)."""
    try:
        occurred_at = occurred_at.astimezone(dt.UTC)
    except OverflowError:  # at the end of the year 9999
        occurred_at = UNKNOWN_TIME
    with transaction.atomic():
        row, is_new = TrackingEvent.objects.get_or_create(
            provider=provider,
            message_id=_text(message_id),
            type=fate,
            recipient=_text(recipient).lower()[:254],
            occurred_at=occurred_at,
            defaults={"bounce": reason or ""},
        )
        if is_new:
            _tell_letter(row, named=_text(letter))


def match_early() -> None:
    """Change the letters whose events came before they were known as sent; the worker calls it every minute."""
    TrackingEvent.objects.filter(letter=None, received_at__lt=timezone.now() - KEPT_FOR).delete()
    known = Letter.objects.exclude(provider_message_id="").values("provider_message_id")
    for row in TrackingEvent.objects.filter(letter=None, message_id__in=known).order_by("occurred_at", "pk"):
        with transaction.atomic():
            _tell_letter(row)


def _tell_letter(row: TrackingEvent, *, named: str = "") -> None:
    by_provider = Q(provider=row.provider, provider_message_id=row.message_id) & ~Q(provider_message_id="")
    letter = Letter.objects.select_for_update().filter(Q(message_id=f"<{named}>") | by_provider).first()
    if letter is None:
        return
    if letter.sent_at is None and row.recipient not in {"", letter.to.lower()}:
        return  # it was readdressed: what a worker has in hand is matched once it is known to have left
    # A clock that is ahead, or a forged date, does not outlast what is reported later.
    now = timezone.now()
    at = min(row.occurred_at, now) if row.occurred_at != UNKNOWN_TIME else now
    if not _is_of_former_try(row, letter):
        _apply(letter, Fate(row.type), Failure(row.bounce) if row.bounce else None, at)
        letter.save()
    row.letter = letter
    row.save(update_fields=["letter"])


def _is_of_former_try(row: TrackingEvent, letter: Letter) -> bool:
    """Tell whether a report is of a try after which the letter was tried, or is to be tried, once more."""
    if letter.sent_at:
        return bool(row.message_id and letter.provider_message_id) and row.message_id != letter.provider_message_id
    if row.type in {Fate.DELIVERED, Fate.COMPLAINED}:
        return False  # whoever has it needs no other
    return letter.events.filter(provider=row.provider, message_id=row.message_id, type__in=CAME_BACK).exists()


def _apply(letter: Letter, fate: Fate, why: Failure | None, at: dt.datetime) -> None:
    """Change a letter by its fate: what happened last counts, in whichever order it is reported."""
    if letter.sent_at is None:  # the provider has it: our worker died before it recorded that
        letter.sent_at, letter.dead_at, letter.dropped_at, letter.failure = at, None, None, ""
        letter.lease = letter.leased_until = None
    latest = letter.delivered_at or letter.bounced_at
    if fate == Fate.COMPLAINED:
        letter.complained_at = letter.complained_at or at
    elif latest and latest > at:
        return
    elif fate == Fate.DELIVERED:
        letter.delivered_at, letter.bounced_at = letter.delivered_at or at, None
        letter.failure, letter.failed_at = "", None
    elif fate == Fate.DEFERRED:
        if latest is None:
            letter.failure, letter.failed_at = why or Failure.BUSY, timezone.now()
    elif why and why in OURS and not (letter.delivered_at or letter.complained_at):
        # The provider took it and did not deliver it, for a reason of ours: it leaves once more, later.
        level = logging.ERROR if why in REFUSES_US else logging.INFO
        logger.log(level, "letter %s came back: %s", letter.pk, why, extra={"letter": letter.pk, "outcome": why.value})
        changes = {**stops.due_again(why, seconds=0), **_returned(letter, why)}
        for name, value in changes.items():
            setattr(letter, name, value)
    elif letter.bounced_at is None:
        letter.bounced_at, letter.delivered_at = at, None
        letter.failure, letter.failed_at = why or "", timezone.now()


def _returned(letter: Letter, why: Failure) -> dict[str, Any]:
    """Return the changes by which a letter that came back is tried again later, or given up."""
    times = letter.events.filter(type__in=CAME_BACK).count()  # before this one
    if times >= len(RETURNED_DELAYS):
        return tries.give_letter_up(why)[0]
    changes = tries.retry_letter(letter, why)[0]
    return changes | ({"due_at": timezone.now() + RETURNED_DELAYS[times]} if "due_at" in changes else {})


def _text(value: Any) -> str:
    """Return a provider's value as a text that the database takes, cut to the length of its column."""
    return storable(str(value or ""))[:LONGEST_MESSAGE_ID]
