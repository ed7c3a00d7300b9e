"""What the API answers."""

import datetime as dt

from django.db.models import TextChoices
from pydantic import BaseModel, Field

from applications.enums import State
from applications.models import MOST_APPLICANTS


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


class ApplicationStatus(Receipt):
    """How an application stands. Names nobody."""

    applicants: list[ApplicantStatus]


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
