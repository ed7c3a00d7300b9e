"""What happens to applications, in the trail: one chain for each application, which names people by their slot.

What housing systems are told of it is written beside the trail (ADR 45).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from django.utils import timezone

from applications.enums import Happened
from applications.models import OPEN, Applicant, Application, Happening, IdCheck, StateChange
from core import stored
from core.actors import Actor
from records.enums import Event
from records.names import applicant_subject, application_chain
from records.trail import TrailEvent, append_to_chains

TOLD = {Event(happened): happened for happened in Happened} | {Event.ADDRESS_CHANGED: Happened.CONTACT_DETAILS_CHANGED}


@dataclass(frozen=True)
class ApplicationEvent:
    """One event, the applicant whom it is about, and further facts, which are never details of a person."""

    event: Event
    applicant: Applicant | None = None
    facts: Mapping[str, str | int | bool] = field(default_factory=dict)


def evidence_facts(check: IdCheck | None) -> dict[str, str | int | bool]:
    """Return the ID check on which an act at the counter rests, and the kind of who acted for the person (C6)."""
    if check is None:
        return {}
    represented = {"representative": check.representative} if check.representative else {}
    return {"id_check": check.pk, **represented, **check.paper_facts}


def record_events(
    application: Application, *events: ApplicationEvent, by: Actor, change: StateChange | None = None
) -> None:
    """Write events of an application in their order, and what housing systems are told of them.

    `change` is the change of state that the last of them is.
    """
    record_events_of([(application, events, change)], by=by)


def record_events_of(
    happened: Sequence[tuple[Application, Sequence[ApplicationEvent], StateChange | None]],
    *,
    by: Actor,
    are_new: bool = False,
) -> None:
    """Write as record_events() does what happened to several applications, in four statements for up to 500.

    Nothing was written before of those that `are_new`, which takes three: they are stored in this transaction.
    """
    append_to_chains(
        {
            application_chain(application.pk): [
                TrailEvent(each.event, applicant_subject(each.applicant.pk) if each.applicant else "", each.facts)
                for each in events
            ]
            for application, events, _change in happened
        },
        by=by,
        are_new=are_new,
    )
    told = [happening_of(application, events, by=by, change=change) for application, events, change in happened]
    stored.insert([each for each in told if each])


def happening_of(
    application: Application, events: Sequence[ApplicationEvent], *, by: Actor, change: StateChange | None
) -> Happening | None:
    """Return what housing systems are told of events that were one act, not yet stored; None if it is nothing.

    The last event tells of the whole act: an application that becomes valid has been confirmed by somebody. Besides
    changes of state, they are told of what concerns somebody in the present version of an open application.
    """
    kind = TOLD.get(events[-1].event) if events else None
    applicant = next((each.applicant for each in events if each.applicant), None)
    is_past = application.state not in OPEN or (applicant and applicant.version_id != application.current_id)
    if kind is None or (change is None and is_past):
        return None
    return Happening(
        application=application,
        kind=kind,
        version_id=cast("int", application.current_id),
        applicant=applicant,
        change=change,
        state=application.state,
        valid_until=application.valid_until,
        source=by.source,
        at=change.at if change else timezone.now(),
    )
