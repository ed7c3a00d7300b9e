"""The link by which a member of staff sets their own password (C1, ADR 43). Nobody types a password for another.

It works for three days and once, and a newer one ends it. What it gives is a password: the second factor, and the
colleague who confirms a role on people's data, stand beside it.
"""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import links
from core.actors import Actor, Role, Source
from core.links import MailedSecret
from core.refusals import Refused
from core.transactions import atomically
from identity import staff_passwords
from identity.models import StaffLink, User
from records.enums import Event
from records.names import employment_chain, user_subject
from records.trail import append_event

TOKEN = MailedSecret("staff link")
LIFETIME = dt.timedelta(hours=72)


class CannotUseStaffLink(Refused):
    """The link does nothing any more."""


class UnknownStaffLink(CannotUseStaffLink):
    message = _("We do not know this link. Check that you have the whole link.")


class StaffLinkUsed(CannotUseStaffLink):
    message = _("You have already created a password with this link. Log in with that password.")


class StaffLinkReplaced(CannotUseStaffLink):
    message = _("This link has been replaced. Look for a newer email from us.")


class StaffLinkExpired(CannotUseStaffLink):
    message = _("The link has expired")


class StaffWithoutPasswords(CannotUseStaffLink):
    message = _("You log in with your City account, and need no password here.")


class StaffLinkClosed(CannotUseStaffLink):
    message = _("This username is no longer in use.")


def address_of_link(user: User) -> str:
    """Return where the newest link of a member of staff went; empty if none was sent."""
    newest = StaffLink.objects.filter(user=user, replaced_at=None).order_by("-pk").first()
    return newest.email if newest else ""


def address_that_let_in(user: User) -> str:
    """Return where the link went by which a member of staff last set their password; empty if there was none."""
    used = StaffLink.objects.filter(user=user, used_at__isnull=False).order_by("-used_at").first()
    return used.email if used else ""


def replace_staff_link(user: User, *, email: str) -> StaffLink:
    """End a user's former link, and store and return a new one. The caller has locked the user."""
    now, nonce = timezone.now(), links.new_nonce()
    StaffLink.objects.filter(user=user, used_at=None, replaced_at=None).update(replaced_at=now)
    return StaffLink.objects.create(
        user=user, email=email, nonce=nonce, token_hash=TOKEN.hash_of(nonce), created_at=now
    )


def find_staff_link(token: str) -> StaffLink:
    """Return the live link of a token, with its user. Raises CannotUseStaffLink."""
    link = TOKEN.find(StaffLink.objects.select_related("user"), token.strip())
    if link is None:
        raise UnknownStaffLink
    check_staff_link(link)
    return link


def check_staff_link(link: StaffLink) -> None:
    """Raise CannotUseStaffLink for a link that has ended."""
    if not (link.user.is_active and link.user.is_staff):
        raise StaffLinkClosed
    if not staff_passwords.may_have_one(link.user):
        raise StaffWithoutPasswords
    if link.used_at:
        raise StaffLinkUsed
    if link.replaced_at:
        raise StaffLinkReplaced
    if timezone.now() >= link.created_at + LIFETIME:
        raise StaffLinkExpired


@atomically
def set_staff_password(token: str, *, password: str) -> None:
    """Set the password of the member of staff whom a link was sent to, which ends their sessions.

    Raises CannotUseStaffLink.
    """
    User.objects.select_for_update().get(pk=find_staff_link(token).user_id)
    link = find_staff_link(token)  # again: another click may have been faster
    link.used_at = timezone.now()
    link.save(update_fields=["used_at"])
    link.user.set_password(password)
    link.user.save(update_fields=["password"])
    # In the role that they will have; whoever has none yet runs nothing.
    roles = [role for role in link.user.groups.values_list("name", flat=True) if role in Role.values]
    append_event(
        Event.STAFF_PASSWORD_SET,
        chain=employment_chain(link.user_id),
        by=Actor(Role(min(roles)) if roles else Role.OPERATOR, Source.COUNTER, user=link.user),
        subject=user_subject(link.user_id),
    )
