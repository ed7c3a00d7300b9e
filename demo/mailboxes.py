"""The pages of the demo's mailboxes: each as a mail program would show it to whoever reads the letters there."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from csp.constants import NONE, UNSAFE_INLINE
from csp.decorators import csp
from django.db.models import Count, Max, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.addresses import shown_address
from demo.languages import speak
from demo.models import DemoMail, MailState
from demo.odd_addresses import ODD_ADDRESSES, odd_address
from demo.stories import people_at

MOST_SHOWN = 100
UNREAD = Q(read_at=None, state=MailState.INBOX)
# A letter is shown as mail programs show it: with its own style, without scripts, requests or our origin.
AS_MAIL = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "form-action": [NONE],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}


@dataclass
class Mailbox:
    """The letters to one address. Several people may share it."""

    address: str
    latest: dt.datetime | None = None
    mails: int = 0
    unread: int = 0
    elsewhere: int = 0  # refused, come back, or in the junk mail folder
    names: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        return ", ".join(self.names) or shown_address(self.address)

    @classmethod
    def among(cls, mails: Iterable[DemoMail], *, address: str) -> "Mailbox":
        """Return the mailbox of an address to which these letters went."""
        names = list(dict.fromkeys(mail.name for mail in mails if mail.name)) or people_at(address)
        return cls(address, names=names, unread=sum(mail.is_unread for mail in mails))


def all_mailboxes() -> dict[str, Mailbox]:
    """Return the mailboxes that have letters by their addresses, that with the latest letter first; in one query."""
    named = DemoMail.objects.values("mailbox", "name")
    counted = named.annotate(
        latest=Max("received_at"),
        mails=Count("pk"),
        unread=Count("pk", filter=UNREAD),
        elsewhere=Count("pk", filter=~Q(state=MailState.INBOX)),
    )
    found: dict[str, Mailbox] = {}
    for row in counted.order_by("-latest", "mailbox"):
        box = found.setdefault(row["mailbox"], Mailbox(row["mailbox"], latest=row["latest"]))
        box.mails += row["mails"]
        box.unread += row["unread"]
        box.elsewhere += row["elsewhere"]
        box.names += [row["name"]] if row["name"] else []
    return found


@require_safe
def choose_language_of_inbox(request: HttpRequest) -> HttpResponse:
    return redirect("demo:mailboxes", translation.get_language())


@never_cache
@require_safe
def mailboxes(request: HttpRequest, language: str) -> HttpResponse:
    languages = speak(language, path=request.path)
    context = {**languages, "mailboxes": all_mailboxes().values(), "odd_addresses": ODD_ADDRESSES}
    return render(request, "demo/mailboxes.html", context)


@never_cache
@require_safe
def mailbox(request: HttpRequest, language: str, address: str) -> HttpResponse:
    languages = speak(language, path=request.path)
    mails = _mails_to(address)
    box = Mailbox.among(mails, address=address.lower())
    if not mails and not box.names:
        raise Http404
    return render(request, "demo/mailbox.html", {**languages, "mailbox": box, "mails": mails})


@never_cache
@require_safe
def mail(request: HttpRequest, language: str, pk: int) -> HttpResponse:
    """Show a letter beside the others in its mailbox. It then has been read."""
    languages = speak(language, path=request.path)
    opened = get_object_or_404(DemoMail.objects.defer("html"), pk=pk)
    DemoMail.objects.filter(pk=pk, read_at=None).update(read_at=timezone.now())
    mails = _mails_to(opened.mailbox)
    at = next((at for at, each in enumerate(mails) if each.pk == pk), MOST_SHOWN)
    context: dict[str, Any] = {
        **languages,
        "mail": opened,
        "mails": mails,
        "mailbox": Mailbox.among(mails, address=opened.mailbox),
        "newer": mails[at - 1] if 0 < at < MOST_SHOWN else None,
        "older": mails[at + 1] if at + 1 < len(mails) else None,
        "reply": odd_address(opened.to).answer,
    }
    return render(request, "demo/mail.html", context)


@never_cache
@require_safe
@csp(AS_MAIL)  # type: ignore[arg-type]  # its types know no view with arguments
def mail_as_html(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse(get_object_or_404(DemoMail, pk=pk).html)


def _mails_to(address: str) -> list[DemoMail]:
    """Return the letters to an address, the latest first."""
    found = DemoMail.objects.filter(mailbox=address.lower()).defer("html")
    return list(found.order_by("-received_at", "-pk")[:MOST_SHOWN])
