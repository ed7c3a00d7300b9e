"""What the housing system is told: one event for each happening of an application that is a client's (J8).

The rows of the happenings are the outbox (ADR 45); nothing else is added to the transactions that write them.
`collect` turns them into events soon afterwards. It holds the client's lock until it has committed, so a client's
events appear in the order of their numbers, although the happenings themselves may commit in any order.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Prefetch, Q, QuerySet

from applications.enums import Happened, State
from applications.models import Applicant, Application, Happening, Version
from upstream import deliveries, differences, forms_received, standing
from upstream.models import ApiClient, Event, LostNumbers
from upstream.schemas import EVENT_TYPE, CloudEvent, EventData, EventPage

# How many happenings before the newest known one are looked at again, since a lower number may commit later.
NEAR, FAR = 1_000, 100_000
BATCH_HAPPENINGS = 500
MARK = 8  # characters of an event's id in a cursor


class UnknownCursor(Exception):
    """The cursor names an event that is not there, as after a restore: events may have been missed."""


def collect(look_back: int = NEAR) -> int:
    """Make the events of happenings that have none, and their deliveries; return how many events.

    It looks at the last `look_back` happenings. Any number of workers may run it.
    """
    if receiver := forms_received.receiver():
        forms_received.adopt(_uncollected(look_back, application__intake=None), client=receiver)
    made = 0
    while _uncollected(look_back, application__intake__isnull=False).exists():
        batch = _collect_some(look_back)
        made += batch
        if not batch:  # another worker has the clients in hand
            break
    return made


def collect_late() -> int:
    """Make the events of happenings whose transactions took long, such as those of an import.

    Open applications that were filled in here before a client was named to receive them are given to it.
    """
    if receiver := forms_received.receiver():
        forms_received.adopt(Happening.objects.filter(application__intake=None), client=receiver)
    return collect(FAR)


def page(client: ApiClient, chosen: Q, *, after: str, limit: int) -> EventPage:
    """Return at most `limit` of a client's own events that follow a cursor and are chosen, in order.

    Where none are left, `next` passes all that there are. Raises UnknownCursor.
    """
    own = Event.objects.filter(client=client)
    newest = own.order_by("pk").last() if chosen else None  # before we look: what comes meanwhile is not passed by
    following = own.filter(chosen, pk__gt=_place(after)).select_related("happening").order_by("pk")
    found = list(following[: limit + 1])
    shown = found[:limit]
    last = shown[-1] if shown else newest
    return EventPage(
        events=[cloud_event(event) for event in shown],
        next=f"{last.pk}-{last.uid[:MARK]}" if last else after,
        more=len(found) > limit,
    )


def chosen(client: ApiClient, *, since: dt.datetime | None = None, reference: str | None = None) -> Q:
    """Return the condition for events collected since a time, of one application, or all.

    Raises standing.NotFound if the client has no such application.
    """
    condition = Q()
    if since is not None:
        condition &= Q(collected_at__gte=since)
    if reference is not None:
        condition &= Q(application=standing.own_intake(reference, client=client).application_id)
    return condition


def cloud_event(event: Event) -> CloudEvent:
    """Return an event in the form of CloudEvents 1.0. It names nobody and holds no identity code (R17)."""
    data = EventData(**event.data)
    return CloudEvent(
        id=event.uid,
        source=settings.PUBLIC_URL,
        type=EVENT_TYPE + event.happening.kind,
        subject=data.reference,
        time=event.happening.at.isoformat(),
        data=data,
    )


def _place(cursor: str) -> int:
    """Return the number after which events follow. Raises UnknownCursor."""
    number, _, mark = cursor.partition("-")
    if int(number):
        uid = Event.objects.filter(pk=number).values_list("uid", flat=True).first()
        # One that is not there may have been erased with its application; one that lies ahead never was there.
        is_ahead = uid is None and not Event.objects.filter(pk__gt=number).exists()
        is_lost = uid is None and LostNumbers.objects.filter(after__lt=number, until__gte=number).exists()
        if is_ahead or is_lost or (uid is not None and not uid.startswith(mark)):
            raise UnknownCursor
    return int(number)


def _uncollected(look_back: int, **conditions: Any) -> QuerySet[Happening]:
    newest = Event.objects.aggregate(newest=Max("happening"))["newest"] or 0
    return Happening.objects.filter(pk__gt=newest - look_back, event=None, **conditions)


@transaction.atomic
def _collect_some(look_back: int) -> int:
    skip_locked = connection.features.has_select_for_update_skip_locked
    locked = ApiClient.objects.select_for_update(no_key=True, skip_locked=skip_locked).order_by("pk")
    of_clients = _uncollected(look_back, application__intake__client__in=[client.pk for client in locked])
    found = of_clients.order_by("pk").values_list("application", flat=True)[:BATCH_HAPPENINGS]
    # All missing events of each application: what happened earlier may lie further back than we look.
    applications = Application.objects.filter(pk__in=set(found)).select_related("intake")
    happenings = Happening.objects.select_related("event", "change", "applicant").defer("applicant__hetu")
    with_past = applications.prefetch_related(
        Prefetch("happenings", happenings.order_by("pk")),
        Prefetch("versions", Version.objects.defer("content")),
        Prefetch("versions__applicants", Applicant.objects.defer("hetu").order_by("position")),
        "versions__applicants__confirmations",
    )
    contents = _changed_contents(with_past)
    events = [event for application in with_past for event in _events_of(application, contents)]
    events.sort(key=lambda event: event.happening_id)
    deliveries.queue_deliveries(Event.objects.bulk_create(events))
    return len(events)


def _changed_contents(applications: Iterable[Application]) -> dict[int, str | None]:
    """Return the contents, by version, before and after the changes that have no event yet, by one query."""
    versions = [
        version.pk
        for application in applications
        for happening in application.happenings.all()
        if happening.kind == Happened.CHANGED and not hasattr(happening, "event")
        for version in application.versions.all()
    ]
    return dict(Version.objects.filter(pk__in=versions).values_list("pk", "content")) if versions else {}


def _events_of(application: Application, contents: Mapping[int, str | None]) -> Iterator[Event]:
    """Yield an event for each happening of an application that has none: how the application stood then."""
    versions = {version.pk: version for version in application.versions.all()}
    content_of = {version.number: contents.get(version.pk) or "" for version in versions.values()}
    intake = application.intake
    for happening in application.happenings.all():
        if hasattr(happening, "event"):
            continue
        version, change = versions[happening.version_id], happening.change
        given = [
            (each, next((one for one in each.confirmations.all() if one.counted_at(happening.at)), None))
            for each in version.applicants.all()
        ]
        data: dict[str, Any] = {
            "reference": application.number,
            "client_reference": intake.reference,
            "state": happening.state,
            "from_state": change.from_state or None if change else happening.state,
            "valid_until": happening.valid_until.isoformat(),
            "version": version.number,
            "digest": version.digest,
            "by": happening.source,
            "position": happening.applicant.position if happening.applicant else None,
            "changed": (
                differences.pointers(content_of[version.number - 1], content_of[version.number])
                if happening.kind == Happened.CHANGED
                else []
            ),
            "waits_for": sum(a.is_adult and not one for a, one in given) if happening.state == State.AWAITING else 0,
            "confirmed": [{"position": a.position, "method": one.method} for a, one in given if one],
            "represented": [
                {"position": a.position, "representative": one.representative}
                for a, one in given
                if one and one.representative
            ],
        }
        yield Event(client_id=intake.client_id, application=application, happening=happening, data=data)
