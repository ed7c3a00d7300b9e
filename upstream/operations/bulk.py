"""Many applications at once: a list of them, their statuses, and what differs from what the client knows (J8)."""

from ninja import P, QueryEx, Router

from applications.enums import State
from applications.facts import Instant
from upstream import summaries
from upstream.bulk_schemas import (
    CLIENT_REFERENCE,
    MOST_AT_ONCE,
    ApplicationPage,
    AskedStatuses,
    Differences,
    Knowledge,
    Statuses,
)
from upstream.door import ClientRequest
from upstream.problems import UnknownParameter
from upstream.schemas import ProblemDetails

ASKED = {"references": ["K7M-P3X-Q4T"], "client_references": ["HS-2026-0002"]}
KNOWN = {"applications": [{"reference": "K7M-P3X-Q4T", "version": 1, "state": "awaiting"}]}

router = Router()


@router.get("/applications", response={200: ApplicationPage, frozenset({400, 401, 429, 503}): ProblemDetails})
def list_applications(
    request: ClientRequest,
    state: QueryEx[list[State], P(description="Only those in this state, or in one of these")] = [],  # noqa: B006
    client_reference: QueryEx[
        str | None, P(pattern=CLIENT_REFERENCE, description="Only the one of this number of your own")
    ] = None,
    changed_since: QueryEx[
        Instant | None, P(description="Only those whose state or version has changed at this time or later")
    ] = None,
    after: QueryEx[str, P(pattern=r"^[0-9]{1,18}$", description="`next` of the page before; 0 for the first")] = "0",
    limit: QueryEx[int, P(ge=1, le=MOST_AT_ONCE, description="How many applications at most")] = 100,
) -> ApplicationPage:
    """List your own applications, a page at a time, in the order in which they came in.

    Give `next` of each page as `after` of the next one until `more` is false: you meet each application once,
    however it changes meanwhile. Filters may be combined, and `state` repeated. For what has happened since your
    last list, give the time at which you began it, less a minute, as `changed_since`.
    """
    if set(request.GET) - {"state", "client_reference", "changed_since", "after", "limit"}:
        raise UnknownParameter  # a misspelt filter would list them all
    return summaries.page(
        request.auth,
        states=state,
        client_reference=client_reference,
        changed_since=changed_since,
        after=int(after),
        limit=limit,
    )


@router.post(
    "/statuses",
    response={200: Statuses, frozenset({400, 401, 413, 415, 422, 429, 503}): ProblemDetails},
    openapi_extra={"requestBody": {"content": {"application/json": {"example": ASKED}}}},
)
def several_statuses(request: ClientRequest, asked: AskedStatuses) -> Statuses:
    """Return how up to 500 of your own applications stand, by our numbers of them or by your own. Changes nothing."""
    return summaries.statuses(asked, client=request.auth)


@router.post(
    "/reconcile",
    response={200: Differences, frozenset({400, 401, 413, 415, 422, 429, 503}): ProblemDetails},
    openapi_extra={"requestBody": {"content": {"application/json": {"example": KNOWN}}}},
)
def reconcile(request: ClientRequest, knowledge: Knowledge) -> Differences:
    """Send what you know of up to 500 of your own applications, and learn what differs. Changes nothing here.

    Applications that you do not know at all cannot be among the answers: list them with `GET /applications`, either
    all the open ones (`state=awaiting&state=valid`) or those of `changed_since`.
    """
    return summaries.differences(knowledge, client=request.auth)
