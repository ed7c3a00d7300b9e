"""Sessions in the database (ADR 14), found by nothing but what a key of ours can be (SESSION_ENGINE)."""

import re
from contextvars import ContextVar
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, UpdateError
from django.contrib.sessions.base_session import AbstractBaseSession
from django.utils import timezone
from django.utils.crypto import get_random_string

from core import stored
from core.compiled import Compiled
from identity import directory_sessions
from identity.models import DirectorySession, SignedInSession, User

_LIVE = Compiled(
    lambda key, now: SignedInSession.objects.filter(session_key=key, expire_date__gt=now).select_related(
        "user__person"
    )
)
_READ_ALONG = ContextVar[User | None]("read along", default=None)
KEY = re.compile(r"[a-z0-9]{32}")  # as Django makes them


def read_along() -> User | None:
    """Return the user whom the session that was read last brought along in this thread, with their person, once."""
    user = _READ_ALONG.get()
    _READ_ALONG.set(None)
    return user


class SessionStore(db.SessionStore):
    """A session whose key comes from a cookie, in which anybody may write anything.

    Python reads `\\000` in a quoted cookie as NUL, which PostgreSQL refuses in a text, on every page.
    """

    def _validate_session_key(self, key: str | None) -> bool:
        return KEY.fullmatch(key or "") is not None

    @classmethod
    def get_model_class(cls) -> type[SignedInSession]:
        return SignedInSession

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        """Return the row to be stored, which says whose session it is."""
        row = super().create_model_instance(data)
        row.user_id = data.get(SESSION_KEY)  # type: ignore[attr-defined]  # of the class above
        return row

    def _get_session_from_db(self) -> SignedInSession | None:
        """Return the row of the key, by a statement made once (ADR 62); without one, a new key will be needed."""
        found = _LIVE.first(key=self.session_key, now=timezone.now())
        _READ_ALONG.set(found.user if found else None)
        if found is None:
            self._session_key = None
        return found

    def flush(self) -> None:
        """End the session, however it ends, and with it the row on which one of the City's directory stands."""
        if row := self.get(directory_sessions.MARK):
            DirectorySession.objects.filter(pk=row).delete()
        super().flush()

    def cycle_key(self) -> None:
        """Give the session another key; one without a key gets one when it is stored, at the end of the request."""
        if self.session_key is None:
            self.modified = True
        else:
            super().cycle_key()

    def create(self) -> None:
        """Store the session under a new key, which needs no look whether it is free: chance never makes one twice."""
        data, self._session_key = dict(self.items()), get_random_string(32, VALID_KEY_CHARS)
        self.modified = True
        stored.insert([self.create_model_instance(data)])

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002  # Django's
        """Write the session down. Raises UpdateError if it was ended meanwhile, and else the error of the database.

        Django takes every error for the first, which it answers with 400 at the end of the request.
        """
        if must_create or self.session_key is None:
            super().save(must_create=must_create)
            return
        row = self.create_model_instance(dict(self.items()))
        try:
            stored.update(row, "session_data", "expire_date", "user")
        except stored.RowIsGoneError:
            raise UpdateError from None
