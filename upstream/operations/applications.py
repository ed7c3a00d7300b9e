"""Sending an application, following it, changing it and withdrawing it (J8)."""

from django.http import HttpResponse
from django.urls import reverse
from ninja import HeaderEx, P, Router, Status

from applications import document
from applications.document import Document
from upstream import intake, standing
from upstream.door import ClientRequest
from upstream.example import EXAMPLE
from upstream.problems import WhichVersion
from upstream.schemas import ApplicationStatus, ProblemDetails, Receipt

ETAG = r'^(W/)?"[0-9a-f]{64}"$'  # weak if a proxy compressed the answer: it names content, not bytes

router = Router()


@router.post(
    "/applications",
    response={201: Receipt, frozenset({400, 401, 409, 413, 415, 422, 429, 503}): ProblemDetails},
    openapi_extra={"requestBody": {"content": {"application/json": {"example": EXAMPLE}}}},
)
def send_application(
    request: ClientRequest,
    application: Document,
    response: HttpResponse,
    idempotency_key: HeaderEx[str | None, P(alias="Idempotency-Key", pattern=r"^[!-~]{1,255}$")] = None,
) -> Status[Receipt]:
    """Send an application, once.

    Repeat a request that got no answer with the same `Idempotency-Key` and the same bytes: for 24 hours at
    least, the first answer comes again. Another body under that key is a conflict, and so is a second
    application of the same `reference`, with or without a key. An application is refused if its last day of
    validity, counted from `sent_at`, is over. At most 256 KB.
    """
    document.check(application)
    again = intake.Request(idempotency_key, request.body) if idempotency_key else None
    answer = intake.receive(application, client=request.auth, request=again)
    response["Location"] = reverse("api:application_status", args=[answer.receipt.reference])
    if answer.replayed:
        response["Idempotent-Replayed"] = "true"
    return Status(answer.status_code, answer.receipt)


@router.get(
    "/applications/{reference}",
    response={200: ApplicationStatus, frozenset({401, 404, 429, 503}): ProblemDetails},
)
def application_status(request: ClientRequest, reference: str, response: HttpResponse) -> ApplicationStatus:
    """Return how one of your own applications stands, by our number of it."""
    return _shown(standing.status(reference, client=request.auth), response)


@router.get(
    "/applications/{reference}/document",
    response={200: Document, frozenset({401, 404, 429, 503}): ProblemDetails},
    exclude_none=True,
)
def application_document(request: ClientRequest, reference: str, response: HttpResponse) -> Document:
    """Return one of your own applications as it is known here: what was sent, changed and corrected since.

    It may be sent back, changed or as it is, with its `ETag` as `If-Match`. `contact_details_at` says when somebody
    corrected their contact details here. That you have read it is recorded.
    """
    found, tag = intake.read(reference, client=request.auth)
    response["ETag"] = f'"{tag}"'
    return found


@router.put(
    "/applications/{reference}",
    response={
        200: ApplicationStatus,
        frozenset({400, 401, 404, 409, 412, 413, 415, 422, 428, 429, 503}): ProblemDetails,
    },
    openapi_extra={"requestBody": {"content": {"application/json": {"example": EXAMPLE}}}},
)
def change_application(
    request: ClientRequest,
    reference: str,
    application: Document,
    response: HttpResponse,
    if_match: HeaderEx[str | None, P(alias="If-Match", pattern=ETAG)] = None,
) -> ApplicationStatus:
    """Put a changed application in the place of your own one; all its adults have to confirm it again.

    If the content is the one that is here, nobody has to: the version stays, and only contact details that are new
    are stored. Contact details that you repeat leave what the person has corrected here.
    `If-Match` holds the `ETag` that you got with the document, the status or the answer to a change. The `digest` of
    a status or event in double quotes does too, but says nothing of contact details. If somebody has changed the
    application since, the answer is 412, and nothing is changed: read the document, and decide. A document that
    changes nothing is never refused so. `sent_at` must be given and is not used. At most 256 KB.
    """
    if if_match is None:
        raise WhichVersion
    document.check(application, is_new=False)
    return _shown(
        intake.change(reference, application, client=request.auth, tag=if_match.removeprefix("W/").strip('"')),
        response,
    )


@router.post(
    "/applications/{reference}/withdraw",
    response={200: ApplicationStatus, frozenset({401, 404, 409, 429, 503}): ProblemDetails},
)
def withdraw_application(request: ClientRequest, reference: str, response: HttpResponse) -> ApplicationStatus:
    """Withdraw one of your own applications; its people are told. Doing so again changes nothing."""
    return _shown(intake.withdraw(reference, client=request.auth), response)


def _shown(found: standing.Standing, response: HttpResponse) -> ApplicationStatus:
    response["ETag"] = f'"{found.tag}"'
    return found.status
