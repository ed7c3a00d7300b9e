"""The link by which the holder of an account sets a password.

It works for a week and once, and a newer one ends it.
"""

import datetime as dt

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import links
from core.links import MailedSecret
from core.refusals import Refused
from identity.models import Account, AccountLink

TOKEN = MailedSecret("account link")
LIFETIME = dt.timedelta(days=7)


class CannotUseAccountLink(Refused):
    """The link does nothing any more."""


class UnknownAccountLink(CannotUseAccountLink):
    message = _("We do not know this link. Check that you have all of it.")


class AccountLinkUsed(CannotUseAccountLink):
    message = _("You have already set a password with this link. Log in with it.")


class AccountLinkReplaced(CannotUseAccountLink):
    message = _("This link has been replaced. Look for a newer letter from us.")


class AccountLinkExpired(CannotUseAccountLink):
    message = _("The link has expired")


class AccountLinkClosed(CannotUseAccountLink):
    message = _("This account has been closed. Ask at the counter.")


def replace_account_link(account: Account) -> AccountLink:
    """End the account's former links and return a fresh one, stored. Call it with the account locked."""
    now, nonce = timezone.now(), links.new_nonce()
    end_account_link(account, at=now)
    return AccountLink.objects.create(account=account, nonce=nonce, token_hash=TOKEN.hash_of(nonce), created_at=now)


def end_account_link(account: Account, *, at: dt.datetime) -> None:
    """Make the account's live link do nothing any more."""
    account.links.filter(used_at=None, replaced_at=None).update(replaced_at=at)


def find_account_link(token: str) -> AccountLink:
    """Return the live link of a token, with its account and user. Raises CannotUseAccountLink."""
    link = TOKEN.find(_with_account(), token.strip())
    if link is None:
        raise UnknownAccountLink
    check_account_link(link)
    return link


def get_account_link(pk: int) -> AccountLink:
    """Return a link with its account and user, live or not."""
    return _with_account().get(pk=pk)


def check_account_link(link: AccountLink) -> None:
    """Raise CannotUseAccountLink for a link that has ended."""
    if link.account.closed_at:
        raise AccountLinkClosed
    if link.used_at:
        raise AccountLinkUsed
    if link.replaced_at:
        raise AccountLinkReplaced
    if timezone.now() >= link.created_at + LIFETIME:
        raise AccountLinkExpired


def account_link_token(link: AccountLink) -> str:
    """Return the token of a link, for its letter. Raises links.KeyGone."""
    return TOKEN.of(link)


def rehash_account_link(link: AccountLink) -> None:
    """Store the hash of a link under the active index key."""
    links.rehash(link, TOKEN)


def _with_account() -> QuerySet[AccountLink]:
    return AccountLink.objects.select_related("account__user")
