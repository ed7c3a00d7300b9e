"""What a provider's report means for a letter.

Never by anymail's event_type and reject_reason alone, which call a full mailbox, an answer of somebody on holiday and
an address that does not exist by one name: first the provider's own type (report_words.py), then the receiving
server's code (RFC 3463), then its words, and only then anymail's type.
"""

import re
from dataclasses import dataclass
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType

from mailing.enums import Failure, Fate
from mailing.paths import text_at
from mailing.reasons import reason_of_code
from mailing.report_words import (
    ARRIVED,
    BLOCKED,
    COMPLAINED,
    DELAYED,
    ERROR,
    NOTHING,
    PHRASES,
    UNCLEAR,
    WORDS,
)

SUPPRESSED = re.compile(r"suppress|\bhold list|blacklist(ed)? user", re.IGNORECASE)
# What servers say that give no code.
SERVERS_WORDS = (
    (
        re.compile(r"(mail|in)box.{0,20}\bfull|over ?quota|quota.{0,10}exceeded|exceeded.{0,30}quota", re.IGNORECASE),
        Failure.FULL,
    ),
    (
        re.compile(
            r"(no such|unknown|invalid|non-?existent) (user|recipient|mailbox|address|account)"
            r"|(user|recipient|mailbox|address|account).{0,30}(unknown|not found|not exist|n[o']t exist|disabled)",
            re.IGNORECASE,
        ),
        Failure.NO_ADDRESS,
    ),
    (SUPPRESSED, Failure.SUPPRESSED),
)
# Where the server's code stands if not in its answer.
CODES_ASIDE = (
    "status",
    "event-data.delivery-status.enhanced-code",
    "bounce.bouncedRecipients.0.status",
    "code",
    "comment",
)
BY_TYPE = {
    EventType.DELIVERED: ARRIVED,
    EventType.COMPLAINED: COMPLAINED,
    EventType.DEFERRED: DELAYED,
    EventType.BOUNCED: UNCLEAR,
    EventType.REJECTED: UNCLEAR,
    EventType.FAILED: ERROR,
}


@dataclass(frozen=True)
class Report:
    """What became of a letter: nothing new if there is no fate. A letter that came back may have a reason."""

    fate: Fate | None
    reason: Failure | None = None


def judge_report(event: AnymailTrackingEvent, esp_name: str) -> Report:
    """Return what a report of the provider that anymail calls so means for its letter."""
    known = WORDS.get(esp_name, {})
    said = (_words_at(event.esp_event, phrase) for phrase in PHRASES.get(esp_name, ()))
    meaning = next((known[words] for words in said if words in known), BY_TYPE.get(event.event_type, NOTHING))
    reason = meaning.reason
    if not meaning.is_certain:
        texts = (event.mta_response, *(text_at(event.esp_event, path) for path in CODES_ASIDE), event.description)
        server = " ".join(str(text) for text in texts if text)
        by_words = (meant for words, meant in SERVERS_WORDS if words.search(server))
        reason = reason_of_code(server) or next(by_words, reason)
    if meaning == BLOCKED and reason == Failure.REFUSED:
        reason = meaning.reason
    if meaning.fate == Fate.DEFERRED:  # the provider goes on trying: nobody else need do anything
        reason = Failure.FULL if reason == Failure.FULL else Failure.BUSY
    return Report(meaning.fate, reason)


def _words_at(event: Any, phrase: str) -> str:
    """Return the words of a report at the paths of a phrase; empty if one of them is missing."""
    words = []
    for path in phrase.split():
        text = text_at(event, path.removeprefix("?"))
        if path.startswith("?"):
            text = "suppressed" if SUPPRESSED.search(text) else ""
        words.append(text)
    return " ".join(words) if all(words) else ""
