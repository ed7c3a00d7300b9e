"""The link by which the holder of an account sets a password.

It works for a week and once, and a newer one ends it. Whoever reads the mailbox has it too, so it is not enough: the
holder also gives the end of their personal identity code, of which every holder has one (R3).
"""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import links
from core.links import MailedSecret
from core.refusals import Refused
from identity.models import Account, AccountLink

TOKEN = MailedSecret("account link")
LIFETIME = dt.timedelta(days=7)
CODE_END_LENGTH = 4  # characters: individual number and check character


class CannotUseAccountLink(Refused):
    """The link does nothing any more."""


class UnknownAccountLink(CannotUseAccountLink):
    message = _("We do not know this link. Check that you have the whole link.")


class AccountLinkUsed(CannotUseAccountLink):
    message = _("You have already created a password with this link. Log in with that password.")


class AccountLinkReplaced(CannotUseAccountLink):
    message = _("This link has been replaced. Look for a newer email from us.")


class AccountLinkExpired(CannotUseAccountLink):
    message = _("The link has expired")


class AccountLinkClosed(CannotUseAccountLink):
    message = _("This account has been closed. Contact customer service.")


class AccountLinkLocked(CannotUseAccountLink):
    message = _(
        "You have entered the wrong characters too many times. Come to customer service: your account can be "
        "reopened there."
    )


class WrongCodeEnd(CannotUseAccountLink):
    message = _("These are not the last four characters of your personal identity code. Check them.")


def replace_account_link(account: Account) -> AccountLink:
    """End the account's former link, and store and return a new one. The caller has locked the account."""
    now, nonce = timezone.now(), links.new_nonce()
    end_account_link(account, at=now)
    return AccountLink.objects.create(account=account, nonce=nonce, token_hash=TOKEN.hash_of(nonce), created_at=now)


def end_account_link(account: Account, *, at: dt.datetime) -> None:
    """End the account's live link, if it has one."""
    account.links.filter(used_at=None, replaced_at=None).update(replaced_at=at)


def find_account_link(token: str) -> AccountLink:
    """Return the live link of a token, with its account, user and person. Raises CannotUseAccountLink."""
    link = TOKEN.find(AccountLink.objects.select_related("account__user__person"), token.strip())
    if link is None:
        raise UnknownAccountLink
    check_account_link(link)
    if link.account.is_locked:
        raise AccountLinkLocked
    return link


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
