"""The demo's inbox: letters end here unless EMAIL_URL or EMAIL_BACKEND names where they should go."""

from collections.abc import Sequence
from typing import Any

from csp.constants import NONE, UNSAFE_INLINE
from csp.decorators import csp
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from demo.models import DemoMail

MOST_SHOWN = 100
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
            )
        return len(email_messages)


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
