"""The content of an application: one schema for the housing system's intake and for the form.

The content follows decree 904/2006, with what Helsinki asks besides. A document that passes here is complete and
consistent. Each fault names its place by a JSON pointer (RFC 6901).
"""

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Self

from django.utils import timezone
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, ValidationError, model_validator

from applications import dates
from applications.enums import Condition, Dwelling, Feature, FlatType, Purpose, Reason, Tenure
from applications.facts import NOTHING, Day, Email, Euros, Hetu, Instant, Line, Name, Phone, Prose, SquareMetres
from core import hetu
from identity.enums import Language

CLOCKS_DIFFER = dt.timedelta(minutes=5)
KNOWN_NAME = re.compile(r"[a-z_]{1,40}")


class InvalidDocument(Exception):
    """The document is not an application; `faults` holds (JSON pointer, what is wrong) for each fault."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Human(Strict):
    """Somebody named in the application: by code, or by birth date where there is no code.

    Whoever has one name only gives it as either of the two.
    """

    first_names: Name | None = None
    last_name: Name | None = None
    hetu: Hetu | None = None
    birth_date: Day | None = None

    @model_validator(mode="after")
    def _one_of_code_and_birth_date(self) -> Self:
        if (self.hetu is None) == (self.birth_date is None):
            raise ValueError("Give either hetu or birth_date")
        return self

    @model_validator(mode="after")
    def _has_a_name(self) -> Self:
        if not (self.first_names or self.last_name):
            raise ValueError("Give first_names or last_name, or both")
        return self

    @property
    def born(self) -> dt.date:
        if self.birth_date is not None:
            return self.birth_date
        return hetu.birth_date(self.hetu or "")


class Income(Strict):
    """One applicant's own income and assets, in euros."""

    monthly_gross: Euros = Field(description="Gross income, euros a month")
    benefits: Euros = Field(default=NOTHING, description="Benefits and pensions, euros a month")
    assets: Euros = Field(default=NOTHING, description="Assets, euros")
    debts: Euros = Field(default=NOTHING, description="Debts, euros")


class ApplicantContent(Human):
    """An applicant: will sign the lease, and confirms when adult."""

    address: Line | None = Field(default=None, description="Postal address; 'poste restante' when homeless")
    email: Email | None = None
    phone: Phone | None = None
    language: Language | None = Field(
        default=None, description="Language of communication; the application's own when missing"
    )
    non_disclosure: StrictBool = Field(default=False, description="Non-disclosure for personal safety (turvakielto)")
    municipality: Line | None = Field(default=None, description="Municipality of residence")
    contact_details_at: Instant | None = Field(
        default=None,
        description="When email, phone and language became known to you. In a change, those that the person has"
        " corrected here since, or at whatever time if this is missing, stay as they are here",
    )
    income: Income


class Resident(Strict):
    """Somebody who moves in and does not sign: never confirms.

    An unborn child has only a due date, and a child may have no name yet.
    """

    first_names: Name | None = None
    last_name: Name | None = None
    hetu: Hetu | None = None
    birth_date: Day | None = None
    due_date: Day | None = None

    @model_validator(mode="after")
    def _born_or_unborn(self) -> Self:
        if sum(fact is not None for fact in (self.hetu, self.birth_date, self.due_date)) != 1:
            raise ValueError("Give one of hetu, birth_date and due_date")
        return self

    @property
    def born(self) -> dt.date | None:
        """The day of birth; None for an unborn child."""
        return hetu.birth_date(self.hetu) if self.hetu else self.birth_date


class PresentHome(Strict):
    """How the household lives now."""

    dwelling: Dwelling
    address: Line | None = None
    rooms: StrictInt | None = Field(default=None, ge=1, le=50)
    area: SquareMetres | None = Field(default=None, description="m²")
    residents: StrictInt | None = Field(default=None, ge=1, le=50)
    condition: Condition | None = None
    tenure: Tenure | None = None
    rent: Euros | None = Field(default=None, description="euros a month")


class Need(Strict):
    """Why a home is needed."""

    reasons: list[Reason] = Field(min_length=1, max_length=10)
    homeless_since: Day | None = None
    must_move_by: Day | None = None
    must_move_because: Line | None = None


class Wishes(Strict):
    """What the household looks for."""

    purpose: Purpose = Purpose.NEW
    areas: list[Line] = Field(default_factory=list, max_length=30)
    flat_types: list[FlatType] = Field(min_length=1, max_length=5)
    area_min: StrictInt | None = Field(default=None, ge=1, le=500, description="m²")
    area_max: StrictInt | None = Field(default=None, ge=1, le=500, description="m²")
    highest_rent: Euros = Field(description="euros a month")
    lowest_floor: StrictInt | None = Field(default=None, ge=1, le=50)
    features: list[Feature] = Field(default_factory=list, max_length=9)


