"""The steps of the form: what each asks, what it takes from a page, and the application that they make together."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from applications.document import Document, parse
from applications.form import change, people
from applications.form.data import MOST_RESIDENTS, SIGNING, Answers, FormData, PersonAnswers, empty_data, is_removable
from applications.form.home import HomeAndNeed, SharedHome, answers_from_home
from applications.form.money import OwnIncome
from applications.form.questions import Questions, Title, submitted_answers, without_unasked
from applications.form.wishes import SharedWishes, Wishes
from applications.models import MOST_APPLICANTS
from core.masking import MASK
from core.personal_names import joined_name

TITLES: dict[str, Title] = {
    "people": _("People"),
    "home": _("Current home and need for housing"),
    "money": _("Income and assets"),
    "wishes": _("What you are looking for"),
    "summary": _("Summary"),
}
STEPS = ("people", "home", "money", "wishes")  # those with questions
WAY_BACK = ("email", "hetu")  # what is asked of the main applicant and opens a draft again
PERSON_ID = re.compile(r"p[0-9]{1,4}")
MOST_ON_A_PAGE = MOST_APPLICANTS + MOST_RESIDENTS


class StaleTab(Exception):
    """The page was sent from a tab that does not know what another tab has saved since."""


class Incomplete(Exception):
    """Something is missing or wrong; `step` is the first step where it is."""

    def __init__(self, step: str) -> None:
        super().__init__(step)
        self.step = step


@dataclass(frozen=True)
class Place:
    """One form of a step, and what was typed into it. In the steps `people` and `money` each person has one."""

    form: type[Questions]
    prefix: str
    title: Title
    typed: Answers | None = field(repr=False)
    person: PersonAnswers | None = field(default=None, repr=False)
    known: Answers = field(default_factory=dict, repr=False)  # what another step has asked already

    @property
    def can_be_removed(self) -> bool:
        return self.person is not None and is_removable(self.person)


@dataclass(frozen=True)
class Part:
    """A form of a step as it is shown."""

    place: Place
    form: Questions


def places_of(data: FormData, step: str) -> Iterator[Place]:
    """Return the forms of a step for the answers that there are; people who are asked nothing have none."""
    match step:
        case "people":
            for person in data["people"]:
                if form := form_of_person(person):
                    yield Place(form, person["id"], _title(data, person), person["details"], person)
        case "home":
            form = SharedHome if data.get("is_shared") else HomeAndNeed
            known = {"address": (data["people"][0]["details"] or {}).get("address", "")}
            yield Place(form, "home", TITLES["home"], data["home"], known=known)
        case "money":
            for person in data["people"]:
                if person["kind"] in SIGNING and form_of_person(person):
                    title = full_name(person) or _title(data, person)
                    yield Place(OwnIncome, person["id"], title, person["income"], person)
        case "wishes":
            yield Place(SharedWishes if data.get("is_shared") else Wishes, "wishes", TITLES["wishes"], data["wishes"])


def form_of_person(person: PersonAnswers) -> type[Questions] | None:
    """Return the form of a person; None for the others in an application that is changed, who stay as they are."""
    if "kept" not in person:
        return people.FORMS[person["kind"]]
    return people.Oneself if person["is_own"] else None


def full_name(person: PersonAnswers) -> str:
    details = person["details"] or {}
    return joined_name(details.get("first_names"), details.get("last_name"))


def parts_of(data: FormData, step: str, *, is_checked: bool = True) -> list[Part]:
    """Return the forms of a step with what was typed. If they are checked, they hold what is wrong or missing too."""
    parts = [
        Part(place, place.form(prefix=place.prefix, typed=place.typed, known=place.known, is_checked=is_checked))
        for place in places_of(data, step)
    ]
    if is_checked and step == "people":
        seen = set()
        for form in [part.form for part in parts if part.form.is_valid()]:
            code = form.cleaned_data.get("hetu")
            if code and code in seen:
                form.add_error("hetu", _("The same person is named twice. Remove one of them."))
            seen.add(code)
    return parts


def save(data: FormData, step: str, submitted: MultiValueDict[str, str]) -> list[Part]:
    """Write what was typed on a page into the data; return the forms of the step with what is wrong or missing.

    Answers for somebody who was removed meanwhile are left out. The answers for somebody who was added meanwhile
    stay. Raises StaleTab if the page does not know what was saved last.
    """
    if submitted.get("saved") != str(times_saved(data, step)):
        raise StaleTab
    data["saved"][step] = times_saved(data, step) + 1
    apply(data, step, submitted)
    return note_complete(data, step)


def apply(data: FormData, step: str, submitted: MultiValueDict[str, str]) -> None:
    """Write what was typed on a page into the data, whatever was saved meanwhile."""
    for place in places_of(data, step):
        if any(key.startswith(f"{place.prefix}-") for key in submitted):
            answers = submitted_answers(place.form, place.prefix, submitted, place.typed)
            match step:
                case "people" if place.person:
                    place.person["details"] = answers
                case "money" if place.person:
                    place.person["income"] = answers
                case "home":
                    data["home"] = answers
                case "wishes":
                    data["wishes"] = answers


def note_complete(data: FormData, *steps: str) -> list[Part]:
    """Note which forms of these steps are complete, so that the next pages need not check them; return the forms.

    A form with a date may become complete as time passes, and seldom incomplete: sending checks all again.
    """
    parts = {step: parts_of(data, step) for step in steps}
    for step, found in parts.items():
        data["complete"][step] = [part.place.prefix for part in found if part.form.is_valid()]
    return [part for found in parts.values() for part in found]


def is_blank(data: FormData) -> bool:
    """Tell whether nothing was ever saved in a draft."""
    return not any(data["saved"].values())


def main_email(data: FormData) -> str:
    """Return the email address that was typed for the main applicant; an empty text if it is none."""
    return _valid_main_answer(data, "email")


def main_hetu(data: FormData) -> str:
    """Return the personal identity code that was typed for the main applicant; an empty text if it is none."""
    return _valid_main_answer(data, "hetu")


def without_way_back(data: FormData, submitted: MultiValueDict[str, str]) -> MultiValueDict[str, str]:
    """Return what was sent of a page without the main applicant's email address and personal identity code.

    They decide who may open a draft that was closed. Questions that a page does not have keep their answers.
    """
    left_out = {f"{data['people'][0]['id']}-{name}" for name in WAY_BACK}
    return MultiValueDict({key: values for key, values in submitted.lists() if key not in left_out})


def _valid_main_answer(data: FormData, name: str) -> str:
    field = people.MainApplicant.base_fields[name]
    # As the form reads it: an address about which the person was asked, and which they sent once more, is meant so.
    typed = field.widget.value_from_datadict(data["people"][0]["details"] or {}, {}, name)
    try:
        return str(field.clean(typed or "") or "")
    except ValidationError:
        return ""


def data_of_page(submitted: MultiValueDict[str, str], step: str, *, language: str) -> FormData:
    """Return data that hold what stood on one page, of which nothing else can be reached.

    The page names the people in it as `who`, each by id and kind. Masked codes are left out.
    """
    data = empty_data(language=language)
    named = dict(one.split(" ", 1) for one in submitted.getlist("who")[:MOST_ON_A_PAGE] if " " in one)
    kinds = [*named.values()]
    is_right = all(PERSON_ID.fullmatch(key) and kind in people.FORMS for key, kind in named.items())
    if is_right and kinds[:1] == ["main"] and kinds.count("main") == 1:
        data["people"] = [PersonAnswers(id=key, kind=kind, details=None, income=None) for key, kind in named.items()]
        data["next"] = max(int(key[1:]) for key in named) + 1
    apply(data, step, submitted)
    data["saved"][step] = 1  # what it holds is to be protected as what was saved (is_blank)
    for person in data["people"]:
        if MASK in str((person["details"] or {}).get("hetu")):
            person["details"] = {**(person["details"] or {}), "hetu": ""}
    return data


def times_saved(data: FormData, step: str) -> int:
    return data["saved"].get(step, 0)


def revision(data: FormData) -> str:
    """Return a text that differs between any two states of a draft."""
    return ".".join(str(times_saved(data, step)) for step in STEPS)


def document_of(data: FormData, *, reference: str, base: Document | None, assurance: bool) -> Document:
    """Return the application that the answers make; where they change one, `base` is its present version.

    Raises Incomplete; InvalidDocument for what the steps do not check; changes.NotLatest if somebody whom the draft
    keeps is not in `base`.
    """
    forms = {step: {part.place.prefix: part.form for part in parts_of(data, step)} for step in STEPS}
    for step in STEPS:
        if not all(form.is_valid() for form in forms[step].values()):
            raise Incomplete(step)
    humans = []
    for person in data["people"]:
        key = person["id"]
        facts = forms["people"][key].facts() if key in forms["people"] else {}
        if base and "kept" in person:
            facts = change.with_kept_facts(facts, person, base)
        if key in forms["money"]:
            facts["income"] = forms["money"][key].facts()
        humans.append((person["kind"], facts))
    content = {**forms["home"]["home"].facts(), **forms["wishes"]["wishes"].facts(), "assurance": assurance}
    if base and data["is_shared"]:
        # Only the main applicant is asked these, and somebody else is changing the rest.
        kept = base.content.model_dump(include={"home": {"address"}, "more": True}, exclude_none=True)
        home = without_unasked(HomeAndNeed, content["home"] | kept["home"], before=answers_from_home(base.content))
        content |= {**kept, "home": home}
    (_main, main), *others = humans
    return parse(
        {
            "reference": reference,
            "sent_at": timezone.now(),
            "language": data.get("application_language") or main["language"],
            "main_applicant": main,
            "co_applicants": [facts for kind, facts in others if kind in SIGNING],
            "others_moving_in": [facts for kind, facts in others if kind not in SIGNING],
            "content": content,
        },
        is_new=base is None,  # days that have passed since it was sent are not theirs to change who see a part of it
    )


def differences(data: FormData, mine: FormData, step: str) -> Iterator[tuple[Title, str, str]]:
    """Return the title of the form, the question and the answer, for each saved answer that differs from `mine`."""
    typed = {part.place.prefix: dict(part.form.answers()) for part in parts_of(mine, step)}
    for part in parts_of(data, step):
        for question, answer in part.form.answers():
            if typed.get(part.place.prefix, {}).get(question, "") != answer:
                yield part.place.title, question, answer


def _title(data: FormData, person: PersonAnswers) -> Title:
    """Return what somebody is in the application, with a number if there are several."""
    same = [each["id"] for each in data["people"] if each["kind"] == person["kind"]]
    title = people.TITLES[person["kind"]]
    return f"{title} {same.index(person['id']) + 1}" if len(same) > 1 else title
