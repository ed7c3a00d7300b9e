"""What the API answers."""

import datetime as dt
from typing import Literal, Self

from django.db.models import TextChoices
from pydantic import BaseModel, ConfigDict, Field, model_validator

from applications.enums import Happened, RepresentativeKind, State
from applications.facts import Instant
from applications.models import MOST_APPLICANTS
from core.actors import Source
from identity.enums import Method


class Progress(TextChoices):
    """Whether the application waits for an applicant, and whether only a visit to the counter helps (R3)."""

    CONFIRMED = "confirmed"
    WAITING = "waiting"
    COUNTER_ONLY = "counter_only"
    DECLINED = "declined"
    NOT_NEEDED = "not_needed"


class InvitationState(TextChoices):
    """What is known of the invitation of a co-applicant who is awaited."""

    HELD = "held"
    SENT = "sent"
    OPENED = "opened"
    UNDELIVERABLE = "undeliverable"


EVENT_TYPE = "fi.heka-confirm.application."
REFERENCE = Field(description="Our number of the application", examples=["K7M-P3X-Q4T"])
CLIENT_REFERENCE = Field(
    description="Your own number of it; null for an application that was filled in here, until you give it one",
    examples=["HS-2026-0001"],
)
VERSION = Field(ge=1, description="1 for the application as sent, one more for each change of its content")
DIGEST = Field(description="SHA-256 digest of the content of that version, in hex", pattern="^[0-9a-f]{64}$")
VALID_UNTIL = Field(description="While waiting: the last day to confirm. When valid: the last day of validity.")
POSITION = Field(ge=0, lt=MOST_APPLICANTS, description="0 is the main applicant, then the co-applicants as sent")


class Receipt(BaseModel):
    """An application that is here."""

    reference: str = REFERENCE
    state: State
    valid_until: dt.date = VALID_UNTIL
    confirm_link: str = Field(description="Where its applicants confirm it; tells nothing to anybody else")


class InvitationStatus(BaseModel):
    """How far the invitation of a co-applicant has come."""

    state: InvitationState
    sent_at: dt.datetime | None = Field(description="When this invitation was sent; null while it is held")
    opened_at: dt.datetime | None = Field(default=None, description="When somebody went on from its link")


class ApplicantStatus(BaseModel):
    """What has been done by an applicant, and what is awaited. Names nobody."""

    position: int = POSITION
    progress: Progress
    representative: RepresentativeKind | None = Field(
        default=None, description="Who confirmed for this applicant at customer service; null if nobody did"
    )
    method: Method | None = Field(
        default=None,
        description="How this applicant proved who they are when they confirmed; null if they have not. `strong` is "
        "strong electronic identification of which the identification service tells no more",
    )
    confirmed_at: dt.datetime | None = Field(default=None, description="When they confirmed the current version")
    declined_at: dt.datetime | None = Field(default=None, description="When they declined the current version")
    invitation: InvitationStatus | None = Field(
        default=None, description="Of a co-applicant who is awaited and has an email address; else null"
    )


class HistoryEntry(BaseModel):
    """One thing that happened to an application, as its event tells it."""

    type: Happened = Field(description="The last word of the event's `type`")
    time: dt.datetime = Field(description="When it happened")
    state: State = Field(description="The state after that")
    version: int = VERSION
    by: Source = Field(description="Through which channel somebody acted")
    position: int | None = Field(default=None, description="Whom it concerns; null if it concerns all")


class ApplicationStatus(Receipt):
    """How an application stands. Names nobody."""

    client_reference: str | None = CLIENT_REFERENCE
    version: int = VERSION
    digest: str = DIGEST
    sent_at: dt.datetime = Field(description="When the application was sent first")
    changed_at: dt.datetime = Field(description="When the current version was made")
    awaited: list[int] = Field(description="Positions of those who can confirm now")
    applicants: list[ApplicantStatus]
    history: list[HistoryEntry] = Field(description="What happened, the oldest first")


class Represented(BaseModel):
    """An applicant for whom somebody else confirmed at customer service. Names nobody."""

    position: int = POSITION
    representative: RepresentativeKind


