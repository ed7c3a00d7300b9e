"""Sessions that came through the City's directory: they end when it says so, and after a working day (ADR 58).

A session bears the number of a row, and the row is looked for at every request. So whoever deletes the row ends the
session at once, in all workers, and nobody has to know its key, which changes.
"""

import datetime as dt
import hashlib
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Q, QuerySet
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from identity.models import DirectoryIdentity, DirectorySession, User

PATH = "identity.directory_backend.DirectoryBackend"  # by which a session remembers how its user came in
MARK = "directory_session"
LONGEST = dt.timedelta(hours=8)  # then the directory is asked again who this is and what they may do


def open_session(identity: DirectoryIdentity, session_id: str) -> DirectorySession:
    """Store and return a session that is about to begin. Rows of those that are long over go."""
    past_sessions(timezone.now()).filter(identity=identity).delete()
    return DirectorySession.objects.create(identity=identity, sid=_digest(session_id), began_at=timezone.now())


def end_sessions(issuer: str, *, subject: str = "", session_id: str = "") -> int:
    """End the sessions of one subject, or the one that the directory names, and return how many there were.

    With both, only the one that it names of that subject, and those of the subject that it never named to us: one of
    them may be meant. With neither, none.
    """
    if not (subject or session_id):
        return 0
    wanted = Q(identity__issuer=issuer)
    if subject:
        wanted &= Q(identity__subject=subject)
    if session_id:
        named = {_digest(session_id)}
        wanted &= Q(sid__in=named | {""} if subject else named)
    return DirectorySession.objects.filter(wanted).delete()[0]


def is_over(session: SessionBase) -> bool:
    """Tell whether a session came through the directory and may not go on."""
    if session.get(BACKEND_SESSION_KEY) != PATH:
        return False
    row = session.get(MARK)
    return not row or not DirectorySession.objects.filter(pk=row, began_at__gt=timezone.now() - LONGEST).exists()


def past_sessions(now: dt.datetime) -> QuerySet[DirectorySession]:
    """Return the rows of sessions that have gone on for as long as they may."""
    return DirectorySession.objects.filter(began_at__lte=now - LONGEST)


@receiver(user_logged_in)
def _mark_session(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Write into the session which row it stands on. `directory_staff.admit` has named it at the user."""
    if request.session.get(BACKEND_SESSION_KEY) == PATH:
        request.session[MARK] = getattr(user, MARK, None)


def _digest(session_id: str) -> str:
    return hashlib.sha256(session_id.encode(errors="replace")).hexdigest() if session_id else ""
