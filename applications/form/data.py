"""What stands in a draft: everything as it was typed, in plain JSON, for the row to keep."""

from typing import Any, NotRequired, TypedDict

from applications.models import MOST_APPLICANTS

Answers = dict[str, Any]  # what was typed into one form, by question: texts, lists of texts, yes or no

SIGNING = ("main", "co")  # the kinds of those who sign the lease, in the order in which they stand
MOST_RESIDENTS = 20


class PersonAnswers(TypedDict):
    """One person in a draft. The last three keys are there for those of an application that is changed."""

    id: str  # `p` and a number
    kind: str  # `main`, `co`, `resident` or `unborn`
    details: Answers | None  # of the step `people`; None before anything is typed
    income: Answers | None  # of the step `money`
    kept: NotRequired[str]  # who of the version that is changed
    is_own: NotRequired[bool]  # whether it is the one who changes the application
    is_fixed: NotRequired[bool]  # whether they cannot be removed


class Start(TypedDict):
    """What stood in the draft of a change at first, by which is known what was changed in it."""

    details: Answers | None  # of the one who changes the application, as `income`
    income: Answers | None
    home: Answers | None
    wishes: Answers | None
    kept: list[str]  # everybody who was in the version


class FormData(TypedDict):
    """What stands in a draft. The last three keys are there when it changes an application."""

    people: list[PersonAnswers]  # the main applicant, co-applicants, and all others
    home: Answers | None  # of the step of that name; None before anything is typed
    wishes: Answers | None
    # The number of the next person. None is used twice, so that nothing typed in another tab for somebody who was
    # removed can reach somebody else.
    next: int
    saved: dict[str, int]  # by step, how often it was saved: so a tab learns that it is stale
    complete: dict[str, list[str]]  # by step, the prefixes of the forms that were complete when it was saved
    application_language: NotRequired[str]
    is_shared: NotRequired[bool]  # whether somebody else than the main applicant changes it
    base: NotRequired[Start]


def empty_data(*, language: str) -> FormData:
    """Return data in which nothing is typed yet, except what is so for nearly everybody."""
    data = FormData(people=[], next=1, home=None, wishes=None, saved={}, complete={})
    data["people"] = [new_person(data, "main", {"language": language})]
    return data


def new_person(data: FormData, kind: str, details: Answers | None = None) -> PersonAnswers:
    """Return a person with an id that nobody in this draft ever had."""
    number, data["next"] = data["next"], data["next"] + 1
    return {"id": f"p{number}", "kind": kind, "details": details, "income": None}


def add_person(data: FormData, kind: str) -> str:
    """Add somebody, if there is still room, after those of their kind; return their id, or an empty text."""
    if not can_add(data, kind):
        return ""
    language = (data["people"][0]["details"] or {}).get("language")
    person = new_person(data, kind, {"language": language} if kind == "co" else None)
    signing, residents = signing_and_residents(data)
    data["people"] = [*signing, person, *residents] if kind == "co" else [*signing, *residents, person]
    return person["id"]


def remove_person(data: FormData, person_id: str) -> None:
    """Remove somebody, with all that was typed of them, if they can be removed."""
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
