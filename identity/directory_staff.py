"""What a sign-in through the City's directory means here: who comes in, and in which roles (ADR 58).

The directory alone decides on the roles of whoever comes through it, at each log-in anew. Somebody is known by the
directory's own id of them, never by their name or email address: those change, and are given to somebody else.
"""

import re
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError

from core.actors import Actor, Role, Source
from core.masking import mask_codes
from core.text import has_control, storable, typed_text
from core.transactions import atomically
from identity import directory, directory_sessions
from identity.directory_answers import DirectoryAnswer, HasNoRole, NotAdmitted, NotInUse, UnusableAnswer
from identity.models import DirectoryIdentity, User
from records.enums import Event
from records.names import employment_chain, user_subject
from records.trail import append_event

ROLES = {Role.ADVISER, Role.SUPERVISOR, Role.OPERATOR}
LONGEST_ISSUER, LONGEST_SUBJECT, LONGEST_NAME = 200, 255, 150
TRIES = 5
NOT_OF_USERNAMES = re.compile(r"[^\w.@+-]")


def admit(answer: DirectoryAnswer) -> User:
    """Return the member of staff of a verified answer, with the names and the roles that the directory gives them.

    The caller logs in exactly this object, with the backend `directory_sessions.PATH`: it names the row on which the
    session stands. Raises NotAdmitted; then they have no session of the directory any more, and without a role in
    the directory none here either (C1).
    """
    name = answer.issuer + answer.subject
    is_too_long = len(answer.issuer) > LONGEST_ISSUER or len(answer.subject) > LONGEST_SUBJECT
    # A directory that names people by their personal identity codes is to be set up in another way (R17).
    if not answer.subject or is_too_long or has_control(name) or mask_codes(name) != name:
        raise UnusableAnswer
    for left in reversed(range(TRIES)):
        try:
            user, refusal = _settle(answer)
        except IntegrityError:  # another window of theirs, or another new person of that name, was faster
            if not left:
                raise
        else:
            break
    if user is None or refusal:
        raise refusal or HasNoRole
    return user


@atomically
def _settle(answer: DirectoryAnswer) -> tuple[User | None, type[NotAdmitted] | None]:
    """Store what the answer says and open a session, or return why there is none. What is refused is stored too."""
    asked = directory.configured()
    groups = asked.groups if asked else {}
    roles = {role for group, role in groups.items() if group in answer.groups and role in ROLES}
    known = DirectoryIdentity.objects.filter(issuer=answer.issuer, subject=answer.subject).first()
    if known is None:
        if not roles:
            return None, HasNoRole
        new = User.objects.create(
            username=_free_username(answer.username), is_staff=True, password=make_password(None)
        )
        known = DirectoryIdentity.objects.create(user=new, issuer=answer.issuer, subject=answer.subject)
    user = User.objects.select_for_update().get(pk=known.user_id)
    refusal = None if roles and user.is_active else NotInUse if roles else HasNoRole
    if user.is_active or not roles:
        _take_over(user, answer, roles)
    if refusal:
        directory_sessions.end_sessions(answer.issuer, subject=answer.subject)
    else:
        setattr(user, directory_sessions.MARK, directory_sessions.open_session(known, answer.session_id).pk)
    return user, refusal


def _take_over(user: User, answer: DirectoryAnswer, roles: set[str]) -> None:
    """Make names, address and roles those of the directory, and record it if anything changes."""
    told = {name: _name(getattr(answer, name)) for name in ("first_name", "last_name")} | {"email": _email(answer)}
    changes: dict[str, Any] = {name: value for name, value in told.items() if value and value != getattr(user, name)}
    if user.is_superuser:  # somebody made them one past every page
        changes["is_superuser"] = False
    held = set(user.groups.values_list("name", flat=True))
    if not changes and held == roles:
        return
    for name, value in changes.items():
        setattr(user, name, value)
    user.save(update_fields=[*changes])
    user.groups.set(Group.objects.filter(name__in=roles))
    append_event(
        Event.STAFF_FROM_DIRECTORY,
        chain=employment_chain(user.pk),
        by=Actor(Role.DIRECTORY, Source.COUNTER, name=answer.issuer),
        subject=user_subject(user.pk),
        directory_subject=answer.subject,
        roles=", ".join(sorted(roles)),
    )


def _free_username(wanted: str) -> str:
    """Return a username that nobody has, as near as possible to that of the directory."""
    told = typed_text(storable(wanted))
    name = NOT_OF_USERNAMES.sub("", told).lower()[: LONGEST_NAME - 8]
    base = name if name and mask_codes(told) == told else "staff"
    number, found = 1, base
    while found == settings.BREAK_GLASS_USERNAME or User.objects.filter(username=found).exists():
        number += 1
        found = f"{base}-{number}"
    return found


def _name(text: str) -> str:
    return mask_codes(typed_text(storable(text)))[:LONGEST_NAME]


def _email(answer: DirectoryAnswer) -> str:
    """Return the address if letters can go there, or nothing."""
    address = typed_text(answer.email)
    try:
        validate_email(address)
    except ValidationError:
        return ""
    return address if len(address) <= 254 else ""
