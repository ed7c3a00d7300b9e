"""What the API is asked of many applications at once, and what it answers."""

import datetime as dt
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

from applications.enums import State
from applications.models import MOST_APPLICANTS
from upstream.schemas import CLIENT_REFERENCE, DIGEST, REFERENCE, VALID_UNTIL, VERSION, ApplicationStatus

MOST_AT_ONCE = 500
CLIENTS_NUMBER = r"^[0-9A-Za-z._/\-]{1,64}$"  # as an application may have it

Number = Annotated[str, Field(min_length=1, max_length=64, examples=["K7M-P3X-Q4T"])]
ClientReference = Annotated[str, Field(pattern=CLIENTS_NUMBER, examples=["HS-2026-0001"])]


class ApplicationSummary(BaseModel):
    """How an application stands, in short. Names nobody."""

    reference: str = REFERENCE
    client_reference: str | None = CLIENT_REFERENCE
    state: State
    version: int = VERSION
    digest: str = DIGEST
    valid_until: dt.date = VALID_UNTIL
    waits_for: int = Field(ge=0, le=MOST_APPLICANTS, description="How many adults have yet to confirm")
    state_changed_at: dt.datetime = Field(description="When its state or version changed last")


class ApplicationPage(BaseModel):
    """Applications in the order in which they came in."""

    applications: list[ApplicationSummary]
    next: str = Field(description="`after` of the next page; the same again if there was nothing more")
    more: bool = Field(description="Whether there are more already")


class Asking(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AskedStatuses(Asking):
    """Which applications you ask for: by our numbers, by your own ones, or by both. At most 500 in all."""

    references: list[Number] = Field(default=[], max_length=MOST_AT_ONCE, description="Our numbers")
    client_references: list[ClientReference] = Field(
        default=[], max_length=MOST_AT_ONCE, description="Your own numbers, as sent"
    )

    @model_validator(mode="after")
    def _some_and_not_too_many(self) -> Self:
        if len(self.references) + len(self.client_references) > MOST_AT_ONCE:
            raise ValueError(f"Ask for at most {MOST_AT_ONCE} applications")
        return self


class Statuses(BaseModel):
    """How several applications stand."""

    applications: list[ApplicationStatus] = Field(
        description="In the order in which you asked, first those by our number; each once"
    )
    unknown: list[str] = Field(description="The numbers by which you have no application here, as you gave them")


class Known(Asking):
    """What you know of an application."""

    reference: Number = Field(description="Our number of it")
    version: StrictInt = Field(ge=1, le=32_767, description="Its version, by the status, an event or a list")
    state: State = Field(description="Its state, by the same")


class Knowledge(Asking):
    """What you know of several applications."""

    applications: list[Known] = Field(max_length=MOST_AT_ONCE)


class Differences(BaseModel):
    """Where your knowledge differs from ours. What is not named here stands as you know it."""

    different: list[ApplicationSummary] = Field(description="How they stand, in the order in which you sent them")
    unknown: list[str] = Field(description="The numbers by which you have no application here, as you gave them")
