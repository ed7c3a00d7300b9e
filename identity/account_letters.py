"""The letters about an account, to its own address (J5)."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation

from core.links import KeyGone
from identity import account_links
from identity.models import Account, AccountLink
from mailing import outbox
from mailing.letters import NoLongerDue
from mailing.models import Letter
from mailing.outbox import Draft
from records.names import account_subject


def queue_account_link(link: AccountLink) -> None:
    """Send the link by which the holder sets the first password, or another in place of a forgotten one."""
    account = link.account
    is_first = not account.user.has_usable_password()
    _queue_account_letter("account_link", account, about=link.pk, link=link.pk, is_first=is_first)


def queue_password_notice(link: AccountLink) -> None:
    """Tell the holder that a password was set, in case somebody else read the letter with the link."""
    _queue_account_letter("account_password_set", link.account, about=link.pk)


def queue_moved_notice(account: Account) -> None:
    """Tell the present address that the account is about to move to another one."""
    _queue_account_letter("account_moved", account, about=f"{account.pk}.{timezone.now().timestamp()}")


def queue_closed_notice(account: Account) -> None:
    """Tell the holder that the account was closed."""
    at = account.closed_at
    _queue_account_letter("account_closed", account, about=f"{account.pk}.{at.timestamp() if at else 0}")


def remove_account_letters(accounts: Iterable[int], *, with_notices: bool) -> None:
    """Remove the letters about the links and passwords of these accounts.

    Without `with_notices` those that tell that an account was closed or moved stay: they may not have left yet.
    """
    letters = Letter.objects.filter(recipient__in=[account_subject(pk) for pk in accounts])
    kinds = Q() if with_notices else Q(message__in=["account_link", "account_password_set"])
    letters.filter(kinds).delete()


def _queue_account_letter(message: str, account: Account, *, about: object, **parameters: Any) -> None:
    person = account.user.person
    draft = Draft(
        key=f"{message}:{about}",
        message=message,
        to=account.email,
        language=person.language,
        recipient=account_subject(account.pk),
        parameters={"recipient": str(person), **parameters},
    )
    outbox.queue_letters(draft)


def account_letter_context(letter: Letter) -> dict[str, Any]:
    """Return what a letter needs besides its parameters, at its sending (MAILING_CONTEXT). Raises NoLongerDue."""
    with translation.override(letter.language):
        pages = {"counter_link": _account_page("counter:page"), "log_in_link": _account_page("identity:log_in")}
        if "link" not in letter.parameters:
            return pages
        link = AccountLink.objects.select_related("account__user").get(pk=letter.parameters["link"])
        try:
            account_links.check_account_link(link)
            token = account_links.TOKEN.of(link)
        except (account_links.CannotUseAccountLink, KeyGone):  # replaced meanwhile, or nobody can write it any more
            raise NoLongerDue from None
        return {
            **pages,
            "link": f"{_account_page('identity:set_password')}?token={token}",
            "until": link.created_at + account_links.LIFETIME,
            "new_link": _account_page("identity:forgotten_password"),
        }


def _account_page(name: str) -> str:
    return settings.PUBLIC_URL + reverse(name)
