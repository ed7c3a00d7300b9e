"""The content of an application: one schema for the housing system's intake and for the form.

The content follows decree 904/2006, with what Helsinki asks besides. A document that passes here is complete and
consistent. Each fault names its place by a JSON pointer (RFC 6901).
"""

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Self

from django.utils import timezone
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, ValidationError, model_validator

from applications import dates, plausible
from applications.enums import Condition, Dwelling, Feature, FlatType, Purpose, Reason, Tenure
from applications.facts import NOTHING, Day, Email, Euros, Hetu, Instant, Line, Name, Phone, Prose, SquareMetres
from applications.fault_words import fault_in_words
from core import hetu
from identity.enums import Language

CLOCKS_DIFFER = dt.timedelta(minutes=5)
EACH_ONCE: Any = {"uniqueItems": True}
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
    birth_date: Day | None = Field(
        default=None, description="Only of somebody without a Finnish code: one of hetu and birth_date is required"
    )

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
    """An applicant: will sign the tenancy agreement, and confirms when adult.

    One of hetu and birth_date is required; so is one name at least.
    """

    address: Line | None = Field(default=None, description="Postal address; 'poste restante' when homeless")
    email: Email | None = Field(
        default=None, description="Where this person is invited and told; without it they hear nothing from us"
    )
    phone: Phone | None = None
    language: Language | None = Field(
        default=None, description="Language of communication; the application's own when missing"
    )
    non_disclosure: StrictBool = Field(default=False, description="Non-disclosure for personal safety (turvakielto)")
    municipality: Line | None = Field(default=None, description="Municipality of residence")
    contact_details_at: Instant | None = Field(
        default=None,
        description="When you got to know email, phone and language. In a change, one of these that you repeat as you "
        "gave it before never replaces what was corrected here; one that you give anew does, if this time is later "
        "than the correction",
    )
    income: Income


class Resident(Strict):
    """Somebody who moves in and does not sign: never confirms.

    One of hetu, birth_date and due_date is required. An unborn child has only a due date, and a child may have no
    name yet.
    """

    first_names: Name | None = None
    last_name: Name | None = None
    hetu: Hetu | None = None
    birth_date: Day | None = Field(default=None, description="Only of somebody without a Finnish code")
    due_date: Day | None = Field(
        default=None,
        description=f"Of an unborn child: at most {plausible.DUE_AHEAD.days} days ahead, in a new application at most "
        f"{plausible.DUE_OVER.days} days ago",
    )

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
    address: Line | None = Field(default=None, description="Where the household lives now")
    rooms: StrictInt | None = Field(default=None, ge=1, le=50, description="How many rooms, without the kitchen")
    area: SquareMetres | None = Field(default=None, description="Floor area, m²")
    residents: StrictInt | None = Field(default=None, ge=1, le=50, description="How many people live there")
    condition: Condition | None = Field(default=None, description="In what condition that home is")
    tenure: Tenure | None = Field(default=None, description="By what right the household lives there")
    rent: Euros | None = Field(default=None, description="Rent, euros a month")


class Need(Strict):
    """Why a home is needed."""

    reasons: list[Reason] = Field(
        min_length=1,
        max_length=10,
        json_schema_extra=EACH_ONCE,
        description="Why the household needs a home, each once",
    )
    homeless_since: Day | None = Field(default=None, description="Not ahead of today")
    must_move_by: Day | None = Field(
        default=None, description="At most 10 years ahead, in a new application at most a year ago"
    )
    must_move_because: Line | None = Field(default=None, description="Why the household must move, in its own words")


class Wishes(Strict):
    """What the household looks for."""

    purpose: Purpose = Purpose.NEW
    areas: list[Line] = Field(
        default_factory=list, max_length=30, json_schema_extra=EACH_ONCE, description="Parts of Helsinki, each once"
    )
    flat_types: list[FlatType] = Field(
        min_length=1, max_length=5, json_schema_extra=EACH_ONCE, description="Sizes of home that would do, each once"
    )
    area_min: StrictInt | None = Field(default=None, ge=1, le=500, description="Least floor area, m²")
    area_max: StrictInt | None = Field(
        default=None, ge=1, le=500, description="Largest floor area, m²; not smaller than area_min"
    )
    highest_rent: Euros = Field(description="The most that the household can pay, euros a month")
    lowest_floor: StrictInt | None = Field(
        default=None, ge=0, le=50, description="1 is the ground floor; 0 and null suit any"
    )
    features: list[Feature] = Field(
        default_factory=list,
        max_length=9,
        json_schema_extra=EACH_ONCE,
        description="What the home must have, each once",
    )


class Content(Strict):
    """What the household applies for and why."""

    home: PresentHome
    need: Need
    wishes: Wishes
    more: Prose | None = Field(default=None, description="More information in the applicant's own words")
    assurance: StrictBool = Field(
        description="true: the applicants assure that the data are right and will report changes"
    )


class Stored(Strict):
    """The content of one version as kept: without contact details, which each applicant may correct."""

    language: Language
    main_applicant: ApplicantContent = Field(
        description="Needs a hetu and must be 18: without a code nobody can be the main applicant"
    )
    co_applicants: list[ApplicantContent] = Field(
        default_factory=list,
        max_length=3,
        description="Who will sign the tenancy agreement too, in the order of `position`",
    )
    others_moving_in: list[Resident] = Field(
        default_factory=list, max_length=20, description="Children, and adults who do not sign"
    )
    content: Content

    @property
    def applicants(self) -> list[ApplicantContent]:
        return [self.main_applicant, *self.co_applicants]


