"""Password accounts of people without electronic identification: issued only at the counter (J5).

An account proves no more than the ID check that it is based on. The caller decides whether to issue it, and records
that. This module holds its address, its link, its password and its end.
"""

import logging
import uuid

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from core.actors import Actor, Role, Source
from core.addresses import InvalidAddress, read_address
from core.refusals import Refused
from core.text import typed_text
from core.transactions import atomically
from identity import account_letters, account_links
from identity.models import Account, LinkRequest, Person, User
from records.enums import Event
from records.names import account_chain, account_subject
from records.trail import append_event

logger = logging.getLogger(__name__)

BATCH_REQUESTS = 100  # answered in one round


class AccountRefused(Refused):
    """Nothing was changed."""


class AddressTaken(AccountRefused):
    """R15: an account needs an address of its own."""

    message = _(
        "Another person already has an account with this email address. Enter an address that nobody else "
        "uses for an account."
    )


class AccountClosed(AccountRefused):
    message = _("This account has been closed.")


@transaction.atomic
def issue_account(person: Person, *, email: str, id_check: uuid.UUID) -> Account:
    """Give a person an account at an address of their own, and send them the link to set its password.

    An account that the person has already is renewed with this ID check (`id_check`, its key for accounts) and this
    address, and opened again. Raises AddressTaken.
    """
    user = User.objects.select_for_update().get(pk=person.user_id)
    account = Account.objects.filter(user=user).first() or Account(user=user)
    _move(account, email)
    account.id_check_id, account.issued_at, account.closed_at = id_check, timezone.now(), None
    account.wrong_tries = 0
    _save(account)
    account_letters.queue_account_link(account_links.replace_account_link(account))
    return account


@transaction.atomic
def correct_account_address(account: Account, *, email: str, id_check: uuid.UUID) -> None:
    """Move an account to another address and send a new link there; the former link ends.

    From now on the account rests on the ID check that allowed the move (`id_check`, its key for accounts). Raises
    AddressTaken and AccountClosed.
    """
    account = _lock_account(account)
    if account.verified_at and account.email != normal(email):
        account_letters.queue_moved_notice(account)  # to the former address, in case it was not the person
    _move(account, email)
    account.id_check_id = id_check
    _save(account)
    account_letters.queue_account_link(account_links.replace_account_link(account))


@transaction.atomic
def send_link(account: Account, *, is_checked: bool = False) -> None:
    """Send a new link, which ends the former one. Raises AccountClosed.

    If the holder's identity was checked for it, wrong tries are forgotten.
    """
    account = _lock_account(account)
    if is_checked and account.wrong_tries:
        account.wrong_tries = 0
        account.save(update_fields=["wrong_tries"])
    account_letters.queue_account_link(account_links.replace_account_link(account))


@transaction.atomic
def close(account: Account) -> None:
    """End the account, its password, its link and its sessions, and tell the person.

    They may still identify themselves at a bank. Closing a closed account changes nothing.
    """
    try:
        account = _lock_account(account)
    except AccountClosed:
        return
    account.closed_at, account.verified_at = timezone.now(), None
    account.save()
    account_links.end_account_link(account, at=account.closed_at)
    _forget_password(account.user)
    account_letters.queue_closed_notice(account)


def hold(person: Person) -> Account:
    """Lock and return the open account of a person, so that nobody closes or moves it before the caller commits.

    Raises AccountClosed.
    """
    account = Account.objects.select_for_update().filter(user=person.user_id, closed_at=None).first()
    if account is None:
        raise AccountClosed
    return account


def request_link(email: str) -> None:
    """Store a request for a link, for any address that somebody typed.

    No account is looked up: neither the answer nor the time it takes depends on whether the address is known. The
    worker sends the link within a second.
    """
    LinkRequest.objects.create(email=normal(email))


def answer_requests() -> None:
    """Send the links that were asked for, and delete the requests; the worker calls it in every round."""
    for request in LinkRequest.objects.order_by("pk")[:BATCH_REQUESTS]:
        with transaction.atomic():
            deleted, _rows = LinkRequest.objects.filter(pk=request.pk).delete()
            account = live(request.email)
            if deleted and account:  # another worker may have been faster
                send_link(account)


def set_password(token: str, *, password: str, code_end: str) -> Account:
    """Set the password of a link's account, which ends every session of its holder.

    `code_end` is what whoever has the link gives as the last four characters of the holder's personal identity code.
    Raises WrongCodeEnd, which counts as a wrong try, and CannotUseAccountLink; then no password is set.
    """
    account = _try_to_set_password(token, password=password, code_end=code_end)
    if account is None:  # raised here, or the count of wrong tries would be rolled back
        raise account_links.WrongCodeEnd
    return account


@atomically
def _try_to_set_password(token: str, *, password: str, code_end: str) -> Account | None:
    account = Account.objects.select_for_update().get(pk=account_links.find_account_link(token).account_id)
    link = account_links.find_account_link(token)  # again: another click may have been faster
    if not _is_code_end(code_end, holder=link.account.user.person):
        account.wrong_tries += 1
        account.save(update_fields=["wrong_tries"])
        logger.warning("account %d: wrong end of the code", account.pk, extra={"wrong_tries": account.wrong_tries})
        return None
    link.used_at = timezone.now()
    link.save(update_fields=["used_at"])
    account.verified_at, account.wrong_tries = account.verified_at or link.used_at, 0
    account.save(update_fields=["verified_at", "wrong_tries"])
    link.account.user.set_password(password)
    link.account.user.save(update_fields=["password"])
    account_letters.queue_password_notice(link)
    append_event(
        Event.ACCOUNT_PASSWORD_SET,
        chain=account_chain(account.pk),
        by=Actor(Role.APPLICANT, Source.PERSON, user=link.account.user),
        subject=account_subject(account.pk),
    )
    return account


def live(email: str) -> Account | None:
    """Return the open account of an address, with its user and person."""
    accounts = Account.objects.select_related("user__person")
    return accounts.filter(email=normal(email), closed_at=None).first()


def of_person(hetu_indexes: list[str]) -> Account | None:
    """Return the open account of the person with one of these blind indexes, with its user."""
    accounts = Account.objects.select_related("user").filter(user__person__hetu_index__in=hetu_indexes)
    return accounts.filter(closed_at=None).first()


def normal(email: str) -> str:
    """Return an address as accounts store it. Letters go to the stored address, never to a look-alike."""
    try:
        return read_address(email).lower()
    except InvalidAddress:  # the user name of staff, or nothing that an account could have
        return typed_text(email).lower()


def _is_code_end(typed: str, *, holder: Person) -> bool:
    end = (holder.hetu or "")[-account_links.CODE_END_LENGTH :]
    return len(end) == account_links.CODE_END_LENGTH and constant_time_compare(typed, end)


def _lock_account(account: Account) -> Account:
    locked = Account.objects.select_for_update(of=("self",)).select_related("user__person").get(pk=account.pk)
    if locked.closed_at:
        raise AccountClosed
    return locked


def _move(account: Account, email: str) -> None:
    """Give the account another address, and forget a password that a reader of the former one may have set."""
    if account.email == normal(email):
        return
    account.email, account.verified_at = normal(email), None
    _forget_password(account.user)


def _forget_password(user: User) -> None:
    user.set_unusable_password()
    user.save(update_fields=["password"])


def _save(account: Account) -> None:
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError:
        raise AddressTaken from None
