"""What a provider's report means for a letter.

Never by anymail's event_type and reject_reason alone, which call a full mailbox, an answer of somebody on holiday and
an address that does not exist by one name: first the provider's own type (report_words.py), then the receiving
server's code (RFC 3463), then its words, and only then anymail's type.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType

from mailing.enums import Failure, Fate
from mailing.reasons import reason_of_code
from mailing.report_words import (
    ARRIVED,
    BLOCKED,
    COMPLAINED,
    DELAYED,
    ERROR,
    NOTHING,
    UNCLEAR,
    WORDS,
    Meaning,
)

# What servers say that give no code.
FULL = re.compile(r"(mail|in)box.{0,20}\bfull|over ?quota|quota.{0,10}exceeded|exceeded.{0,30}quota", re.IGNORECASE)
NO_ADDRESS = re.compile(
    r"(no such|unknown|invalid|non-?existent) (user|recipient|mailbox|address|account)"
    r"|(user|recipient|mailbox|address|account).{0,30}(unknown|not found|not exist|does ?n[o']t exist|disabled)",
    re.IGNORECASE,
)
SUPPRESSED = re.compile(r"suppress|\bhold list|blacklist(ed)? user", re.IGNORECASE)
_BY_TYPE = {
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
    meaning = _meaning(event, esp_name)
    if meaning.fate not in {Fate.BOUNCED, Fate.DEFERRED}:
        return Report(meaning.fate)
    reason = meaning.reason if meaning.is_certain else _reason(event) or meaning.reason
    if meaning == BLOCKED and reason == Failure.REFUSED:
        reason = meaning.reason
    if meaning.fate == Fate.DEFERRED:  # the provider goes on trying: nobody else need do anything
        return Report(Fate.DEFERRED, Failure.FULL if reason == Failure.FULL else Failure.BUSY)
    return Report(Fate.BOUNCED, reason)


def _meaning(event: AnymailTrackingEvent, esp_name: str) -> Meaning:
    known, read = WORDS.get(esp_name, {}), READERS.get(esp_name)
    for words in read(event) if read else ():
        if words in known:
            return known[words]
    return _BY_TYPE.get(event.event_type, NOTHING)


def _reason(event: AnymailTrackingEvent) -> Failure | None:
    """Return the reason by what the receiving server said."""
    said = " ".join(map(_word, (event.mta_response, _status(event.esp_event), event.description)))
    words = ((FULL, Failure.FULL), (NO_ADDRESS, Failure.NO_ADDRESS), (SUPPRESSED, Failure.SUPPRESSED))
    return reason_of_code(said) or next((reason for pattern, reason in words if pattern.search(said)), None)


# --- Where each provider says it -------------------------------------------------------------------------


def _at(value: Any, *path: str | int) -> str:
    """Return the text at a path in a report, in small letters; empty if there is none."""
    for step in path:
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return ""
    return _word(value)


def _word(value: Any) -> str:
    return str(value).strip().lower() if isinstance(value, str | int | float) else ""


def _longest_first(*words: str) -> list[str]:
    """Return "a b c", "a b" and "a": what is said most exactly counts first."""
    found = [word for word in words if word]
    return [" ".join(found[:count]) for count in range(len(found), 0, -1)]


def _status(event: Any) -> str:
    """Return the enhanced status code or class that a report holds beside the server's answer."""
    paths = (
        ("status",),
        ("event-data", "delivery-status", "enhanced-code"),
        ("bounce", "bouncedRecipients", 0, "status"),
        ("code",),
        ("comment",),
    )
    return " ".join(filter(None, (_at(event, *path) for path in paths)))


def _amazon_ses(event: AnymailTrackingEvent) -> list[str]:
    said = event.esp_event
    kind = _at(said, "eventType") or _at(said, "notificationType")
    if kind == "bounce":
        action = _at(said, "bounce", "bouncedRecipients", 0, "action")
        return _of_bounce(kind, said, action, "bounceType", "bounceSubType")
    if kind == "complaint":
        subtype = _at(said, "complaint", "complaintSubType")
        return [f"{kind} {subtype}", f"{kind} {_at(said, 'complaint', 'complaintFeedbackType')}", kind]
    return _longest_first(kind, _at(said, "deliveryDelay", "delayType"))


def _of_bounce(kind: str, said: Any, action: str, *names: str) -> list[str]:
    """Return the words of a bounce as Amazon SES describes it."""
    return _longest_first(kind, *(_at(said, "bounce", name) for name in names), "failed" if action == "failed" else "")


