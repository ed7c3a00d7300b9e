"""What happens to applications, in the trail: one chain for each application, which names people by their slot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from applications.models import Applicant, Application, IdCheck
from core.actors import Actor
from records.enums import Event
from records.names import applicant_subject, application_chain
from records.trail import TrailEvent, append_to_chains


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


def record_events(application: Application, *events: ApplicationEvent, by: Actor) -> None:
    """Write events of an application in their order."""
    record_events_of({application: events}, by=by)


def record_events_of(events: Mapping[Application, Sequence[ApplicationEvent]], *, by: Actor) -> None:
    """Write events of several applications, those of each in their order, in three statements for up to 500."""
    append_to_chains(
        {
            application_chain(application.pk): [
                TrailEvent(each.event, applicant_subject(each.applicant.pk) if each.applicant else "", each.facts)
                for each in own
            ]
            for application, own in events.items()
        },
        by=by,
    )
