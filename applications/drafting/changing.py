"""A draft that changes an application: a copy of its present version, as far as one of its applicants may see it.

Of the others only the names stand in it, of a co-applicant's not what the main applicant alone sees (details.py).
What is not asked here is taken from the version itself when the change is sent: contact details, which each
corrects elsewhere (J6.2), codes, and what belongs to the others. So nobody's secrets come into another's draft.

kept      of a person: who of the version it is
is_own    of a person: the one who changes the application
is_fixed  of a person: not to be removed here
base      what stood in the draft at first, by which is known what was changed in it
"""

import copy
import dataclasses
import json
from collections.abc import Iterator
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from applications import changes, present
from applications.document import ApplicantContent, Document, Resident
from applications.drafting import contents, people
from applications.drafting.home import HomeAndNeed
from applications.drafting.questions import Conditions, Questions, Title
from applications.drafting.wishes import Wishes
from applications.models import Applicant, Draft
from core import crypto

Data = contents.Data
Kept = ApplicantContent | Resident


class Oneself(people.Human):
    """What an applicant changes of themselves: they stay who they are."""

    hetu = None  # type: ignore[assignment]
    birth_date = None  # type: ignore[assignment]
    address = people.Applicant.base_fields["address"]
    municipality = people.Applicant.base_fields["municipality"]

    def clean(self) -> dict[str, Any]:
        return self.cleaned_data


class SharedHome(HomeAndNeed):
    """What all applicants may see of the home."""

    address = None  # type: ignore[assignment]
    asked_after: ClassVar[dict[str, Conditions]] = {
        name: conditions for name, conditions in HomeAndNeed.asked_after.items() if name != "address"
    }


class SharedWishes(Wishes):
    """What all applicants may see of the wishes."""

    more = None  # type: ignore[assignment]


OF_MAIN_ONLY = {"home": "address", "wishes": "more"}


@dataclasses.dataclass(frozen=True)
class Other:
    """Somebody in the application who is not changed here, but may be removed."""

    id: str
    name: str
    title: Title
    can_be_removed: bool


def of(document: Document, me: Applicant) -> Data:
    """Return the draft in which one applicant changes this document."""
    data = contents.of(document)
    keys = list(_humans(document))
    for person, (key, human) in zip(data["people"], keys, strict=True):
        is_own = human is document.applicants[me.position]
        details = person["details"]
        shown = ("first_names", "last_name", "address", "municipality") if is_own else ("first_names", "last_name")
        person["details"] = {name: details.get(name, "") for name in shown}
        person["income"] = person["income"] if is_own else None
        person |= {"kept": key, "is_own": is_own, "is_fixed": is_own or (person["kind"] == "co" and not me.is_main)}
    data["is_shared"] = not me.is_main
    if not me.is_main:
        for part, name in OF_MAIN_ONLY.items():
            del data[part][name]
    data["base"] = _answers(data)
    return data


def form(data: Data, whole: type[Questions]) -> type[Questions]:
    """Return the form of a step, with the questions that one may answer who changes an application."""
    shared: dict[type[Questions], type[Questions]] = {HomeAndNeed: SharedHome, Wishes: SharedWishes}
    return shared[whole] if data.get("is_shared") else whole


def form_of(person: dict[str, Any]) -> type[Questions] | None:
    """Return the form of a person; none for those who stay what they are."""
    if "kept" not in person:
        return people.FORMS[person["kind"]]
    return Oneself if person["is_own"] else None


def others(data: Data) -> list[Other]:
    """Return those of whom nothing is asked."""
    return [
        Other(person["id"], _name(person), people.TITLES[person["kind"]], can_be_removed(person))
        for person in data["people"]
        if form_of(person) is None
    ]


def can_be_removed(person: dict[str, Any]) -> bool:
    return person["kind"] != "main" and not person.get("is_fixed")


def base(draft: Draft) -> Document | None:
    """Return the document that a draft changes, as it stands now. Raises changes.NotLatest."""
    if draft.application is None:
        return None
    draft.application.refresh_from_db()
    if draft.application.version.digest != draft.base_digest:
        raise changes.NotLatest
    return present.document(draft.application.version)


