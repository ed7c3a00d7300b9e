"""The steps of the form: which questions each has for what is typed so far, and what it takes from a page."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from applications.drafting import changing, contents, people
from applications.drafting.contents import Data
from applications.drafting.home import HomeAndNeed
from applications.drafting.money import OwnIncome
from applications.drafting.questions import Questions, Title, taken
from applications.drafting.wishes import Wishes

TITLES: dict[str, Title] = {
    "people": _("The people"),
    "home": _("Present home and need"),
    "money": _("Income and assets"),
    "wishes": _("What you are looking for"),
    "summary": _("Summary"),
}
STEPS = ("people", "home", "money", "wishes")  # those with questions


class Behind(Exception):
    """The page was sent from a tab that does not know what another one has saved since."""


@dataclass(frozen=True)
class Place:
    """One form of a step: whose it is, and where in the draft its answers stand."""

    form: type[Questions]
    prefix: str
    title: Title
    holder: dict[str, Any] = field(repr=False)
    key: str
    can_be_removed: bool = False

    @property
    def typed(self) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.holder[self.key]
        return found


@dataclass(frozen=True)
class Part:
    """A form of a step as it is shown."""

    place: Place
    form: Questions


def places(data: Data, step: str) -> Iterator[Place]:
    match step:
        case "people":
            for person in data["people"]:
                title, removable = _title(data, person), changing.can_be_removed(person)
                if form := changing.form_of(person):
                    yield Place(form, person["id"], title, person, "details", can_be_removed=removable)
        case "home":
            yield Place(changing.form(data, HomeAndNeed), "home", TITLES["home"], data, "home")
        case "money":
            for person in filter(changing.form_of, contents.applicants_of(data)):
                yield Place(OwnIncome, person["id"], _name(person) or _title(data, person), person, "income")
        case "wishes":
            yield Place(changing.form(data, Wishes), "wishes", TITLES["wishes"], data, "wishes")


def parts(data: Data, step: str, *, is_checked: bool = True) -> list[Part]:
    """Return the forms of a step with what was typed; where it is checked, with what is wrong or missing."""
    found = [
        Part(place, place.form(prefix=place.prefix, typed=place.typed, is_checked=is_checked))
        for place in places(data, step)
    ]
    if is_checked and step == "people":
        people.refuse_doubles([part.form for part in found if part.form.is_valid()])
    return found


def is_complete(data: Data, step: str) -> bool:
    return all(part.form.is_valid() for part in parts(data, step))


def take(data: Data, step: str, sent: MultiValueDict[str, str]) -> None:
    """Write what was typed on a page into the draft.

    Answers for somebody who was removed meanwhile are left out, and of somebody who was added meanwhile none
    are lost. Raises Behind where the page does not know what was saved last.
    """
    if sent.get("saved") != str(saved(data, step)):
        raise Behind
    data["saved"][step] = saved(data, step) + 1
    put(data, step, sent)


def put(data: Data, step: str, sent: MultiValueDict[str, str]) -> None:
    """As take, whatever was saved meanwhile."""
    for place in places(data, step):
        if any(key.startswith(f"{place.prefix}-") for key in sent):
            place.holder[place.key] = taken(place.form, place.prefix, sent, place.typed)


def saved(data: Data, step: str) -> int:
    """Return how often a step was saved."""
    return int(data["saved"].get(step, 0))


def differences(data: Data, mine: Data, step: str) -> Iterator[tuple[Title, str, str]]:
    """Return whose, the question and the answer in words, where what is saved is not what somebody has typed."""
    typed = {part.place.prefix: dict(part.form.answers()) for part in parts(mine, step)}
    for part in parts(data, step):
        for question, answer in part.form.answers():
            if typed.get(part.place.prefix, {}).get(question, "") != answer:
                yield part.place.title, question, answer


def unseen(found: list[Part], sent: MultiValueDict[str, str]) -> bool:
    """Tell whether what was answered asks for more than stood on the page."""
    return any(part.form.unseen(sent) for part in found)


def _title(data: Data, person: dict[str, Any]) -> Title:
    """Return what somebody is, numbered where there are several."""
    same = [each["id"] for each in data["people"] if each["kind"] == person["kind"]]
    title = people.TITLES[person["kind"]]
    return f"{title} {same.index(person['id']) + 1}" if len(same) > 1 else title


def _name(person: dict[str, Any]) -> str:
    details = person["details"] or {}
    return " ".join(filter(None, (details.get("first_names"), details.get("last_name"))))
