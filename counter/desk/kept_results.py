"""Lists of hits that Back leads to, kept in the session of the member of staff: who was found, never by what (R17)."""

import secrets

from django.contrib.sessions.backends.base import SessionBase

from applications.models import Application
from counter.search import Found, hits_of
from records.enums import Event

KEPT = "desk_results"  # the key in the session
MOST_KEPT = 5  # searches


def keep(session: SessionBase, found: Found) -> str:
    """Keep who was found in the session, in place of the oldest search of several; return the token of its page."""
    token = secrets.token_urlsafe(6)
    slots = [hit.applicant.pk for hit in found.hits]
    kept = {"token": token, "event": found.event, "slots": slots, "has_more": found.has_more}
    session[KEPT] = [kept, *session.get(KEPT, [])][:MOST_KEPT]
    return token


def find_again(session: SessionBase, token: str) -> Found | None:
    """Return those of a search who apply now, in three queries; None once the session no longer has the search."""
    for kept in session.get(KEPT, []):
        if kept["token"] == token:
            event = Event(kept["event"])
            return Found(event, hits_of(event, kept["slots"]), kept["has_more"])
    return None


def latest_token(session: SessionBase, application: Application | None) -> str:
    """Return the token of the latest search that found somebody of this application; empty if none did."""
    keys = {slot.pk for slot in application.applicants} if application else set()
    return next((kept["token"] for kept in session.get(KEPT, []) if keys & set(kept["slots"])), "")