class Document(Stored):
    """An application as sent."""

    reference: Annotated[str, Field(pattern=r"^[0-9A-Za-z._/\-]{1,64}$")] = Field(
        description="Your own number of it: once for each application, and the same in each change of it"
    )
    sent_at: Instant = Field(
        description="When the applicant sent it, with the UTC offset: its 90 days begin here. Not ahead of now"
    )


def parse(data: object, *, is_new: bool = True) -> Document:
    """Return the application that `data` (decoded JSON) holds. Raises InvalidDocument with every fault of check()."""
    try:
        document = Document.model_validate(data)
    except ValidationError as error:
        raise InvalidDocument([fault(e["loc"], e) for e in error.errors(include_input=False)]) from None
    check(document, is_new=is_new)
    return document


def check(document: Document, *, is_new: bool = True) -> None:
    """Refuse a document whose parts are each allowed and do not go together (R2, R3), or that cannot be true.

    A new application is refused too if its last day, counted from its sending, is over (R5): it would end at once,
    and invite people to what they cannot confirm; and if a day in it has passed for long, which comes of itself in an
    older one. Raises InvalidDocument with every fault.
    """
    faults = [
        *_faults_of_people(document, is_new=is_new),
        *_faults_of_content(document.content, is_new=is_new),
    ]
    if document.sent_at > timezone.now() + CLOCKS_DIFFER:
        faults.append((pointer("sent_at"), "The time lies ahead"))
    elif is_new and dates.valid_until(document.sent_at) < dates.today():
        faults.append((pointer("sent_at"), "The last day of validity, counted from this time, is over"))
    if faults:
        raise InvalidDocument(faults)


def _faults_of_people(document: Document, *, is_new: bool) -> Iterator[tuple[str, str]]:
    today, main = dates.today(), document.main_applicant
    if main.hetu is None:
        yield pointer("main_applicant", "hetu"), "The main applicant needs a Finnish personal identity code"
    if not dates.is_adult(main.born, on=today):
        yield pointer("main_applicant", "hetu" if main.hetu else "birth_date"), "The main applicant must be 18"
    humans: list[tuple[str, Human | Resident]] = [
        (pointer("main_applicant"), main),
        *((pointer("co_applicants", number), each) for number, each in enumerate(document.co_applicants)),
        *((pointer("others_moving_in", number), each) for number, each in enumerate(document.others_moving_in)),
    ]
    seen: set[str | None] = set()
    for place, human in humans:
        is_child = human.born is None or not dates.is_adult(human.born, on=today)
        if not (is_child or human.first_names or human.last_name):
            yield f"{place}/first_names", "Only a child may have no name yet"
        if human.hetu and human.hetu in seen:
            yield f"{place}/hetu", "The same person is named twice"
        seen.add(human.hetu)
        yield from _faults_of_days(place, human, is_new=is_new)


def _faults_of_days(place: str, human: Human | Resident, *, is_new: bool) -> Iterator[tuple[str, str]]:
    if human.birth_date and human.birth_date > dates.today():
        yield f"{place}/birth_date", "The date lies ahead"
    if human.born and plausible.is_too_old(human.born):
        where = "hetu" if human.hetu else "birth_date"
        yield f"{place}/{where}", f"Somebody born then would be over {plausible.OLDEST_YEARS} years old"
    if isinstance(human, ApplicantContent):
        if human.contact_details_at and human.contact_details_at > timezone.now() + CLOCKS_DIFFER:
            yield f"{place}/contact_details_at", "The time lies ahead"
    elif isinstance(human, Resident) and human.due_date:
        if plausible.is_not_begotten(human.due_date):
            yield f"{place}/due_date", "The due date lies more than 300 days ahead"
        if is_new and plausible.is_long_born(human.due_date):
            yield f"{place}/due_date", "The due date was more than 60 days ago: give the child's hetu or birth_date"


def _faults_of_content(content: Content, *, is_new: bool) -> Iterator[tuple[str, str]]:
    need, wishes = content.need, content.wishes
    if need.homeless_since and need.homeless_since > dates.today():
        yield pointer("content", "need", "homeless_since"), "The date lies ahead"
    if need.homeless_since and plausible.is_too_old(need.homeless_since):
        yield pointer("content", "need", "homeless_since"), "The date lies more than a lifetime back"
    if need.must_move_by and plausible.is_far_ahead(need.must_move_by):
        yield pointer("content", "need", "must_move_by"), "The date lies more than 10 years ahead"
    if need.must_move_by and is_new and plausible.has_moved(need.must_move_by):
        yield pointer("content", "need", "must_move_by"), "The date was more than a year ago"
    if wishes.area_min and wishes.area_max and wishes.area_min > wishes.area_max:
        yield pointer("content", "wishes", "area_max"), "area_max is smaller than area_min"
    lists: list[tuple[str, str, Sequence[str]]] = [
        ("need", "reasons", need.reasons),
        ("wishes", "areas", wishes.areas),
        ("wishes", "flat_types", wishes.flat_types),
        ("wishes", "features", wishes.features),
    ]
    for part, name, values in lists:
        if plausible.has_twice(values):
            yield pointer("content", part, name), "The same is named twice"
    if not content.assurance:
        yield pointer("content", "assurance"), "The assurance is missing"


def fault(path: tuple[str | int, ...], error: Mapping[str, Any]) -> tuple[str, str]:
    """Return the JSON pointer and the text of a fault that pydantic found.

    Neither repeats what was sent: it may be a personal identity code (R17).
    """
    is_odd_name = error["type"] == "extra_forbidden" and not KNOWN_NAME.fullmatch(str(path[-1]))
    return pointer(*(path[:-1] if is_odd_name else path)), fault_in_words(path, error)


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