class Content(Strict):
    """What the household applies for and why."""

    home: PresentHome
    need: Need
    wishes: Wishes
    more: Prose | None = Field(default=None, description="More information in the applicant's own words")
    assurance: StrictBool = Field(description="The applicants assure that the data are right and report changes")


class Stored(Strict):
    """The content of one version as kept: without contact details, which each applicant may correct."""

    language: Language
    main_applicant: ApplicantContent
    co_applicants: list[ApplicantContent] = Field(default_factory=list, max_length=3)
    others_moving_in: list[Resident] = Field(default_factory=list, max_length=20)
    content: Content

    @property
    def applicants(self) -> list[ApplicantContent]:
        return [self.main_applicant, *self.co_applicants]


class Document(Stored):
    """An application as sent."""

    reference: Annotated[str, Field(pattern=r"^[0-9A-Za-z._/\-]{1,64}$")] = Field(
        description="The housing system's own number"
    )
    sent_at: Instant


def parse(data: object, *, is_new: bool = True) -> Document:
    """Return the application that `data` (decoded JSON) holds. Raises InvalidDocument with every fault of check()."""
    try:
        document = Document.model_validate(data)
    except ValidationError as error:
        raise InvalidDocument([fault(e["loc"], e) for e in error.errors(include_input=False)]) from None
    check(document, is_new=is_new)
    return document


def check(document: Document, *, is_new: bool = True) -> None:
    """Refuse a document whose parts are each allowed and do not go together (R2, R3).

    A new application is refused too if its last day, counted from its sending, is over (R5): it would end at once,
    and invite people to what they cannot confirm. Raises InvalidDocument with every fault.
    """
    faults: list[tuple[str, str]] = []
    today, ahead = dates.today(), timezone.now() + CLOCKS_DIFFER
    main = document.main_applicant
    if main.hetu is None:
        faults.append((pointer("main_applicant", "hetu"), "The main applicant needs a Finnish personal identity code"))
    if not dates.is_adult(main.born, on=today):
        place = pointer("main_applicant", "hetu" if main.hetu else "birth_date")
        faults.append((place, "The main applicant must be 18"))
    humans: list[tuple[str, Human | Resident]] = [
        (pointer("main_applicant"), main),
        *((pointer("co_applicants", number), each) for number, each in enumerate(document.co_applicants)),
        *((pointer("others_moving_in", number), each) for number, each in enumerate(document.others_moving_in)),
    ]
    seen: set[str | None] = set()
    for place, human in humans:
        if human.birth_date and human.birth_date > today:
            faults.append((f"{place}/birth_date", "The date lies ahead"))
        is_child = human.born is None or not dates.is_adult(human.born, on=today)
        if not (is_child or human.first_names or human.last_name):
            faults.append((f"{place}/first_names", "Only a child may have no name yet"))
        if human.hetu and human.hetu in seen:
            faults.append((f"{place}/hetu", "The same person is named twice"))
        seen.add(human.hetu)
        details_at = human.contact_details_at if isinstance(human, ApplicantContent) else None
        if details_at and details_at > ahead:
            faults.append((f"{place}/contact_details_at", "The time lies ahead"))
    if not document.content.assurance:
        faults.append((pointer("content", "assurance"), "The assurance is missing"))
    if document.sent_at > ahead:
        faults.append((pointer("sent_at"), "The time lies ahead"))
    elif is_new and dates.valid_until(document.sent_at) < today:
        faults.append((pointer("sent_at"), "The last day of validity, counted from this time, is over"))
    if faults:
        raise InvalidDocument(faults)


def fault(path: tuple[str | int, ...], error: Mapping[str, Any]) -> tuple[str, str]:
    """Return the JSON pointer and the text of a fault that pydantic found.

    Neither repeats what was sent: it may be a personal identity code (R17).
    """
    match error["type"]:
        case "extra_forbidden":
            known_form = KNOWN_NAME.fullmatch(str(path[-1]))
            return pointer(*(path if known_form else path[:-1])), "Unknown name"
        case "model_type":
            return pointer(*path), "Input should be an object"
        case _:
            return pointer(*path), str(error["msg"]).removeprefix("Value error, ")


def pointer(*path: str | int) -> str:
    """Return the JSON pointer (RFC 6901) of a path."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


CONTACT_DETAILS = {"email", "phone", "language", "non_disclosure", "contact_details_at"}
NOT_STORED: Any = {
    "reference": True,
    "sent_at": True,
    "main_applicant": CONTACT_DETAILS,
    "co_applicants": {"__all__": CONTACT_DETAILS},
}


def canonical(document: Document) -> str:
    """Return the content as the JSON text that is stored and digested: sorted, without white space."""
    return json.dumps(
        document.model_dump(mode="json", exclude=NOT_STORED),
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )
