"""From what was typed to an application that can be sent, and from what the schema refuses back to a question."""

from typing import Any

from django.utils import timezone

from applications.document import Document, parse
from applications.drafting import changing, contents, steps
from applications.drafting.contents import Data
from applications.drafting.home import HomeAndNeed
from applications.drafting.money import OwnIncome
from applications.drafting.questions import Questions
from applications.drafting.steps import Part
from applications.drafting.wishes import Wishes
from applications.models import Draft

WISHES = {"areas": "other_areas"}  # the questions that have another name there


class Incomplete(Exception):
    """Something is missing or wrong; `step` is the first with such a thing."""

    def __init__(self, step: str) -> None:
        super().__init__(step)
        self.step = step


def of(data: Data, draft: Draft, *, assurance: bool) -> Document:
    """Return the application that a draft holds. Raises Incomplete, and InvalidDocument for what a step let pass.

    One that changes an application may raise changes.NotLatest too.
    """
    found = {step: steps.parts(data, step) for step in steps.STEPS}
    for step in steps.STEPS:
        if not all(part.form.is_valid() for part in found[step]):
            raise Incomplete(step)
    return parse(_facts(data, found, draft, assurance=assurance))


def _facts(data: Data, found: dict[str, list[Part]], draft: Draft, *, assurance: bool) -> dict[str, Any]:
    (home,), (wishes,) = (found["home"], found["wishes"])
    incomes = {part.place.prefix: _given(part.form) for part in found["money"]}
    typed = {part.place.prefix: _given(part.form) for part in found["people"]}
    base = changing.base(draft)
    main, *people = [
        (person["kind"], _person_facts(person, typed.get(person["id"], {}), base) | _income(incomes, person))
        for person in data["people"]
    ]
    return {
        "reference": f"form-{draft.pk}",
        "sent_at": timezone.now(),
        "language": data.get("application_language") or main[1]["language"],
        "main_applicant": main[1],
        "co_applicants": [facts for kind, facts in people if kind == "co"],
        "others_moving_in": [facts for kind, facts in people if kind != "co"],
        "content": _content(data, {**_given(home.form), **_given(wishes.form), "assurance": assurance}, base),
    }


def _person_facts(person: dict[str, Any], typed: dict[str, Any], base: Document | None) -> dict[str, Any]:
    return changing.person_facts(person, typed, base) if base and "kept" in person else typed


def _content(data: Data, given: dict[str, Any], base: Document | None) -> dict[str, Any]:
    return changing.with_unshared(data, given, base) if base else given


def _income(incomes: dict[str, Any], person: dict[str, Any]) -> dict[str, Any]:
    return {"income": incomes[person["id"]]} if person["id"] in incomes else {}


def _given(form: Questions) -> dict[str, Any]:
    facts: dict[str, Any] = form.facts()  # type: ignore[attr-defined]  # each of ours has it
    return facts


def question_at(data: Data, pointer: str) -> tuple[str, str, str]:
    """Return step, prefix and question of the place that a JSON pointer (RFC 6901) names in the document.

    The question is empty where the whole of a form is meant, and the step is the summary where none is.
    """
    first, _slash, others = pointer.removeprefix("/").partition("/")
    rest = [*others.split("/"), "", ""]
    if first == "content":
        return _in_content(rest)
    person, rest = _person(data, first, rest)
    if person is None:
        return "people" if first in {"co_applicants", "others_moving_in"} else "summary", "", ""
    if rest[0] == "income":
        return "money", person["id"], rest[1] if rest[1] in OwnIncome.base_fields else ""
    forms = [place.form for place in steps.places(data, "people") if place.prefix == person["id"]]
    return "people", person["id"], rest[0] if any(rest[0] in form.base_fields for form in forms) else ""


def _in_content(rest: list[str]) -> tuple[str, str, str]:
    match rest[0]:
        case "home" | "need":
            return "home", "home", rest[1] if rest[1] in HomeAndNeed.base_fields else ""
        case "wishes":
            question = WISHES.get(rest[1], rest[1])
            return "wishes", "wishes", question if question in Wishes.base_fields else ""
        case "more":
            return "wishes", "wishes", "more"
        case _:
            return "summary", "", ""


def _person(data: Data, first: str, rest: list[str]) -> tuple[dict[str, Any] | None, list[str]]:
    signs = list(contents.applicants_of(data))
    match first:
        case "main_applicant":
            return contents.main(data), rest
        case "co_applicants":
            found = signs[1:]
        case "others_moving_in":
            found = [person for person in data["people"] if person not in signs]
        case _:
            return None, rest
    number = int(rest[0]) if rest[0].isdecimal() else len(found)
    return (found[number] if number < len(found) else None), rest[1:]
