"""What happens to applications, in the trail: one chain for each application, whom it is about by their slot."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from applications.models import Applicant, Application
from records import trail
from records.enums import Event
from records.trail import Entered, Who


@dataclass(frozen=True)
class Happened:
    """One event, the applicant whom it is about, and what else is to be known: never details of a person."""

    event: Event
    applicant: Applicant | None = None
    facts: Mapping[str, str | int | bool] = field(default_factory=dict)


def record(application: Application, *happened: Happened, by: Who) -> None:
    """Write events of an application, in their order."""
    trail.record_many(
        chain(application),
        [Entered(one.event, subject(one.applicant) if one.applicant else "", one.facts) for one in happened],
        by=by,
    )


def chain(application: Application) -> str:
    return f"application {application.pk}"


def applications_of(chains: Iterable[str]) -> dict[int, str]:
    """Return those of these names of chains that are applications', by the application's key."""
    parts = [(name, *name.rpartition(" ")) for name in chains]
    return {int(key): name for name, kind, _space, key in parts if kind == "application"}


def subject(applicant: Applicant) -> str:
    return f"applicant {applicant.pk}"
