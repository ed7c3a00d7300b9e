"""What mail servers write back about a letter: delivery reports (RFC 3464, 6522) and complaints (RFC 5965).

A plain mail server has no webhook. It answers at the sender's address, and the operator hands that mail to `manage.py
returned_email`. A letter is known by its Message-ID alone, which only its reader and the servers on its way have seen,
so nobody else can report on it. Holiday notices and everything else that is no report change nothing.
"""

import datetime as dt
from collections.abc import Iterator
from email import message_from_bytes, message_from_string
from email.message import Message
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import NamedTuple

from django.utils import timezone

from mailing import tracking
from mailing.enums import Failure, Fate
from mailing.reasons import reason_of_code

PROVIDER = "smtp"  # as reports name who sent them
FATES = {"failed": Fate.BOUNCED, "delayed": Fate.DEFERRED, "delivered": Fate.DELIVERED}  # Action of RFC 3464 § 2.3.3
COMPLAINTS = {"abuse", "fraud", "virus"}  # of RFC 5965 § 7.3, not "not-spam"
MOST_REPORTS = 10  # of one message: a letter has one recipient, who may forward it to some others


class ServerReport(NamedTuple):
    """What became of a letter at one recipient."""

    fate: Fate
    reason: Failure | None
    recipient: str


def take_in(raw: bytes) -> int:
    """Apply what a returned message reports to our letters; return how many things it reports of them."""
    try:
        message = message_from_bytes(raw)
        named = _message_id_of_letter(message)
        at, reports = _date(message), list(islice(_reports(message), MOST_REPORTS))
    except RecursionError:  # parts in parts in parts: no mail server's
        return 0
    if not named:
        return 0
    for fate, reason, recipient in reports:
        tracking.keep(
            PROVIDER, named, fate=fate, reason=reason, recipient=recipient, occurred_at=at, letter=named.strip("<>")
        )
    return len(reports)


def _reports(message: Message) -> Iterator[ServerReport]:
    for part in message.walk():
        fields = part.get_payload() if part.get_content_maintype() == "message" else []
        blocks = [block for block in fields if isinstance(block, Message)] if isinstance(fields, list) else []
        if part.get_content_type() == "message/delivery-status":
            for block in blocks:
                if fate := FATES.get(_field(block, "Action").lower()):
                    # What the other server said is more precise than the report's own code, which may be 5.0.0.
                    said = (_field(block, name) for name in ("Diagnostic-Code", "Status"))
                    reasons = [] if fate == Fate.DELIVERED else filter(None, map(reason_of_code, said))
                    reason = next(iter(reasons), None)
                    if fate == Fate.DEFERRED:  # the server goes on trying: it says nothing of us or the address yet
                        reason = Failure.FULL if reason == Failure.FULL else Failure.BUSY
                    yield ServerReport(fate, reason, _field(block, "Final-Recipient").rpartition(";")[2].strip())
        elif part.get_content_type() == "message/feedback-report":
            for block in blocks:
                if _field(block, "Feedback-Type").lower() in COMPLAINTS:
                    yield ServerReport(Fate.COMPLAINED, None, "")


def _message_id_of_letter(message: Message) -> str:
    """Return the Message-ID of the letter that a report is about; empty if it is no report."""
    if message.get_content_type() != "multipart/report":
        return ""
    for part in message.walk():
        if part.get_content_type() == "text/rfc822-headers":
            return _field(message_from_string(str(part.get_payload())), "Message-ID")
        if part.get_content_type() == "message/rfc822" and part.is_multipart():
            return _field(part.get_payload(0), "Message-ID")  # type: ignore[arg-type]
    return ""


def _field(message: Message, name: str) -> str:
    return str(message.get(name) or "").strip()


def _date(message: Message) -> dt.datetime:
    try:
        at = parsedate_to_datetime(_field(message, "Date"))
    except (ValueError, OverflowError):
        return timezone.now()
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)
