"""The link by which the holder of an account sets a password.

A token is 160 bits of a keyed digest of the link's nonce, so that it can be written into a letter when that is
sent, and is stored only as a hash. It works for a week and once, and a newer one ends it.
"""

import datetime as dt
import secrets

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import crypto
from core.refusals import Refused
from identity.models import Account, AccountLink

TOKEN_LENGTH = 40
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


def renew(account: Account) -> AccountLink:
    """End the account's former links and return a fresh one, stored. Call it with the account locked."""
    now, nonce = timezone.now(), secrets.token_hex(16)
    end(account, at=now)
    token_hash = crypto.indexes(_tokens(nonce)[0])[0]
    return AccountLink.objects.create(account=account, nonce=nonce, token_hash=token_hash, created_at=now)


def end(account: Account, *, at: dt.datetime) -> None:
    """Make the account's live link do nothing any more."""
    account.links.filter(used_at=None, replaced_at=None).update(replaced_at=at)


def find(token: str) -> AccountLink:
    """Return the live link of a token, with its account and user. Raises CannotUseAccountLink."""
    link = links().filter(token_hash__in=crypto.indexes(token.strip())).first()
    if link is None:
        raise UnknownAccountLink
    check(link)
    return link


def links() -> QuerySet[AccountLink]:
    return AccountLink.objects.select_related("account__user")


def check(link: AccountLink) -> None:
    """Raise CannotUseAccountLink for a link that has ended."""
    if link.account.closed_at:
        raise AccountLinkClosed
    if link.used_at:
        raise AccountLinkUsed
    if link.replaced_at:
        raise AccountLinkReplaced
    if timezone.now() >= link.created_at + LIFETIME:
        raise AccountLinkExpired


def token(link: AccountLink) -> str:
    """Return the token of a link, for its letter. Raises UnknownAccountLink once its key is gone."""
    for found in _tokens(link.nonce):
        if link.token_hash in crypto.indexes(found):
            return found
    raise UnknownAccountLink


def _tokens(nonce: str) -> list[str]:
    return [digest[:TOKEN_LENGTH] for digest in crypto.keyed(f"account link {nonce}")]
