"""Many applications at once: their statuses, and what differs from what the client knows (J8)."""

from ninja import Router

from upstream import summaries
from upstream.bulk_schemas import AskedStatuses, Differences, Knowledge, Statuses
from upstream.door import ClientRequest
from upstream.schemas import ProblemDetails

router = Router()


@router.post(
    "/statuses",
    response={200: Statuses, frozenset({400, 401, 413, 415, 422, 429, 503}): ProblemDetails},
)
def several_statuses(request: ClientRequest, asked: AskedStatuses) -> Statuses:
    """Ask how up to 500 of your own applications stand, by our numbers of them or by your own. Changes nothing."""
    return summaries.statuses(asked, client=request.auth)


@router.post(
    "/reconcile",
    response={200: Differences, frozenset({400, 401, 413, 415, 422, 429, 503}): ProblemDetails},
)
def reconcile(request: ClientRequest, knowledge: Knowledge) -> Differences:
    """Send what you know of up to 500 of your own applications, and learn what differs. Changes nothing here.

    Applications that you do not know at all cannot be among the answers: list them with `GET /applications`, either
    all the open ones (`state=awaiting&state=valid`) or those of `changed_since`.
    """
    return summaries.differences(knowledge, client=request.auth)