class Confirmed(BaseModel):
    """An applicant who had confirmed. Names nobody."""

    position: int = POSITION
    method: Method = Field(description="As in the status")


class EventData(BaseModel):
    """How an application stood after what the event tells of. Names nobody."""

    reference: str = REFERENCE
    client_reference: str | None = CLIENT_REFERENCE
    state: State
    from_state: State | None = Field(description="The state before; null for an application that has just come in")
    valid_until: dt.date = VALID_UNTIL
    version: int = VERSION
    digest: str = DIGEST
    by: Source | None = Field(default=None, description="Through which channel somebody acted")
    position: int | None = Field(default=None, description="Whom it concerns; null if it concerns all")
    changed: list[str] = Field(
        default=[], description="Where the content of a changed application differs: JSON pointers into the document"
    )
    waits_for: int = Field(ge=0, le=MOST_APPLICANTS, description="How many adults have yet to confirm")
    confirmed: list[Confirmed] = Field(
        default=[], description="Who had confirmed this version, and how they had proved who they are"
    )
    represented: list[Represented] = Field(
        default=[], description="For whom a guardian or proxy had confirmed this version at customer service"
    )


class CloudEvent(BaseModel):
    """One thing that happened (CloudEvents 1.0): what a webhook gets, and what is polled."""

    specversion: Literal["1.0"] = Field(default="1.0", description="The version of CloudEvents")
    id: str = Field(
        description="Unique, whatever happens to our database; also the header webhook-id",
        examples=["0b5e6c1e-6a39-4d3e-8f0a-1c8f3a9d2b77"],
    )
    source: str = Field(description="The address of this service")
    type: str = Field(
        description=f"`{EVENT_TYPE}` and what happened: " + ", ".join(f"`{each}`" for each in Happened),
        examples=[EVENT_TYPE + Happened.CONFIRMED],
    )
    subject: str = Field(description="Our number of the application", examples=["K7M-P3X-Q4T"])
    time: str = Field(description="When it happened (RFC 3339)", json_schema_extra={"format": "date-time"})
    datacontenttype: Literal["application/json"] = Field(default="application/json", description="What `data` is")
    data: EventData


class EventPage(BaseModel):
    """Events in their order."""

    events: list[CloudEvent]
    next: str = Field(
        description="`after` of the next poll, also when there was nothing new", examples=["4711-0b5e6c1e"]
    )
    more: bool = Field(description="Whether there are more already")


class Replay(BaseModel):
    """Which events are sent to your receivers once more."""

    model_config = ConfigDict(extra="forbid")

    since: Instant | None = Field(default=None, description="Those collected at this time and later")
    application: str | None = Field(default=None, description="Those of this application, by our number")

    @model_validator(mode="after")
    def _says_which(self) -> Self:
        if self.since is None and self.application is None:
            raise ValueError("Give since or application, or both")
        return self


class Replayed(BaseModel):
    """What follows of a replay."""

    deliveries: int = Field(description="How many deliveries will be made again")


class Fault(BaseModel):
    pointer: str = Field(
        description="JSON pointer (RFC 6901) into the body; empty for the whole of it, and for a fault of the query",
        examples=["/main_applicant/hetu"],
    )
    detail: str = Field(description="What is wrong there; never repeats what was sent")


class ProblemDetails(BaseModel):
    """Why a request was refused (RFC 9457)."""

    type: str = Field(description="`about:blank`, or a name of this API for the kind of problem")
    title: str = Field(description="The problem in words")
    status: int = Field(description="The status of the answer")
    errors: list[Fault] = Field(
        description="What is wrong with the body or the query, at most 100 faults. Those of form, each of one value, "
        "come first; what does not go together or cannot be true is looked for once there are none"
    )
    application: str | None = Field(
        default=None, description="Our number of the application that was sent before; only with status 409"
    )
    request_id: str | None = Field(
        default=None, description="The id of the request, as in the header X-Request-ID: tell it when you ask for help"
    )
