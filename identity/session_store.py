"""Sessions in the database (ADR 14), found by nothing but what a key of ours can be (SESSION_ENGINE)."""

import re

from django.contrib.sessions.backends import db

KEY = re.compile(r"[a-z0-9]{32}")  # as Django makes them


class SessionStore(db.SessionStore):
    """A session whose key comes from a cookie, in which anybody may write anything.

    Python reads `\\000` in a quoted cookie as NUL, which PostgreSQL refuses in a text, on every page.
    """

    def _validate_session_key(self, key: str | None) -> bool:
        return KEY.fullmatch(key or "") is not None
