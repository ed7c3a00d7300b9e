"""Whoever was let in before a restore comes in anew: some left since, and some links were used (ADR 57)."""

from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from identity.models import AccountLink, LinkRequest, StaffLink, User


def live_account_links() -> QuerySet[AccountLink]:
    """Return the links of accounts that nobody has used."""
    return AccountLink.objects.filter(used_at=None, replaced_at=None)


def live_staff_links() -> QuerySet[StaffLink]:
    """Return the links of staff that nobody has used."""
    return StaffLink.objects.filter(used_at=None, replaced_at=None)


def end_staff_links(user: User) -> None:
    """End the link that a member of staff may have."""
    live_staff_links().filter(user=user).update(replaced_at=timezone.now())


def end_sessions() -> int:
    """End every session and return how many there were."""
    return Session.objects.all().delete()[0]


def end_links() -> int:
    """End every link for a password, and forget who has asked for one; return how many links worked until now.

    A link that was used after the backup would work a second time.
    """
    LinkRequest.objects.all().delete()
    now = timezone.now()
    return live_account_links().update(replaced_at=now) + live_staff_links().update(replaced_at=now)
