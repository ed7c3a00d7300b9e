"""Linking a member of staff who had a password to the City's directory, at the command line alone (ADR 58).

It lets whoever the directory knows by an id in as somebody who is here already. No page does that: the id says nothing
to a colleague who would have to confirm it.
"""

from django.contrib.auth.hashers import make_password

from core.actors import Actor, Role, Source
from core.transactions import atomically
from identity import directory, directory_sessions, staff_changes, staff_passwords
from identity.ended_access import end_staff_links
from identity.models import DirectoryIdentity, StaffChange, User
from records.enums import Event
from records.names import employment_chain, user_subject
from records.trail import append_event

AT_COMMAND_LINE = Actor(Role.OPERATOR, Source.COUNTER)  # where nobody is logged in


class CannotLink(Exception):
    """Nothing was changed. The text says why, to the operator."""


@atomically
def link_to_directory(username: str, subject: str) -> User | None:
    """Let whoever the directory knows by an id in as a member of staff who is here, and end their password.

    If the id has come in before and is a user of its own, that user is switched off and returned. Raises CannotLink.
    """
    asked = directory.configured()
    user = User.objects.select_for_update().filter(username=username, is_staff=True).first()
    if asked is None:
        raise CannotLink("STAFF_DIRECTORY names no directory")
    if user is None:
        raise CannotLink(f"no member of staff has the username {username}")
    if staff_passwords.is_break_glass(user) or user.is_superuser:
        raise CannotLink(f"{username} is the break-glass account or a superuser, which stay out of the directory")
    if staff_passwords.is_of_directory(user):
        raise CannotLink(f"{username} is linked already")
    former = (
        User.objects.select_for_update()
        .filter(directory_identity__issuer=asked.issuer, directory_identity__subject=subject)
        .first()
    )
    if former:
        directory_sessions.end_sessions(asked.issuer, subject=subject)
        DirectoryIdentity.objects.filter(user=former).update(user=user)
        former.groups.clear()
        User.objects.filter(pk=former.pk).update(is_active=False)
        _record(former, "")
    else:
        DirectoryIdentity.objects.create(user=user, issuer=asked.issuer, subject=subject)
    User.objects.filter(pk=user.pk).update(password=make_password(None))
    staff_changes.end_sessions(user)
    end_staff_links(user)
    StaffChange.objects.filter(user=user, decided_at=None).delete()
    _record(user, subject)
    return former


def _record(user: User, subject: str) -> None:
    append_event(
        Event.STAFF_LINKED,
        chain=employment_chain(user.pk),
        by=AT_COMMAND_LINE,
        subject=user_subject(user.pk),
        directory_subject=subject,
    )