def _resend(event: AnymailTrackingEvent) -> list[str]:
    kind = _at(event.esp_event, "type")
    data = event.esp_event.get("data") if isinstance(event.esp_event, Mapping) else None
    if kind == "email.bounced":
        return _of_bounce(kind, data, "", "type", "subType")
    return _longest_first(kind, _at(data, "failed", "reason"))


def _mailgun(event: AnymailTrackingEvent) -> list[str]:
    said = event.esp_event
    data = said.get("event-data", said) if isinstance(said, Mapping) else None
    kind = _at(data, "event")
    severity, code = _at(data, "severity"), _at(data, "delivery-status", "code") or _at(data, "code")
    whys = [severity] if severity == "temporary" else [_at(data, "reason"), code]
    return [*(f"{kind} {why}" for why in whys), kind]


def _mailjet(event: AnymailTrackingEvent) -> list[str]:
    said = event.esp_event
    kind = _at(said, "event")
    if kind not in {"bounce", "blocked"}:
        return [kind]
    error, hard = _at(said, "error"), _at(said, "hard_bounce")
    return [*([f"{error} hard"] if hard == "true" else []), error, *(["bounce soft"] if hard == "false" else []), kind]


def _mandrill(event: AnymailTrackingEvent) -> list[str]:
    said = event.esp_event
    kind = _at(said, "event")
    paths = (("reject", "reason"), ("msg", "reject", "reason"), ("msg", "bounce_description"))
    return _longest_first(kind, next(filter(None, (_at(said, *path) for path in paths)), ""))


def _postal(event: AnymailTrackingEvent) -> list[str]:
    kind = _at(event.esp_event, "payload", "status") or ("bounce" if event.event_type == EventType.BOUNCED else "")
    return _longest_first(kind, _suppressed(event.description))


def _postmark(event: AnymailTrackingEvent) -> list[str]:
    kind = _at(event.esp_event, "RecordType")
    return _longest_first(kind, _at(event.esp_event, "Type") if kind == "bounce" else "")


def _sendgrid(event: AnymailTrackingEvent) -> list[str]:
    said = event.esp_event
    kind = _at(said, "event")
    if kind == "dropped":
        return [f"{kind} {_at(said, 'reason')}", f"{kind} {_at(said, 'type')}", kind]
    return [f"{kind} {_at(said, 'bounce_classification')}", f"{kind} {_at(said, 'type')}", kind]


def _sparkpost(event: AnymailTrackingEvent) -> list[str]:
    said = event.esp_event.get("msys") if isinstance(event.esp_event, Mapping) else None
    data = next(iter(said.values()), None) if isinstance(said, Mapping) else None
    kind = _at(data, "type")
    text = _at(data, "raw_reason") or _at(data, "reason")
    if kind in {"bounce", "out_of_band"}:
        return [*_longest_first(_at(data, "bounce_class"), _suppressed(text)), kind]
    return _longest_first(kind, _at(data, "fbtype") or _suppressed(text))


def _mailtrap(event: AnymailTrackingEvent) -> list[str]:
    return _longest_first(_at(event.esp_event, "event"), _suppressed(_at(event.esp_event, "reason")))


def _unisender_go(event: AnymailTrackingEvent) -> list[str]:
    said = event.esp_event
    kind, why = _at(said, "status"), _at(said, "delivery_info", "delivery_status")
    return [f"{kind} {why}", *([why] if kind == "hard_bounced" else []), kind]


def _suppressed(text: Any) -> str:
    return "suppressed" if SUPPRESSED.search(_word(text)) else ""


READERS: dict[str, Callable[[AnymailTrackingEvent], list[str]]] = {
    "Amazon SES": _amazon_ses,
    "Brevo": lambda event: [_at(event.esp_event, "event")],
    "MailerSend": lambda event: [_at(event.esp_event, "data", "type")],
    "Mailgun": _mailgun,
    "Mailjet": _mailjet,
    "Mailtrap": _mailtrap,
    "Mandrill": _mandrill,
    "Postal": _postal,
    "Postmark": _postmark,
    "Resend": _resend,
    "SendGrid": _sendgrid,
    "SendinBlue": lambda event: [_at(event.esp_event, "event")],
    "SparkPost": _sparkpost,
    "Unisender Go": _unisender_go,
}
