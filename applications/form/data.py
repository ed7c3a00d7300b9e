"""The data of a draft: everything as it was typed, in plain JSON."""

from typing import Any, NotRequired, TypedDict

from applications.models import MOST_APPLICANTS

Answers = dict[str, Any]  # what was typed into one form, by question: texts, lists of texts, yes or no

SIGNING = ("main", "co")  # the kinds of those who sign the lease, in the order in which they stand
MOST_RESIDENTS = 20


class PersonAnswers(TypedDict):
    """One person in a draft. The last three keys are there when the draft changes an application."""

    id: str  # `p` and a number
    kind: str  # `main`, `co`, `resident` or `unborn`
    details: Answers | None  # of the step `people`; None before anything is typed
    income: Answers | None  # of the step `money`
    kept: NotRequired[str]  # the key of this person in the version that is changed
    is_own: NotRequired[bool]  # whether this person changes the application
    is_fixed: NotRequired[bool]  # whether they cannot be removed


class Start(TypedDict):
    """The first state of the draft of a change, which shows what was changed in the draft since."""

    details: Answers | None  # of the person who changes the application, as `income`
    income: Answers | None
    home: Answers | None
    wishes: Answers | None
    kept: list[str]  # everybody who was in the version


class FormData(TypedDict):
    """The data of a draft. The last three keys are there when it changes an application."""

    people: list[PersonAnswers]  # the main applicant, co-applicants, and all others
    home: Answers | None  # of the step of that name; None before anything is typed
    wishes: Answers | None
    # The number of the next person. No number is used twice: what another tab sends for somebody who was removed must
    # not reach somebody else.
    next: int
    saved: dict[str, int]  # by step, how often it was saved: so a tab learns that it is stale
    complete: dict[str, list[str]]  # by step, the prefixes of the forms that were complete when it was saved
    application_language: NotRequired[str]
    is_shared: NotRequired[bool]  # whether a co-applicant changes it
    base: NotRequired[Start]


def empty_data(*, language: str) -> FormData:
    """Return data in which nothing is typed yet: the main applicant, whose language is that of the page."""
    data = FormData(people=[], next=1, home=None, wishes=None, saved={}, complete={})
    data["people"] = [new_person(data, "main", {"language": language})]
    return data


def new_person(data: FormData, kind: str, details: Answers | None = None) -> PersonAnswers:
    """Return a person with an id that nobody in this draft ever had."""
    number, data["next"] = data["next"], data["next"] + 1
    return {"id": f"p{number}", "kind": kind, "details": details, "income": None}


def add_person(data: FormData, kind: str) -> str:
    """Add somebody after the others of their kind; return their id, or an empty text if there is no room."""
    if not can_add(data, kind):
        return ""
    language = (data["people"][0]["details"] or {}).get("language")
    person = new_person(data, kind, {"language": language} if kind == "co" else None)
    signing, residents = signing_and_residents(data)
    data["people"] = [*signing, person, *residents] if kind == "co" else [*signing, *residents, person]
    return person["id"]


def add_people(data: FormData, *, applicants: int, residents: int) -> None:
    """Add empty places until so many people apply, and so many others move in, as far as there is room."""
    signing, others = signing_and_residents(data)
    for kind, number in (("co", applicants - len(signing)), ("resident", residents - len(others))):
        for _place in range(number):
            add_person(data, kind)


def remove_person(data: FormData, person_id: str) -> None:
    """Remove somebody with everything that was typed of them, if they can be removed."""
    data["people"] = [person for person in data["people"] if person["id"] != person_id or not is_removable(person)]


def can_add(data: FormData, kind: str) -> bool:
    signing, residents = signing_and_residents(data)
    if kind == "co":
        return len(signing) < MOST_APPLICANTS
    return kind in {"resident", "unborn"} and len(residents) < MOST_RESIDENTS


def is_removable(person: PersonAnswers) -> bool:
    return person["kind"] != "main" and not person.get("is_fixed")


def signing_and_residents(data: FormData) -> tuple[list[PersonAnswers], list[PersonAnswers]]:
    """Return those who sign the lease, and those who only move in."""
    signing = [person for person in data["people"] if person["kind"] in SIGNING]
    return signing, [person for person in data["people"] if person["kind"] not in SIGNING]
