"""Polling what happened to one's own applications (J8)."""

from ninja import P, QueryEx, Router

from upstream import events
from upstream.door import ClientRequest
from upstream.problems import UnknownParameter
from upstream.schemas import EventPage, ProblemDetails

MOST_EVENTS = 500  # in one answer

router = Router()


@router.get("/events", response={200: EventPage, frozenset({400, 401, 429, 503}): ProblemDetails})
def poll_events(
    request: ClientRequest,
    after: QueryEx[str, P(pattern=r"^[0-9]{1,18}$", description="`next` of the last poll; 0 in the first")] = "0",
    limit: QueryEx[int, P(ge=1, le=MOST_EVENTS, description="How many events at most")] = 100,
) -> EventPage:
    """Return the changes of state of your own applications, each once, in their order; of one application always so.

    Whoever keeps `next` and gives it as `after` misses none. Events come a second or so after what they tell of.
    """
    if set(request.GET) - {"after", "limit"}:  # a misspelt `after` would start from the beginning, time and again
        raise UnknownParameter
    return events.page(request.auth, after=int(after), limit=limit)
