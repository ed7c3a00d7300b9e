"""The one table of allowed moves, and the one gate that every change of state passes."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from applications import trail
from applications.enums import Move, Source, State
from applications.models import OPEN, Application, StateChange
from applications.trail import Happened
from identity.models import Person, User
from records.enums import Event, Role
from records.trail import Who

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
    """Who makes a move: a person with how they were identified, staff in a role, the housing system, the clock."""

    source: Source
    person: Person | None = None
    how: str = ""
    staff: User | None = None
    role: Role = Role.ADVISER  # of the member of staff

    @property
    def who(self) -> Who:
        """The same for the trail."""
        match self.source:
            case Source.PERSON:
                return Who(Role.APPLICANT, user_id=self.person.user_id if self.person else None)
            case Source.COUNTER:
                return Who(self.role, user_id=self.staff.pk if self.staff else None)
            case Source.HOUSING_SYSTEM:
                return Who(Role.HOUSING_SYSTEM, name=self.how)
            case Source.CLOCK:
                return Who(Role.CLOCK)
            case Source.FORM:
                return Who(Role.APPLICANT)


CLOCK = Actor(Source.CLOCK)
FORM = Actor(Source.FORM)  # somebody who fills in the form without being identified


def make(application: Application, move: Move, *, by: Actor, at: dt.datetime, after: Happened | None = None) -> None:
    """Move a locked application, and write the row that says so (R19), and the trail. Raises NotAllowed.

    Saves what else was set on the application with it (version, period of validity), in one statement.
    What caused the move, if more than itself, is `after`: the trail has it before the move.
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
        staff=by.staff,
        how=by.how,
    )
    trail.record(application, *([after] if after else []), Happened(Event(move)), by=by.who)