def person_facts(person: dict[str, Any], typed: dict[str, Any], document: Document) -> dict[str, Any]:
    """Return what a document says of somebody who was in it before, with what they have typed. Raises NotLatest."""
    kept = dict(_humans(document)).get(person["kept"])
    if kept is None:
        raise changes.NotLatest
    asked = Oneself.base_fields if person["is_own"] else {}
    facts = {name: value for name, value in kept.model_dump(exclude_none=True).items() if name not in asked}
    return facts | typed


def with_unshared(data: Data, content: dict[str, Any], document: Document) -> dict[str, Any]:
    """Return a content with what the main applicant alone sees, where somebody else changes the rest."""
    if not data["is_shared"]:
        return content
    address, more = document.content.home.address, document.content.more
    home = content["home"] | ({"address": address} if address else {})
    return {**content, "home": home, **({"more": more} if more else {})}


def take_over(data: Data, newer: Document, me: Applicant) -> None:
    """Put what somebody else has changed meanwhile into a draft, but where it was changed in the draft itself."""
    fresh = of(newer, me)
    mine, start, theirs = _answers(data), data["base"], _answers(fresh)
    merged = {name: _merged(mine[name], start[name], theirs[name]) for name in ("details", "income", "home", "wishes")}
    gone = set(start["kept"]) - {person.get("kept") for person in data["people"]}
    data["people"] = _people(data, fresh, gone)
    data["next"] += len(fresh["people"])
    own = next(person for person in data["people"] if person.get("is_own"))
    own["details"], own["income"] = merged["details"], merged["income"]
    data["home"], data["wishes"] = merged["home"], merged["wishes"]
    data["base"], data["is_shared"] = fresh["base"], fresh["is_shared"]
    data["application_language"] = fresh["application_language"]
    data["saved"] = {step: data["saved"].get(step, 0) + 1 for step in ("people", "home", "money", "wishes")}


def _people(data: Data, fresh: Data, gone: set[str]) -> list[dict[str, Any]]:
    """Return those of the newer version whom the draft has not removed, with those whom it has added."""
    ids = {person["kept"]: person["id"] for person in data["people"] if "kept" in person}
    kept = [person for person in fresh["people"] if person["is_fixed"] or person["kept"] not in gone]
    for number, person in enumerate(kept, data["next"]):
        person["id"] = ids.get(person["kept"], f"p{number}")
    everybody = [*kept, *(person for person in data["people"] if "kept" not in person)]
    return sorted(everybody, key=lambda person: ("main", "co").index(person["kind"]) if _signs(person) else 2)


def _signs(person: dict[str, Any]) -> bool:
    return person["kind"] in {"main", "co"}


def _answers(data: Data) -> Data:
    """Return what stands in a draft of the application's own."""
    own = next(person for person in data["people"] if person.get("is_own"))
    kept = [person["kept"] for person in data["people"] if "kept" in person]
    answers = {"details": own["details"], "income": own["income"], "home": data["home"], "wishes": data["wishes"]}
    return copy.deepcopy({**answers, "kept": kept})


def _merged(mine: dict[str, Any], start: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    return {
        name: mine.get(name) if _plain(mine.get(name)) != _plain(start.get(name)) else theirs[name] for name in theirs
    }


def _plain(answer: Any) -> Any:
    """Return an answer as it is whatever a browser makes of its line breaks and of the order of choices."""
    return sorted(answer) if isinstance(answer, list) else str(answer or "").replace("\r\n", "\n")


def _humans(document: Document) -> Iterator[tuple[str, Kept]]:
    """Return everybody in a document, in its order, with what names them in a draft."""
    seen: dict[str, int] = {}
    humans: list[Kept] = [*document.applicants, *document.others_moving_in]
    for human in humans:
        named = human.model_dump(mode="json", include={"first_names", "last_name", "birth_date", "due_date"})
        key = crypto.indexes(human.hetu or json.dumps(named, sort_keys=True))[0]
        seen[key] = seen.get(key, 0) + 1  # twins are alike before they are born
        yield f"{key}#{seen[key]}", human


def _name(person: dict[str, Any]) -> str:
    name = f"{person['details']['first_names']} {person['details']['last_name']}".strip()
    return name or str(_("Unborn child"))
