"""Sending an application, listing, following, changing and withdrawing one's own (J8)."""

from django.http import HttpResponse
from django.urls import reverse
from ninja import HeaderEx, P, QueryEx, Router, Status

from applications import document, present
from applications.document import Document
from applications.enums import State
from applications.facts import Instant
from upstream import idempotency, intake, standing, summaries
from upstream.bulk_schemas import CLIENTS_NUMBER, MOST_AT_ONCE, ApplicationPage
from upstream.door import ClientRequest
from upstream.idempotency import Answer, Told
from upstream.problems import WhichVersion
from upstream.schemas import ApplicationStatus, ProblemDetails, Receipt

ETAG = r'^(W/)?"[0-9a-f]{64}"$'  # weak if a proxy compressed the answer: it names content, not bytes
IdempotencyKey = HeaderEx[str | None, P(alias="Idempotency-Key", pattern=r"^[!-~]{1,255}$")]

router = Router()


@router.post(
    "/applications",
    response={201: Receipt, frozenset({400, 401, 409, 413, 415, 422, 429, 503}): ProblemDetails},
)
def send_application(
    request: ClientRequest,
    application: Document,
    response: HttpResponse,
    idempotency_key: IdempotencyKey = None,
) -> Status[Receipt]:
    """Send an application, once.

    Repeat a request that got no answer with the same `Idempotency-Key` and the same bytes: for 24 hours at
    least, the first answer comes again. Another request under that key is a conflict, and so is a second
    application of the same `reference`, with or without a key. An application is refused if its last day of
    validity, counted from `sent_at`, is over.
    """
    document.check(application)

    def send() -> Answer[Receipt]:
        sent = intake.receive(application, client=request.auth)
        return Answer(standing.receipt_of(sent), present.tag(sent), 201)

    again = _again(request, idempotency_key, body=request.body)
    answer = idempotency.once(send, Receipt, client=request.auth, request=again)
    response["Location"] = reverse("api:application_status", args=[answer.told.reference])
    return Status(answer.status_code, _told(answer, response))


@router.get("/applications", response={200: ApplicationPage, frozenset({400, 401, 429, 503}): ProblemDetails})
def list_applications(
    request: ClientRequest,
    state: QueryEx[list[State], P(description="Only those in this state, or in one of these")] = [],  # noqa: B006
    client_reference: QueryEx[
        str | None, P(pattern=CLIENTS_NUMBER, description="Only the one of this number of your own")
    ] = None,
    changed_since: QueryEx[
        Instant | None, P(description="Only those of which there are events collected at this time or later")
    ] = None,
    after: QueryEx[str, P(pattern=r"^[0-9]{1,18}$", description="`next` of the page before; 0 for the first")] = "0",
    limit: QueryEx[int, P(ge=1, le=MOST_AT_ONCE, description="How many applications at most")] = 100,
) -> ApplicationPage:
    """List your own applications, a page at a time, in the order in which they came in.

    Give `next` of each page as `after` of the next one until `more` is false: you meet each application once,
    however it changes meanwhile. Filters may be combined, and `state` repeated. For what has happened since your
    last list, give the time at which you began it, less a minute, as `changed_since`.
    """
    return summaries.page(
        request.auth,
        states=state,
        client_reference=client_reference,
        changed_since=changed_since,
        after=int(after),
        limit=limit,
    )


@router.get(
    "/applications/{reference}",
    response={200: ApplicationStatus, frozenset({400, 401, 404, 429, 503}): ProblemDetails},
)
def application_status(request: ClientRequest, reference: str, response: HttpResponse) -> ApplicationStatus:
    """Ask how one of your own applications stands, by our number of it."""
    return _told(_answer(standing.status(reference, client=request.auth)), response)


@router.get(
    "/applications/{reference}/document",
    response={200: Document, frozenset({400, 401, 404, 429, 503}): ProblemDetails},
    exclude_none=True,
)
def application_document(request: ClientRequest, reference: str, response: HttpResponse) -> Document:
    """Read one of your own applications as it is known here: what was sent, changed and corrected since.

    It may be sent back, changed or as it is, with its `ETag` as `If-Match`. `contact_details_at` says when
    their contact details were last changed without other content, by a correction here or by you. That you have read
    it is recorded.
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
)
def change_application(
    request: ClientRequest,
    reference: str,
    application: Document,
    response: HttpResponse,
    if_match: HeaderEx[str | None, P(alias="If-Match", pattern=ETAG)] = None,
    idempotency_key: IdempotencyKey = None,
) -> ApplicationStatus:
    """Put a changed application in the place of your own one; all its adults have to confirm it again.

    If the content is the one that is here, nobody has to: the version stays, and only contact details that are new
    are stored. Contact details that you repeat as you gave them before never replace what was corrected here; those
    that you give anew do only with a `contact_details_at` that is later than the correction.
    `If-Match` holds the `ETag` that you got with the document, the status or the answer to a change. The `digest` of
    a status or event in double quotes does too, but says nothing of contact details. If somebody has changed the
    application since, the answer is 412, and nothing is changed: read the document, and decide. A document that
    changes nothing is never refused so. Repeat a request that got no answer with the same `Idempotency-Key`,
    `If-Match` and bytes: if it was carried out, its answer comes again for 24 hours at least, whatever has changed
    since. `sent_at` must be given and is not used.

    We have settled with you where your applications are edited. If that is only in our service, another content is
    refused with 409 `changed-here`; new contact details with the same content are taken. If it is only in yours, our
    pages lead people there, and you send us what they have changed.
    """
    if if_match is None:
        raise WhichVersion
    tag = if_match.removeprefix("W/").strip('"')

    def change() -> Answer[ApplicationStatus]:
        return _answer(intake.change(reference, application, client=request.auth, tag=tag))

    again = _again(request, idempotency_key, tag, body=request.body)
    return _told(idempotency.once(change, ApplicationStatus, client=request.auth, request=again), response)


@router.post(
    "/applications/{reference}/withdraw",
    response={200: ApplicationStatus, frozenset({400, 401, 404, 409, 429, 503}): ProblemDetails},
)
def withdraw_application(
    request: ClientRequest, reference: str, response: HttpResponse, idempotency_key: IdempotencyKey = None
) -> ApplicationStatus:
    """Withdraw one of your own applications; its people are told. Doing so again changes nothing.

    With an `Idempotency-Key` the same request gets its first answer again for 24 hours at least; without one, how
    the application stands now.
    """

    def withdraw() -> Answer[ApplicationStatus]:
        return _answer(intake.withdraw(reference, client=request.auth))

    again = _again(request, idempotency_key)
    return _told(idempotency.once(withdraw, ApplicationStatus, client=request.auth, request=again), response)


def _again(request: ClientRequest, key: str | None, tag: str = "", body: bytes = b"") -> idempotency.Request | None:
    if key is None:
        return None
    return idempotency.Request(key, f"{request.method} {request.path}\n{tag}\n", body)


def _answer(found: standing.Standing) -> Answer[ApplicationStatus]:
    return Answer(found.status, found.tag)


def _told(answer: Answer[Told], response: HttpResponse) -> Told:
    if answer.tag:
        response["ETag"] = f'"{answer.tag}"'
    if answer.replayed:
        response["Idempotent-Replayed"] = "true"
    return answer.told
