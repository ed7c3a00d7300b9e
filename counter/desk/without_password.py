"""The accounts for which nobody has created a password two days after they were issued, as the desk lists them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from applications import dates
from applications.models import OPEN, Applicant
from counter.desk import lists
from counter.desk.access import desk_page, desk_view
from counter.desk.messages import Sent
from identity.models import Account
from mailing.models import Letter
from records.names import account_subject

PATIENCE = dt.timedelta(days=2)


@dataclass(frozen=True)
class WithoutPassword:
    """An account without a password, the slot of its holder in an open application, and its latest letter."""

    account: Account
    applicant: Applicant
    letter: Sent | None


@desk_view("counter.use_desk")
@require_safe
def list_without_password(request: HttpRequest) -> HttpResponse:
    """Show whose account has no password, the earliest issued first."""
    rows = lists.open_rows(accounts_without_password(), request, list="without_password")
    context = {"title": _("Accounts without a password"), "rows": rows, "accounts": with_holders(rows.rows)}
    return desk_page(request, "counter/desk/list_without_password.html", context)


def accounts_without_password() -> QuerySet[Account]:
    """Return the accounts issued two days ago or earlier whose holders apply, by the index account_without_password.

    The holder has created no password, so no link that was sent has been used.
    """
    issued = Account.objects.filter(verified_at=None, closed_at=None, issued_at__lte=timezone.now() - PATIENCE)
    theirs = _open_slots().filter(hetu_index=OuterRef("id_check__applicant__hetu_index"))
    return issued.filter(Exists(theirs)).select_related("id_check__applicant").order_by("issued_at", "pk")


def with_holders(found: Sequence[Account]) -> list[WithoutPassword]:
    """Return the accounts with their holders and the latest letter with the link, in three queries."""
    indexes = [account.id_check.applicant.hetu_index if account.id_check else None for account in found]
    slots = _open_slots().filter(hetu_index__in=indexes).select_related("version__application")
    holders = {slot.hetu_index: slot for slot in slots.defer("hetu", "version__content").order_by("pk")}
    subjects = [account_subject(account.pk) for account in found]
    sent = Letter.objects.filter(recipient__in=subjects, message="account_link")
    latest = {letter.recipient: Sent(letter) for letter in sent.order_by("pk")}
    return [
        WithoutPassword(account, holders[index], latest.get(account_subject(account.pk)))
        for account, index in zip(found, indexes, strict=True)
        if index in holders
    ]


def _open_slots() -> QuerySet[Applicant]:
    """Return the slots of those who apply, in the current version of each open application."""
    return Applicant.objects.filter(
        version__current_of__state__in=OPEN,
        version__current_of__valid_until__gte=dates.today(),
        declined_at=None,
    )
