"""The one table of allowed moves, and the one gate that every change of state passes."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from applications.enums import Move, Source, State
from applications.models import OPEN, Application, StateChange
from identity.models import Person

MOVES: dict[tuple[State | None, Move], State] = {
    (None, Move.SENT): State.AWAITING,
    (State.AWAITING, Move.CONFIRMED): State.VALID,
    (State.AWAITING, Move.CHANGED): State.AWAITING,
    (State.VALID, Move.CHANGED): State.AWAITING,
    (State.AWAITING, Move.UNDONE): State.AWAITING,
    (State.VALID, Move.UNDONE): State.AWAITING,
    (State.VALID, Move.RENEWED): State.VALID,
    (State.AWAITING, Move.LAPSED): State.LAPSED,
    (State.VALID, Move.EXPIRED): State.EXPIRED,
    (State.AWAITING, Move.WITHDRAWN): State.WITHDRAWN,
    (State.VALID, Move.WITHDRAWN): State.WITHDRAWN,
    (State.AWAITING, Move.REPLACED): State.REPLACED,
    (State.VALID, Move.REPLACED): State.REPLACED,
}


class NotAllowed(Exception):
    """This application cannot make that move from the state it is in."""

    message = _("This cannot be done to the application in its present state.")


@dataclass(frozen=True)
class Actor:
    """Who makes a move: a person with how they were identified, the housing system by its name, or the clock."""

    source: Source
    person: Person | None = None
    how: str = ""


CLOCK = Actor(Source.CLOCK)


def make(application: Application, move: Move, *, by: Actor, at: dt.datetime) -> None:
    """Move a locked application, and write the row that says so (R19). Raises NotAllowed.

    Saves what else was set on the application with it (version, period of validity), in one statement.
    """
    from_state = State(application.state) if application.state else None
    to_state = MOVES.get((from_state, move))
    if to_state is None:
        raise NotAllowed(f"{move} from {from_state}")
    application.state = to_state
    application.due_at = at if to_state in OPEN else None
    application.save()
    StateChange.objects.create(
        application=application,
        move=move,
        from_state=from_state or "",
        to_state=to_state,
        at=at,
        source=by.source,
        person=by.person,
        how=by.how,
    )
