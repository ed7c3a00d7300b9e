"""What became of a letter after it left: the provider's webhooks, read by anymail.

The same event may come twice, in any order, and before we have recorded that the letter was sent.
"""

import datetime as dt
import re
from typing import Any

from anymail.signals import AnymailTrackingEvent, tracking
from django.db import transaction
from django.db.models import Q
from django.dispatch import receiver
from django.utils import timezone

from core.text import storable
from mailing.enums import Bounce, Fate
from mailing.models import Letter, TrackingEvent
from mailing.sending import LONGEST_MESSAGE_ID

UNKNOWN_TIME = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)  # of events without a time, so that each is still kept once
STATUS_CODE = re.compile(r"(?<![\d.])[45]\.(\d{1,3}\.\d{1,3})(?![\d.])")  # RFC 3463, without its class
BOUNCES = {
    **dict.fromkeys(("1.1", "1.2", "1.3", "1.6", "1.10", "2.1"), Bounce.NO_ADDRESS),
    "2.2": Bounce.FULL,
}
REASONS = {"invalid": Bounce.NO_ADDRESS, "blocked": Bounce.REFUSED, "spam": Bounce.REFUSED}  # anymail's
KEPT_FOR = dt.timedelta(days=7)  # events of unknown letters: somebody else uses the same account


@receiver(tracking, dispatch_uid="mailing")
def follow(sender: Any, event: AnymailTrackingEvent, esp_name: str, **kwargs: Any) -> None:
    """Keep an event once, and change its letter if it is known. Opening and clicks are not kept."""
    if event.event_type not in Fate.values:
        return
    with transaction.atomic():
        row, is_new = TrackingEvent.objects.get_or_create(
            provider=esp_name,
            message_id=_text(event.message_id),
            type=event.event_type,
            recipient=_text(event.recipient).lower()[:254],
            occurred_at=event.timestamp or UNKNOWN_TIME,
            defaults={"bounce": _bounce(event)},
        )
        if is_new:
            _tell_letter(row, named=_text((event.metadata or {}).get("letter")))


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
    at = row.occurred_at if row.occurred_at != UNKNOWN_TIME else timezone.now()
    _apply(letter, Fate(row.type), at)
    letter.save()
    row.letter = letter
    row.save(update_fields=["letter"])


def _apply(letter: Letter, fate: Fate, at: dt.datetime) -> None:
    """Change a letter by its fate. Delivered is final, whatever was reported before or is reported later."""
    if letter.sent_at is None:  # the provider has it: our worker died before it recorded that
        letter.sent_at, letter.dead_at, letter.dropped_at, letter.failure = at, None, None, ""
        letter.lease = letter.leased_until = None
    if fate == Fate.COMPLAINED:
        letter.complained_at = letter.complained_at or at
    elif fate == Fate.DELIVERED:
        letter.delivered_at, letter.bounced_at = letter.delivered_at or at, None
    elif letter.delivered_at is None:
        letter.bounced_at = letter.bounced_at or at


def _bounce(event: AnymailTrackingEvent) -> str:
    """Return why a letter came back, by the status code of the receiving server or the provider's own word for it."""
    if event.event_type not in {Fate.BOUNCED, Fate.REJECTED}:
        return ""
    code = STATUS_CODE.search(f"{event.mta_response or ''} {event.description or ''}")
    if code is None:
        return REASONS.get(str(event.reject_reason), "")
    return Bounce.REFUSED if code[1].startswith("7.") else BOUNCES.get(code[1], "")


def _text(value: Any) -> str:
    """Return a provider's value as a text that the database takes, cut to the length of its column."""
    return storable(str(value or ""))[:LONGEST_MESSAGE_ID]
