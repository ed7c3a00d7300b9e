"""From what the schema refuses in a document back to a question of the form."""

from applications.form.data import FormData, PersonAnswers, signing_and_residents
from applications.form.home import HomeAndNeed
from applications.form.money import OwnIncome
from applications.form.steps import form_of_person
from applications.form.wishes import Wishes

WISHES = {"areas": "other_areas"}  # the questions that have another name there


def question_at(data: FormData, pointer: str) -> tuple[str, str, str]:
    """Return step, prefix and question of the place that a JSON pointer (RFC 6901) names in the document.

    The question is empty where the whole of a form is meant, and the step is the summary where none is.
    """
    first, _slash, others = pointer.removeprefix("/").partition("/")
    rest = [*others.split("/"), "", ""]
    if first == "content":
        return _question_in_content(*rest[:2])
    person, rest = _person_at(data, first, rest)
    if person is None:
        return "people" if first in {"co_applicants", "others_moving_in"} else "summary", "", ""
    if rest[0] == "income":
        return "money", person["id"], rest[1] if rest[1] in OwnIncome.base_fields else ""
    form = form_of_person(person)
    return "people", person["id"], rest[0] if form and rest[0] in form.base_fields else ""


def _question_in_content(part: str, name: str) -> tuple[str, str, str]:
    match part:
        case "home" | "need":
            return "home", "home", name if name in HomeAndNeed.base_fields else ""
        case "wishes":
            question = WISHES.get(name, name)
            return "wishes", "wishes", question if question in Wishes.base_fields else ""
        case "more":
            return "wishes", "wishes", "more"
        case _:
            return "summary", "", ""


def _person_at(data: FormData, first: str, rest: list[str]) -> tuple[PersonAnswers | None, list[str]]:
    (main, *co_applicants), residents = signing_and_residents(data)
    match first:
        case "main_applicant":
            return main, rest
        case "co_applicants":
            found = co_applicants
        case "others_moving_in":
            found = residents
        case _:
            return None, rest
    number = int(rest[0]) if rest[0].isdecimal() else len(found)
    return (found[number] if number < len(found) else None), rest[1:]
