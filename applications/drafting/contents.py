"""What stands in a draft: what was typed so far, as plain data, and the documents that go in and come out.

people    id, kind (main, co, resident, unborn), what was typed of them and of their income
home, wishes    what was typed in the steps of that name; None before
next      the number of the next person: ids are never used again, so that nothing typed in another tab for
          somebody who was removed can reach somebody else
saved     how often each step was saved, by which a tab knows that it is behind
"""

from collections.abc import Iterator
from typing import Any

from applications.document import ApplicantContent, Stored
from applications.document import Resident as ResidentContent
from applications.drafting import home, money, wishes
from applications.drafting.fields import day_as_typed
from applications.drafting.questions import Typed
from applications.models import MOST_APPLICANTS, Application
from identity.models import Person

Data = dict[str, Any]
MOST_RESIDENTS = 20


def empty(*, language: str) -> Data:
    """Return a draft in which nothing is typed yet, but what is so for nearly everybody."""
    data: Data = {"people": [], "next": 1, "home": None, "wishes": None, "saved": {}}
    data["people"] = [new_person(data, "main", {"language": language})]
    return data


def known(person: Person, *, language: str) -> Data:
    """Return a draft with what is known of an identified person, as they gave it in their latest application."""
    data = empty(language=language)
    main = data["people"][0]["details"]
    main |= {
        "first_names": person.first_names,
        "last_name": person.last_name,
        "hetu": person.hetu,
        "language": person.language,
    }
    latest = Application.objects.for_person(person).with_people().defer(None).order_by("-sent_at").first()
    if latest:
        slot = latest.applicant_of(person)
        stored = Stored.model_validate_json(latest.version.content or "").applicants[slot.position]
        main |= {
            "email": slot.email,
            "phone": slot.phone,
            "language": slot.language,
            "address": stored.address or "",
            "municipality": stored.municipality or "",
        }
    return data


def of(document: Stored) -> Data:
    """Return an application as somebody would have typed it, to be changed.

    Contact details stand in it as far as the document has them: what is stored of a version has none.
    """
    data = empty(language=document.language)
    data["application_language"] = document.language
    data["people"] = [
        *(_applicant(data, kind, applicant, document) for kind, applicant in _applicants(document)),
        *(_resident(data, resident) for resident in document.others_moving_in),
    ]
    data["home"], data["wishes"] = home.typed(document.content), wishes.typed(document.content)
    return data


def new_person(data: Data, kind: str, details: Typed | None = None) -> dict[str, Any]:
    """Return a person with an id that nobody in this draft ever had."""
    number, data["next"] = data["next"], data["next"] + 1
    return {"id": f"p{number}", "kind": kind, "details": details, "income": None}


def add_person(data: Data, kind: str) -> str:
    """Add somebody, if there is still room, after those of their kind; return their id, or an empty text."""
    if not can_add(data, kind):
        return ""
    language = main(data)["details"].get("language")
    person = new_person(data, kind, {"language": language} if kind == "co" else None)
    signs = list(applicants_of(data))
    others = [each for each in data["people"] if each not in signs]
    data["people"] = [*signs, person, *others] if kind == "co" else [*signs, *others, person]
    return str(person["id"])


def remove_person(data: Data, person: str) -> None:
    """Remove somebody, with all that was typed of them. The main applicant stays, and who is not one's to remove."""
    data["people"] = [
        each for each in data["people"] if each["id"] != person or each["kind"] == "main" or each.get("is_fixed")
    ]


def can_add(data: Data, kind: str) -> bool:
    applicants = len(list(applicants_of(data)))
    if kind == "co":
        return applicants < MOST_APPLICANTS
    return kind in {"resident", "unborn"} and len(data["people"]) - applicants < MOST_RESIDENTS


def main(data: Data) -> dict[str, Any]:
    person: dict[str, Any] = data["people"][0]
    return person


def applicants_of(data: Data) -> Iterator[dict[str, Any]]:
    return (person for person in data["people"] if person["kind"] in {"main", "co"})


def _applicants(document: Stored) -> list[tuple[str, ApplicantContent]]:
    return [("main", document.main_applicant), *(("co", one) for one in document.co_applicants)]


def _applicant(data: Data, kind: str, applicant: ApplicantContent, document: Stored) -> dict[str, Any]:
    details = {
        **_human(applicant),
        "address": applicant.address or "",
        "municipality": applicant.municipality or "",
        "email": applicant.email or "",
        "phone": applicant.phone or "",
        "language": (applicant.language or document.language).value,
        "non_disclosure": applicant.non_disclosure,
    }
    return {**new_person(data, kind, details), "income": money.typed(applicant.income)}


def _resident(data: Data, resident: ResidentContent) -> dict[str, Any]:
    if resident.due_date is None:
        return new_person(data, "resident", _human(resident))
    names = {"first_names": resident.first_names or "", "last_name": resident.last_name or ""}
    return new_person(data, "unborn", {**names, "due_date": day_as_typed(resident.due_date)})


def _human(human: ApplicantContent | ResidentContent) -> Typed:
    return {
        "first_names": human.first_names or "",
        "last_name": human.last_name or "",
        "hetu": human.hetu or "",
        "birth_date": day_as_typed(human.birth_date),
    }
