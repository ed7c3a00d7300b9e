"""How the person of a session proved who they are. A confirmation stores this as its evidence."""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from identity.enums import Method

SESSION_KEY = "proof"


@dataclass(frozen=True, kw_only=True)
class Proof:
    """One identification: method, the broker's id in our settings, the level that it told, and when (ISO 8601).

    `means` is the broker's own word for the bank, card or app.
    """

    method: Method
    provider: str
    level: str
    at: str
    means: str = ""

    @property
    def time(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.at)


def remember(session: SessionBase, proof: Proof) -> None:
    session[SESSION_KEY] = asdict(proof)


def of_session(session: SessionBase) -> Proof | None:
    """Return the proof of this session, or None if it holds none, as a staff session."""
    stored: dict[str, Any] | None = session.get(SESSION_KEY)
    if stored is None:
        return None
    # By name: a session that another release began may hold more.
    return Proof(
        method=Method(stored["method"]),
        provider=stored["provider"],
        level=stored["level"],
        at=stored["at"],
        means=stored.get("means", ""),
    )
