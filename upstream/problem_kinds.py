"""The kinds of problems that the API answers with (problems.py): what each means, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from applications.fault_words import WORDS
from upstream.deliveries import MOST_REPLAYED

NAMES = "urn:heka-confirm:"
MOST_KB = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024
RETRY = "Repeat the request after the seconds that `Retry-After` names."
INVALID_CODE = {"pointer": "/main_applicant/hetu", "detail": "Invalid personal identity code"}


@dataclass(frozen=True)
class ProblemKind:
    """One kind of problem. `asked_with` is what an operation must take for it to come: a header, or `body`.

    `only_of` are the operations that it comes from, if not all of them can, and `not_of` those that it does not come
    from.
    """

    status: int
    name: str
    title: str
    means: str
    advice: str
    asked_with: str = ""
    only_of: frozenset[str] = frozenset()
    not_of: frozenset[str] = frozenset()
    members: Mapping[str, Any] = field(default_factory=dict)

    @property
    def type(self) -> str:
        return NAMES + self.name if self.name else "about:blank"

    @property
    def key(self) -> str:
        """The name of its example, and of its place on the page for people."""
        return self.name or f"status-{self.status}"

    @property
    def example(self) -> dict[str, Any]:
        return {"type": self.type, "title": self.title, "status": self.status, "errors": [], **self.members}

    def may_come_from(self, operation: Mapping[str, Any]) -> bool:
        """Tell whether an operation, as described, may answer with this."""
        takes = {given["name"] for given in operation.get("parameters", ()) if given["in"] == "header"}
        takes |= {"body"} if "requestBody" in operation else set()
        return (
            self.status in operation["responses"]
            and (not self.asked_with or self.asked_with in takes)
            and (not self.only_of or operation["operationId"] in self.only_of)
            and operation["operationId"] not in self.not_of
        )


NOT_JSON = ProblemKind(
    400,
    "not-json",
    "The body cannot be read",
    "The body is not JSON (RFC 8259) in UTF-8, or it ended too early, or it is missing. A name that stands twice "
    "in one object, `NaN` and nesting without end are no JSON here.",
    "Mend what makes the body. `errors` may say at which character reading ended.",
    asked_with="body",
    members={"errors": [{"pointer": "", "detail": "Not JSON at character 2"}]},
)
INVALID_KEY = ProblemKind(
    400,
    "invalid-key",
    "The Idempotency-Key must be 1 to 255 visible ASCII characters",
    "The header `Idempotency-Key` is empty, too long, or holds other characters.",
    "Send a random UUID, such as `9f1c4b1e-2d5a-4c0b-8f5e-0a8f3f1f7a10`.",
    asked_with="Idempotency-Key",
)
INVALID_HEADER = ProblemKind(
    400,
    "invalid-header",
    "The header If-Match is malformed",
    "The header does not hold one `ETag` of ours: 64 hexadecimal digits in double quotes.",
    "Send the `ETag` as you got it, with its quotes.",
    asked_with="If-Match",
)
INVALID_QUERY = ProblemKind(
    400,
    "invalid-query",
    "The query has a parameter that is not known",
    "A parameter of the query is not known, or its value is not what the description allows; then the title names "
    "it. An unknown one is not passed over: a misspelt `after` would begin anew each time.",
    "Do as `errors` says, and compare names and values with the parameters of the operation. A `+` in an address is a "
    "blank: write a time with `Z`, or `+` as `%2B`.",
    members={"errors": [{"pointer": "", "detail": "Unknown parameter afterr"}]},
)
NO_TOKEN = ProblemKind(
    401,
    "",
    "A valid token is needed",
    "No token came in `Authorization: Bearer …`, or it is wrong, or it has been revoked.",
    "Send the token that the operator of this service gave you. If it is the right one, ask the operator.",
)
NOT_FOUND = ProblemKind(
    404,
    "",
    "Not found",
    "You have no application of this number: it was never here, another client sent it, or it was erased when "
    "its time was over. Nobody learns which. An unknown path is answered so too.",
    "Check the number: it is ours, not your own one. Stop asking for an application that was there before.",
)
METHOD_NOT_ALLOWED = ProblemKind(
    405,
    "",
    "Method not allowed",
    "The path is known, and takes other methods only.",
    "`Allow` names them.",
)
KEY_REUSED = ProblemKind(
    409,
    "key-reused",
    "This Idempotency-Key came with another request before",
    "The same key came with another request before, so this one was not carried out.",
    "Take a new key for each new request; repeat the old one only as it was, body and `If-Match` too.",
    asked_with="Idempotency-Key",
)
ALREADY_SENT = ProblemKind(
    409,
    "already-sent",
    "An application with this reference was sent before",
    "You have sent an application of this `reference` before; `application` is our number of it.",
    "Take it as sent. To change it, PUT it under that number.",
    only_of=frozenset({"sendApplication"}),
    members={"application": "K7M-P3X-Q4T"},
)
ANOTHER_REFERENCE = ProblemKind(
    409,
    "another-reference",
    "The reference in the body is not the one of this application",
    "The body names another application of yours than the address does.",
    "Send `reference` as it was when the application was sent.",
    only_of=frozenset({"changeApplication"}),
    members={"errors": [{"pointer": "/reference", "detail": "Another one than was sent before"}]},
)
ENDED = ProblemKind(
    409,
    "ended",
    "This application has ended",
    "It has lapsed, expired or been withdrawn or replaced, and cannot be changed or withdrawn any more.",
    "Ask for its status. If the household still looks for a home, send a new application.",
    only_of=frozenset({"changeApplication", "withdrawApplication"}),
)
UNKNOWN_CURSOR = ProblemKind(
    409,
    "unknown-cursor",
    "The cursor names an event that is not there: ask since a time, or reconcile",
    "Our database was restored to an earlier state: the event at which you stopped is not here any more, and "
    "others may have other places now.",
    "Poll with `since` a time before that, and without `after`. Events that you have had come with the same id, "
    "or not at all; compare your applications with ours.",
    only_of=frozenset({"pollEvents"}),
)
CHANGED_HERE = ProblemKind(
    409,
    "changed-here",
    "The applications of this client are edited only in this service",
    "We have settled with you that your applications are edited only here. Another content is not taken in; the "
    "same content is, and new contact details with it.",
    "Read the document to follow what people change here. To settle it otherwise, ask the operator.",
    only_of=frozenset({"changeApplication"}),
)
CHANGED_MEANWHILE = ProblemKind(
    412,
    "changed-meanwhile",
    "The application has changed meanwhile",
    "Somebody, here or at your side, has changed the application or corrected contact details in it since it was "
    "as `If-Match` names it. Nothing was changed by this request.",
    "Read what it is like now and decide. Do not send your own content again unseen: theirs would be lost.",
    asked_with="If-Match",
)
TOO_LARGE = ProblemKind(
    413,
    "",
    f"The body is larger than {MOST_KB} KB",
    "The body was not read.",
    "No application is so large: look for what makes it grow.",
    asked_with="body",
)
NO_JSON_TYPE = ProblemKind(
    415,
    "",
    "The content type must be application/json",
    "The body was not read.",
    "Send `Content-Type: application/json`.",
    asked_with="body",
)
INVALID_APPLICATION = ProblemKind(
    422,
    "invalid-application",
    "The application has faults",
    "The body is JSON, but not an application that can be taken in. Nothing was stored. `errors` names each fault "
    "with the place where it is; it never repeats what was sent. Faults of form, each of one value, come first; what "
    "does not go together or cannot be true is looked for once there are none.",
    "Mend every place in `errors` and send again, and be ready for a second answer like this; a key that came with "
    "this request may be used again.",
    only_of=frozenset({"sendApplication", "changeApplication"}),
    members={
        "errors": [
            INVALID_CODE,
            {"pointer": "/content/wishes/highest_rent", "detail": WORDS["decimal_type"]},
        ]
    },
)
INVALID_BODY = ProblemKind(
    422,
    "invalid-body",
    "The body has faults",
    "The body is JSON, but not what this operation takes. `errors` names each fault with the place where it is.",
    "Mend every place in `errors` and send again.",
    asked_with="body",
    not_of=frozenset({"sendApplication", "changeApplication"}),
    members={"errors": [{"pointer": "", "detail": "Give since or application, or both"}]},
)
TOO_MANY_EVENTS = ProblemKind(
    422,
    "too-many-events",
    f"More than {MOST_REPLAYED:,} events would be sent again",
    "So many events would hold back those that come now. Nothing is sent again.",
    "Give a later `since`, or one `application`. `GET /events` has all of them, in pages.",
    only_of=frozenset({"replayEvents"}),
)
NO_VERSION = ProblemKind(
    428,
    "",
    "If-Match must name the version that is changed",
    "A change says which version it changes, so that nobody overwrites what they have not seen.",
    "Send `If-Match` with the `ETag` of the version that you have seen.",
    asked_with="If-Match",
)
TOO_MANY = ProblemKind(
    429,
    "",
    "Too many requests",
    "You have made more requests than you may within a minute. This one was not carried out.",
    RETRY + " Ask for many applications at once, and wait for events instead of asking for each status.",
)
AWAY = ProblemKind(
    503,
    "",
    "Try again in a moment",
    "The service cannot reach its database for a moment. What you sent may or may not have been stored.",
    RETRY + " With the same `Idempotency-Key` nothing is done twice.",
)
KINDS = tuple(kind for kind in globals().values() if isinstance(kind, ProblemKind))
