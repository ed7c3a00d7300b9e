"""What the housing system is told: one event for each change of state of an application that a client sent (J8).

The rows of the changes are the outbox (R19); nothing is added to the transactions that write them. `collect` turns
them into events soon afterwards. It holds the client's lock until it has committed, so a client's events appear in
the order of their numbers, although the changes themselves may commit in any order.
"""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Prefetch, QuerySet

from applications import dates
from applications.enums import State, Transition
from applications.models import Applicant, Application, Confirmation, StateChange, Version
from upstream import deliveries
from upstream.models import ApiClient, Event
from upstream.schemas import CloudEvent, EventData, EventPage

TYPE = "fi.heka-confirm.application."
NEW_VERSION = (Transition.SENT, Transition.CHANGED)
NEW_PERIOD = (Transition.SENT, Transition.CHANGED, Transition.RENEWED)
# How many changes before the newest known one are looked at again, since a lower number may commit later.
NEAR, FAR = 1_000, 100_000
BATCH_CHANGES = 500


def collect(look_back: int = NEAR) -> int:
    """Make the events of changes that have none, and their deliveries; return how many events.

    It looks at the last `look_back` changes. Any number of workers may run it.
    """
    made = 0
    while _uncollected(look_back).exists():
        batch = _collect_some(look_back)
        made += batch
        if not batch:  # another worker has the clients in hand
            break
    return made


def collect_late() -> int:
    """Make the events of changes whose transactions took long, such as those of an import."""
    return collect(FAR)


def page(client: ApiClient, *, after: int, limit: int) -> EventPage:
    """Return at most `limit` of a client's own events whose numbers follow `after`, in order."""
    found = list(client.events.filter(pk__gt=after).select_related("change").order_by("pk")[: limit + 1])
    shown = found[:limit]
    return EventPage(
        events=[cloud_event(event) for event in shown],
        next=str(shown[-1].pk if shown else after),
        more=len(found) > limit,
    )


def cloud_event(event: Event) -> CloudEvent:
    """Return an event in the form of CloudEvents 1.0. It names nobody and holds no identity code (R17)."""
    data = EventData(**event.data)
    return CloudEvent(
        id=str(event.pk),
        source=settings.PUBLIC_URL,
        type=TYPE + event.change.transition,
        subject=data.reference,
        time=event.change.at.isoformat(),
        data=data,
    )


def _uncollected(look_back: int) -> QuerySet[StateChange]:
    newest = Event.objects.aggregate(newest=Max("change"))["newest"] or 0
    return StateChange.objects.filter(pk__gt=newest - look_back, application__intake__isnull=False, event=None)


@transaction.atomic
def _collect_some(look_back: int) -> int:
    skip_locked = connection.features.has_select_for_update_skip_locked
    locked = ApiClient.objects.select_for_update(no_key=True, skip_locked=skip_locked).order_by("pk")
    changes = _uncollected(look_back).filter(application__intake__client__in=[client.pk for client in locked])
    found = changes.order_by("pk").values_list("application", flat=True)[:BATCH_CHANGES]
    # All missing events of each application: its earlier changes may lie further back than we look.
    applications = Application.objects.filter(pk__in=set(found)).select_related("intake")
    with_past = applications.prefetch_related(
        Prefetch("changes", StateChange.objects.select_related("event").order_by("pk")),
        Prefetch("versions", Version.objects.defer("content")),
        Prefetch("versions__applicants", Applicant.objects.defer("hetu")),
        "versions__applicants__confirmations",
    )
    events = [event for application in with_past for event in _events_of(application)]
    events.sort(key=lambda event: event.change_id)
    deliveries.queue_deliveries(Event.objects.bulk_create(events))
    return len(events)


def _events_of(application: Application) -> Iterator[Event]:
    """Yield an event for each change of an application that has none: how the application stood after that change."""
    versions = {version.number: version for version in application.versions.all()}
    number, valid_until = 0, application.valid_until
    for change in application.changes.all():
        number += change.transition in NEW_VERSION
        if change.transition in NEW_PERIOD:
            valid_until = dates.valid_until(change.at)
        if not hasattr(change, "event"):
            version = versions.get(number) or application.version
            data: dict[str, Any] = {
                "reference": application.number,
                "client_reference": application.intake.reference,
                "state": change.to_state,
                "from_state": change.from_state or None,
                "valid_until": valid_until.isoformat(),
                "version": version.number,
                "digest": version.digest,
                "waits_for": _waits_for(version, change),
                "confirmed": _confirmed(version, change),
                "represented": _represented(version, change),
            }
            yield Event(client_id=application.intake.client_id, application=application, change=change, data=data)


def _waits_for(version: Version, change: StateChange) -> int:
    """Return how many adults had not confirmed a version when the application changed (R1, R2)."""
    if change.to_state != State.AWAITING:
        return 0
    return sum(a.is_adult and not _confirmation_then(a, change) for a in version.applicants.all())


def _confirmed(version: Version, change: StateChange) -> list[dict[str, str | int]]:
    """Return who had confirmed a version when the application changed, and by which method."""
    return [
        {"position": a.position, "method": one.method}
        for a in sorted(version.applicants.all(), key=lambda a: a.position)
        if (one := _confirmation_then(a, change))
    ]


def _represented(version: Version, change: StateChange) -> list[dict[str, str | int]]:
    """Return for whom a guardian or proxy had confirmed a version when the application changed (C6)."""
    return [
        {"position": a.position, "representative": one.representative}
        for a in sorted(version.applicants.all(), key=lambda a: a.position)
        if (one := _confirmation_then(a, change)) and one.representative
    ]


def _confirmation_then(applicant: Applicant, change: StateChange) -> Confirmation | None:
    return next(
        (
            one
            for one in applicant.confirmations.all()
            if one.confirmed_at <= change.at and (one.undone_at is None or one.undone_at > change.at)
        ),
        None,
    )
