"""The demo's inbox: letters end here unless EMAIL_URL or EMAIL_BACKEND names where they should go.

Some addresses are there to practise on: letters to them come back, as a provider would report it.
"""

from collections.abc import Sequence
from typing import Any

from anymail.signals import AnymailTrackingEvent, tracking
from csp.constants import NONE, UNSAFE_INLINE
from csp.decorators import csp
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from demo.models import DemoMail
from mailing.enums import Fate

MOST_SHOWN = 100
BOUNCING = "bounce"  # the beginning of an address, or of its domain
# A letter is shown as mail programs show it: with its own style, without scripts, requests or our origin.
AS_MAIL = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "form-action": [NONE],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}


class EmailBackend(BaseEmailBackend):
    """Stores letters for the inbox."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            parts: Any = message.alternatives if isinstance(message, EmailMultiAlternatives) else []
            DemoMail.objects.create(
                to=message.to[0],
                language=message.extra_headers.get("Content-Language", ""),
                subject=str(message.subject),
                text=str(message.body),
                html=next((str(content) for content, kind in parts if kind == "text/html"), ""),
                to_report=message.extra_headers.get("Message-ID", "") if bounces(message.to[0]) else "",
            )
        return len(email_messages)


def bounces(address: str) -> bool:
    """Tell whether letters to an address come back: `bounce` begins it, or its domain."""
    return any(part.startswith(BOUNCING) for part in address.lower().split("@"))


def report_bounces() -> None:
    """Report the letters that came back as a provider's webhook does; the worker calls it in every round.

    A round later than they were sent: the worker then has recorded that.
    """
    for letter in DemoMail.objects.exclude(to_report=""):
        now = timezone.now()
        event = AnymailTrackingEvent(
            event_type=Fate.BOUNCED.value,
            timestamp=now,
            message_id=letter.to_report,
            recipient=letter.to,
            metadata={"letter": letter.to_report.strip("<>")},
        )
        tracking.send(sender=EmailBackend, event=event, esp_name="demo")
        DemoMail.objects.filter(pk=letter.pk).update(to_report="", came_back_at=now)


@never_cache
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    return render(request, "demo/inbox.html", {"mails": DemoMail.objects.order_by("-pk")[:MOST_SHOWN]})


@never_cache
@require_safe
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "demo/mail.html", {"mail": get_object_or_404(DemoMail, pk=pk)})


@never_cache
@require_safe
@csp(AS_MAIL)  # type: ignore[arg-type]  # its types know no view with arguments
def mail_as_html(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse(get_object_or_404(DemoMail, pk=pk).html)
