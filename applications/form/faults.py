"""From what the schema refuses in a document back to a question of the form."""

from applications.form.data import FormData, signing_and_residents
from applications.form.home import HomeAndNeed
from applications.form.money import OwnIncome
from applications.form.steps import form_of_person
from applications.form.wishes import Wishes

QUESTION_OF = {"areas": "other_areas"}  # the wishes that have another name in the document


def question_at(data: FormData, pointer: str) -> tuple[str, str, str]:
    """Return step, prefix and question of the place that a JSON pointer (RFC 6901) names in the document.

    The question is empty where a whole form is meant. The step is the summary where no form is.
    """
    first, *rest = [*pointer.removeprefix("/").split("/"), "", "", ""]
    (main, *co_applicants), residents = signing_and_residents(data)
    match first, rest:
        case "content", ["home" | "need", name, *_]:
            return "home", "home", name if name in HomeAndNeed.base_fields else ""
        case "content", ["wishes", name, *_]:
            question = QUESTION_OF.get(name, name)
            return "wishes", "wishes", question if question in Wishes.base_fields else ""
        case "content", ["more", *_]:
            return "wishes", "wishes", "more"
        case "main_applicant", _:
            person = main
        case "co_applicants" | "others_moving_in", [number, *rest]:
            people = co_applicants if first == "co_applicants" else residents
            if not number.isdecimal() or int(number) >= len(people):
                return "people", "", ""
            person = people[int(number)]
        case _:
            return "summary", "", ""
    if rest[0] == "income":
        return "money", person["id"], rest[1] if rest[1] in OwnIncome.base_fields else ""
    form = form_of_person(person)
    return "people", person["id"], rest[0] if form and rest[0] in form.base_fields else ""
