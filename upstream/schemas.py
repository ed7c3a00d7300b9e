"""What the API answers."""

import datetime as dt
from typing import Literal

from django.db.models import TextChoices
from pydantic import BaseModel, Field

from applications.enums import RepresentativeKind, State, Transition
from applications.models import MOST_APPLICANTS
from identity.enums import Method


class Progress(TextChoices):
    """Whether the application waits for an applicant, and whether only a visit to the counter helps (R3)."""

    CONFIRMED = "confirmed"
    WAITING = "waiting"
    COUNTER_ONLY = "counter_only"
    NOT_NEEDED = "not_needed"


class Receipt(BaseModel):
    """An application that is here."""

    reference: str = Field(description="Our number of the application", examples=["K7M-P3X-Q4T"])
    status: State
    valid_until: dt.date = Field(
        description="While waiting: the last day to confirm. When valid: the last day of validity."
    )
    confirm_link: str = Field(description="Where its applicants confirm it; tells nothing to anybody else")


class ApplicantStatus(BaseModel):
    position: int = Field(
        ge=0, lt=MOST_APPLICANTS, description="0 is the main applicant, then the co-applicants as sent"
    )
    progress: Progress
    representative: RepresentativeKind | None = Field(
        default=None, description="Who confirmed for this applicant at the counter; null if nobody did"
    )
    method: Method | None = Field(
        default=None,
        description="How this applicant proved who they are when they confirmed; null if they have not. `strong` is "
        "strong electronic identification of which the identification service tells no more",
    )


class Represented(BaseModel):
    """An applicant for whom somebody else confirmed at the counter. Names nobody."""

    position: int = Field(ge=0, lt=MOST_APPLICANTS, description="As in the status")
    representative: RepresentativeKind


class Confirmed(BaseModel):
    """An applicant who had confirmed. Names nobody."""

    position: int = Field(ge=0, lt=MOST_APPLICANTS, description="As in the status")
    method: Method = Field(description="As in the status")


class ApplicationStatus(Receipt):
    """The status of an application. Names nobody."""

    applicants: list[ApplicantStatus]


class EventData(BaseModel):
    """The status of an application after a change of its state. Names nobody."""

    reference: str = Field(description="Our number of the application", examples=["K7M-P3X-Q4T"])
    client_reference: str = Field(description="Your own number of it, as sent", examples=["HS-2026-0001"])
    state: State
    from_state: State | None = Field(description="Null for an application that has just come in")
    valid_until: dt.date = Field(description="As in the status")
    version: int = Field(ge=1, description="1 for the application as sent, one more for each change")
    digest: str = Field(description="SHA-256 digest of that version, in hex", pattern="^[0-9a-f]{64}$")
    waits_for: int = Field(ge=0, le=MOST_APPLICANTS, description="How many adults have yet to confirm")
    confirmed: list[Confirmed] = Field(
        default=[], description="Who had confirmed this version, and how they had proved who they are"
    )
    represented: list[Represented] = Field(
        default=[], description="For whom a guardian or proxy had confirmed this version at the counter"
    )


class CloudEvent(BaseModel):
    """One change of state (CloudEvents 1.0): what a webhook gets, and what is polled."""

    specversion: Literal["1.0"] = "1.0"
    id: str = Field(description="Unique; the header webhook-id, and the cursor of a poll", examples=["4711"])
    source: str = Field(description="The address of this service")
    type: str = Field(
        description="`fi.heka-confirm.application.` and what happened: "
        + ", ".join(f"`{each}`" for each in Transition),
        examples=["fi.heka-confirm.application.confirmed"],
    )
    subject: str = Field(description="Our number of the application", examples=["K7M-P3X-Q4T"])
    time: str = Field(description="When it happened (RFC 3339)", json_schema_extra={"format": "date-time"})
    datacontenttype: Literal["application/json"] = "application/json"
    data: EventData


class EventPage(BaseModel):
    """Events in their order."""

    events: list[CloudEvent]
    next: str = Field(description="`after` of the next poll, also when there was nothing new")
    more: bool = Field(description="Whether there are more already")


class Fault(BaseModel):
    pointer: str = Field(description="JSON pointer (RFC 6901) into the body", examples=["/main_applicant/hetu"])
    detail: str = Field(description="What is wrong there; never repeats what was sent")


class ProblemDetails(BaseModel):
    """Why a request was refused (RFC 9457)."""

    type: str = Field(description="`about:blank`, or a name of this API for the kind of problem")
    title: str
    status: int
    errors: list[Fault] = Field(description="Every fault that was found in the body, at most 100")
    application: str | None = Field(
        default=None, description="Our number of the application that was sent before; only with status 409"
    )
