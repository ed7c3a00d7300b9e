"""Many of a client's own applications at once: listed, asked for, and compared with what the client knows."""

import datetime as dt
from collections.abc import Collection

from django.db.models import Max, Q

from applications import references
from applications.enums import State
from applications.models import Application, StateChange
from upstream import standing
from upstream.bulk_schemas import (
    ApplicationPage,
    ApplicationSummary,
    AskedStatuses,
    Differences,
    Knowledge,
    Statuses,
)
from upstream.models import ApiClient, Event, Intake


def page(
    client: ApiClient,
    *,
    states: Collection[State],
    client_reference: str | None,
    changed_since: dt.datetime | None,
    after: int,
    limit: int,
) -> ApplicationPage:
    """Return at most `limit` of a client's own applications that came in after the cursor `after`, in that order.

    An application keeps its place however it changes, so that whoever pages meets each once.
    """
    found = standing.own_with_applicants(client).filter(intake__pk__gt=after).order_by("intake__pk")
    if states:
        found = found.in_states(states)
    if client_reference is not None:
        found = found.filter(intake__reference=client_reference)
    if changed_since is not None:
        # By when we knew: an application is here later than it was sent.
        told = Event.objects.filter(client=client, collected_at__gte=changed_since)
        found = found.filter(pk__in=told.values("application"))
    applications = list(found[: limit + 1])
    shown = applications[:limit]
    return ApplicationPage(
        applications=_summaries(shown),
        next=str(shown[-1].intake.pk if shown else after),
        more=len(applications) > limit,
    )


def statuses(asked: AskedStatuses, *, client: ApiClient) -> Statuses:
    """Return how the client's own applications of these numbers stand, each once."""
    numbers = [references.normalise_reference(number) for number in asked.references]
    intakes = Intake.objects.filter(client=client, reference__in=asked.client_references)
    named = dict(intakes.values_list("reference", "application"))
    either = Q(reference__in={number for number in numbers if number}) | Q(pk__in=named.values())
    own = list(standing.own_applications(client).filter(either))
    of_number = {one.reference: one for one in own}
    of_key = {one.pk: one for one in own}
    wanted = [
        *((given, of_number.get(number or "")) for given, number in zip(asked.references, numbers, strict=True)),
        *((given, of_key.get(named.get(given, 0))) for given in asked.client_references),
    ]
    found = {one.pk: one for _given, one in wanted if one}
    return Statuses(
        applications=standing.statuses(found.values()),
        unknown=list(dict.fromkeys(given for given, one in wanted if one is None)),
    )


def differences(knowledge: Knowledge, *, client: ApiClient) -> Differences:
    """Return which of a client's own applications stand otherwise than the client knows, and how."""
    numbers = [references.normalise_reference(known.reference) for known in knowledge.applications]
    own = Application.objects.filter(intake__client=client, reference__in={number for number in numbers if number})
    light = own.select_related("current").only("reference", "state", "valid_until", "current__number")
    now = {one.reference: (one.version.number, one.status) for one in light}
    given = list(zip(knowledge.applications, numbers, strict=True))
    # Each once, in the order in which they were sent.
    different = dict.fromkeys(
        number for known, number in given if number in now and now[number] != (known.version, known.state)
    )
    anew = standing.own_with_applicants(client).filter(reference__in=different)
    found = {one.reference: one for one in anew} if different else {}
    return Differences(
        different=_summaries([found[number] for number in different if number in found]),
        unknown=list(dict.fromkeys(known.reference for known, number in given if number not in now)),
    )


def _summaries(applications: list[Application]) -> list[ApplicationSummary]:
    changes = StateChange.objects.filter(application__in=[one.pk for one in applications])
    last = dict(changes.values_list("application").annotate(Max("at")))
    return [
        ApplicationSummary(
            reference=one.number,
            client_reference=one.intake.reference,
            state=one.status,
            version=one.version.number,
            digest=one.version.digest,
            valid_until=one.valid_until,
            waits_for=len(one.waits_for) if one.status == State.AWAITING else 0,
            state_changed_at=last[one.pk],
        )
        for one in applications
    ]
