"""Polling what happened to one's own applications, and having it sent once more (J8)."""

from ninja import P, QueryEx, Router

from applications.facts import Instant
from upstream import deliveries, events
from upstream.door import ClientRequest
from upstream.models import Event, WebhookEndpoint
from upstream.schemas import EventPage, ProblemDetails, Replay, Replayed

MOST_EVENTS = 500  # in one answer
CURSOR = r"^[0-9]{1,18}(-[0-9a-f]{1,8})?$"

router = Router()


@router.get("/events", response={200: EventPage, frozenset({400, 401, 404, 409, 429, 503}): ProblemDetails})
def poll_events(
    request: ClientRequest,
    after: QueryEx[str, P(pattern=CURSOR, description="`next` of the last poll; 0 in the first")] = "0",
    since: QueryEx[Instant | None, P(description="Only events collected at this time or later")] = None,
    application: QueryEx[str | None, P(description="Only events of this application, by our number")] = None,
    limit: QueryEx[int, P(ge=1, le=MOST_EVENTS, description="How many events at most")] = 100,
) -> EventPage:
    """Ask what happened to your own applications, each event once, in order; of one application always in its order.

    Whoever keeps `next` and gives it as `after` misses none. Events come a second or so after what they tell of.
    After our database was restored, `after` may name an event that is not there: the answer is 409, and you ask
    `since` a time before, or reconcile.
    """
    chosen = events.chosen(request.auth, since=since, reference=application)
    return events.page(request.auth, chosen, after=after, limit=limit)


@router.post(
    "/events/replay",
    response={200: Replayed, frozenset({400, 401, 404, 413, 415, 422, 429, 503}): ProblemDetails},
)
def replay_events(request: ClientRequest, wanted: Replay) -> Replayed:
    """Have events sent to your receivers once more, with the same ids: since a time, of one application, or both.

    Give at least one of the two. If they are too many, none is sent (422 `too-many-events`): poll them.
    """
    chosen = Event.objects.filter(
        events.chosen(request.auth, since=wanted.since, reference=wanted.application), client=request.auth
    )
    deliveries.refuse_too_many(chosen)
    own = WebhookEndpoint.objects.live().filter(client=request.auth)
    return Replayed(deliveries=deliveries.replay_events(chosen, endpoints=own))
