"""How the person of this session proved who they are. A confirmation stores it as its evidence."""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from identity.enums import Method

SESSION_KEY = "proof"


@dataclass(frozen=True, kw_only=True)
class Proof:
    """One identification: method, the broker's id in our settings, the level (acr), and when (ISO 8601).

    One by a password account names the counter check on which the account stands.
    """

    method: Method
    provider: str
    level: str
    at: str
    id_check: int | None = None

    @property
    def time(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.at)


def remember(session: SessionBase, proof: Proof) -> None:
    session[SESSION_KEY] = asdict(proof)


def of_session(session: SessionBase) -> Proof | None:
    """Return the proof of this session; None for one that holds none, such as a staff session."""
    stored: dict[str, Any] | None = session.get(SESSION_KEY)
    return Proof(**{**stored, "method": Method(stored["method"])}) if stored else None
