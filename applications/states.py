"""The one table of allowed transitions, and the one gate that every change of state passes."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from applications.enums import Act, State, Transition
from applications.models import OPEN, Application, IdCheck, RecordedAct, StateChange
from applications.trail import ApplicationEvent, evidence_facts, record_events, record_events_of
from core import stored
from core.actors import Actor, Source, acting_staff
from core.among import Among
from records.enums import Event

TRANSITIONS: dict[tuple[State | None, Transition], State] = {
    (None, Transition.SENT): State.AWAITING,
    (State.AWAITING, Transition.CONFIRMED): State.VALID,
    (State.AWAITING, Transition.CHANGED): State.AWAITING,
    (State.VALID, Transition.CHANGED): State.AWAITING,
    (State.AWAITING, Transition.UNDONE): State.AWAITING,
    (State.VALID, Transition.UNDONE): State.AWAITING,
    (State.VALID, Transition.RENEWED): State.VALID,
    (State.AWAITING, Transition.LAPSED): State.LAPSED,
    (State.VALID, Transition.EXPIRED): State.EXPIRED,
    (State.AWAITING, Transition.WITHDRAWN): State.WITHDRAWN,
    (State.VALID, Transition.WITHDRAWN): State.WITHDRAWN,
    (State.AWAITING, Transition.REPLACED): State.REPLACED,
    (State.VALID, Transition.REPLACED): State.REPLACED,
}
FIRST_STATE = TRANSITIONS[None, Transition.SENT]
# What staff record for a person before them, and so on an ID check alone.
ON_A_CHECK = (Transition.RENEWED, Transition.WITHDRAWN)
# All that may happen to an application past its last day, whether or not the clock has been there (R5).
ENDS_BY_TIME = (Transition.LAPSED, Transition.EXPIRED)
WHOLE = tuple(field.name for field in Application._meta.concrete_fields if not field.primary_key)


class TransitionNotAllowed(Exception):
    """This application cannot make that transition from the state it is in, or its last day is over."""

    message = _("The application has changed, and this can no longer be done. See the status of the application.")


def begin(applications: Sequence[Application], *, by: Actor) -> None:
    """Write down that new applications, stored in FIRST_STATE, were sent, as transition() does of what follows."""
    changes = stored.insert(
        StateChange(
            application=each,
            transition=Transition.SENT,
            from_state="",
            to_state=each.state,
            at=each.sent_at,
            **_who(by),
        )
        for each in applications
    )
    sent = ApplicationEvent(Event.SENT)
    record_events_of([(change.application, [sent], change) for change in changes], by=by, are_new=True)


def transition(
    application: Application,
    kind: Transition,
    *,
    by: Actor,
    at: dt.datetime,
    because: ApplicationEvent | None = None,
    check: IdCheck | None = None,
) -> None:
    """Change the state of a locked application, and write that down as a row (R19) and in the trail.

    The same statement saves what else was set on the application (version, period of validity). The trail has the
    event that caused the transition, `because`, before the transition itself. `check` is the ID check of the person
    for whom staff act. Raises TransitionNotAllowed, and TypeError when staff renew or withdraw without a check.
    """
    if by.source == Source.COUNTER and kind in ON_A_CHECK and check is None:
        raise TypeError("Staff act on an ID check of the person")
    change = _change(application, kind, by=by, at=at)
    stored.update(application, *WHOLE)
    stored.insert([change])
    if check is not None:
        RecordedAct.objects.create(id_check=check, kind=Act(kind), change=change, staff=acting_staff(by), at=at)
    made = ApplicationEvent(Event(kind), check.applicant if check else None, evidence_facts(check))
    record_events(application, *([because] if because else []), made, by=by, change=change)


def end_several(applications: Sequence[Application], kind: Transition, *, by: Actor, at: dt.datetime) -> None:
    """Let locked applications lapse or expire, and write that down of each as transition() does.

    Raises TransitionNotAllowed, and then none has ended.
    """
    changes = [_change(each, kind, by=by, at=at) for each in applications]
    rows = Application.objects.filter(Among("pk", [each.pk for each in applications]))
    for to_state in {change.to_state for change in changes}:  # the one to which that leads
        rows.update(state=to_state, due_at=None)
    stored.insert(changes)
    ended = ApplicationEvent(Event(kind))
    record_events_of([(change.application, [ended], change) for change in changes], by=by)


def _change(application: Application, kind: Transition, *, by: Actor, at: dt.datetime) -> StateChange:
    """Set the state to which a transition leads, and return the row that tells of it, neither of them stored yet."""
    from_state = State(application.state) if application.state else None
    to_state = TRANSITIONS.get((from_state, kind))
    is_too_late = from_state is not None and kind not in ENDS_BY_TIME and application.is_past_its_time(at)
    if to_state is None or is_too_late:
        raise TransitionNotAllowed(f"{kind} from {from_state}")
    application.state = to_state
    application.due_at = at if to_state in OPEN else None
    return StateChange(
        application=application, transition=kind, from_state=from_state or "", to_state=to_state, at=at, **_who(by)
    )


def _who(by: Actor) -> dict[str, Any]:
    return {"role": by.role, "source": by.source, "user": by.user, "name": by.name, "how": by.how}
