"""Sessions in the database (ADR 14), found by nothing but what a key of ours can be (SESSION_ENGINE)."""

import re

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.utils import timezone

from core.compiled import Compiled
from core.transactions import DATABASE_AWAY
from identity import directory_sessions
from identity.models import DirectorySession

_LIVE = Compiled(lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now))
KEY = re.compile(r"[a-z0-9]{32}")  # as Django makes them


class SessionStore(db.SessionStore):
    """A session whose key comes from a cookie, in which anybody may write anything.

    Python reads `\\000` in a quoted cookie as NUL, which PostgreSQL refuses in a text, on every page.
    """

    def _validate_session_key(self, key: str | None) -> bool:
        return KEY.fullmatch(key or "") is not None

    def _get_session_from_db(self) -> Session | None:
        """Return the row of the key, by a statement made once (ADR 62); without one, a new key will be needed."""
        found = _LIVE.first(key=self.session_key, now=timezone.now())
        if found is None:
            self._session_key = None
        return found

    def flush(self) -> None:
        """End the session, however it ends, and with it the row on which one of the City's directory stands."""
        if row := self.get(directory_sessions.MARK):
            DirectorySession.objects.filter(pk=row).delete()
        super().flush()

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002  # Django's
        """Write the session down. Raises UpdateError if it was ended meanwhile, and else the error of the database.

        Django takes every error for the first, which it answers with 400 at the end of the request.
        """
        try:
            super().save(must_create=must_create)
        except UpdateError as error:
            if isinstance(error.__context__, DATABASE_AWAY):
                raise error.__context__ from error.__context__.__cause__
            raise
