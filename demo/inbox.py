"""The demo's mail server: letters end here unless EMAIL_URL or EMAIL_BACKEND names where they should go.

Some addresses are there to practise on (odd_addresses.py): letters to them are refused, late, or come back.
"""

import smtplib
from collections.abc import Sequence
from email.utils import parseaddr
from typing import Any

from anymail.signals import AnymailTrackingEvent, tracking
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from demo.models import DemoMail, MailState
from demo.odd_addresses import odd_address
from mailing.enums import Fate
from mailing.models import Letter

STATES = {Fate.BOUNCED: MailState.RETURNED, Fate.COMPLAINED: MailState.JUNK}  # after the report of it


class EmailBackend(BaseEmailBackend):
    """Stores letters for the mailboxes, those that it refuses too."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Take letters, each of which has one recipient. Raises SMTPRecipientsRefused, as a mail server refuses."""
        for message in email_messages:
            self._send(message)
        return len(email_messages)

    def _send(self, message: EmailMessage) -> None:
        mail, odd = self._stored(message), odd_address(message.to[0])
        mail.tries += 1
        mail.received_at = now = timezone.now()
        is_refused = mail.tries <= odd.refusals
        if is_refused:
            mail.state = MailState.REFUSED if odd.is_refused_for_good else MailState.WAITING
        else:
            mail.state, mail.reported = MailState.INBOX, 0
            mail.report_at = now + odd.reports[0].after if odd.reports else None
        mail.save()
        if is_refused:
            raise smtplib.SMTPRecipientsRefused({mail.to: odd.reply})

    def _stored(self, message: EmailMessage) -> DemoMail:
        """Return the row of a message: one, however often it is tried."""
        message_id = message.extra_headers.get("Message-ID", "")
        tried = DemoMail.objects.filter(message_id=message_id).first() if message_id else None
        mail, letter = tried or DemoMail(), Letter.objects.filter(message_id=message_id).only("parameters").first()
        parts: Any = message.alternatives if isinstance(message, EmailMultiAlternatives) else []
        mail.message_id, mail.to = message_id, message.to[0]
        mail.name = letter.parameters.get("recipient", "") if letter else ""
        mail.sender = parseaddr(message.from_email)[0]
        mail.language = message.extra_headers.get("Content-Language", "")
        mail.subject, mail.text = str(message.subject), str(message.body)
        mail.html = next((str(content) for content, kind in parts if kind == "text/html"), "")
        return mail


def report_fates() -> None:
    """Report what has become of letters as a provider's webhook does; the worker calls it in every round.

    A round later than they were sent at the earliest: the worker then has recorded that.
    """
    for mail in DemoMail.objects.filter(report_at__lte=timezone.now()).order_by("report_at", "pk"):
        report, *following = odd_address(mail.to).reports[mail.reported :]
        event = AnymailTrackingEvent(
            event_type=report.fate.value,
            timestamp=timezone.now(),
            message_id=mail.message_id,
            recipient=mail.to,
            metadata={"letter": mail.message_id.strip("<>")},
            mta_response=report.says or None,
        )
        tracking.send(sender=EmailBackend, event=event, esp_name="demo")
        mail.state = STATES.get(report.fate, mail.state)
        mail.reported += 1
        mail.report_at = mail.received_at + following[0].after if following else None
        mail.save(update_fields=["state", "reported", "report_at"])
