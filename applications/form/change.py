"""Changing an application on the form: a copy of its present version, as far as one of its applicants may see it.

The copy holds only the names of the other applicants. A co-applicant's copy leaves out what the main applicant alone
sees (details.py). What is not asked here comes from the version itself when the change is sent: contact details,
which each person corrects elsewhere (J6.2), codes, and what belongs to the others. So no draft holds what its owner
may not see.
"""

import copy
import json
from collections.abc import Collection, Iterator
from typing import Any

from applications import changes
from applications.document import ApplicantContent, Document, Resident
from applications.form.data import SIGNING, Answers, FormData, PersonAnswers, Start
from applications.form.home import HomeAndNeed
from applications.form.people import Oneself
from applications.form.prefill import data_of_document
from applications.form.questions import without_unasked
from applications.models import Applicant
from core import crypto

NAMES = ("first_names", "last_name")


def data_of_change(document: Document, me: Applicant, *, known: Collection[str] = ()) -> FormData:
    """Return the form data with which one applicant changes this document.

    `known` are the keys by which a draft names the people in it already.
    """
    data = data_of_document(document)
    for person, (key, human) in zip(data["people"], _keyed_humans(document, known), strict=True):
        is_own = human is document.applicants[me.position]
        details = person["details"] or {}
        shown = (*NAMES, "address", "municipality") if is_own else NAMES
        person["details"] = {name: details.get(name, "") for name in shown}
        person["income"] = person["income"] if is_own else None
        person["kept"], person["is_own"] = key, is_own
        person["is_fixed"] = is_own or (person["kind"] == "co" and not me.is_main)
    data["is_shared"] = not me.is_main
    if data["home"] and data["wishes"] and not me.is_main:
        del data["home"]["address"], data["wishes"]["more"]
    data["base"] = _start_of(data)
    return data


def with_kept_facts(typed: dict[str, Any], person: PersonAnswers, document: Document) -> dict[str, Any]:
    """Return what a document says of a person who was kept in it, with what was typed of them now.

    Raises changes.NotLatest if the person is not in the document.
    """
    kept = dict(_keyed_humans(document, [person["kept"]])).get(person["kept"])
    if kept is None:
        raise changes.NotLatest
    asked = Oneself.base_fields if person["is_own"] else {}
    facts = {name: value for name, value in kept.model_dump(exclude_none=True).items() if name not in asked}
    return facts | typed


def take_over(data: FormData, newer: Document, me: Applicant) -> None:
    """Put what somebody else has changed meanwhile into a draft, except where it was changed in the draft itself.

    Everybody in the newer version is in the draft then, except those whom the draft has removed; so are those whom
    it has added.
    """
    mine, start = _start_of(data), data["base"]
    fresh = data_of_change(newer, me, known={*start["kept"], *mine["kept"]})
    theirs = fresh["base"]
    gone = set(start["kept"]) - set(mine["kept"])
    ids = {person["kept"]: person["id"] for person in data["people"] if "kept" in person}
    kept = [person for person in fresh["people"] if person["is_fixed"] or person["kept"] not in gone]
    for number, person in enumerate(kept, data["next"]):
        person["id"] = ids.get(person["kept"], f"p{number}")
    everybody = [*kept, *(person for person in data["people"] if "kept" not in person)]
    order = [*SIGNING, "resident", "unborn"]
    data["people"] = sorted(everybody, key=lambda person: min(order.index(person["kind"]), len(SIGNING)))
    data["next"] += len(fresh["people"])
    own = _own_answers(data)
    own["details"] = _merged(mine["details"], start["details"], theirs["details"])
    own["income"] = _merged(mine["income"], start["income"], theirs["income"])
    home = _merged(mine["home"], start["home"], theirs["home"])
    data["home"] = without_unasked(HomeAndNeed, home, before=theirs["home"] or {})
    data["wishes"] = _merged(mine["wishes"], start["wishes"], theirs["wishes"])
    data["base"], data["is_shared"] = fresh["base"], fresh["is_shared"]
    data["application_language"] = fresh["application_language"]
    data["saved"] = {step: data["saved"].get(step, 0) + 1 for step in ("people", "home", "money", "wishes")}


def _merged(mine: Answers | None, start: Answers | None, theirs: Answers | None) -> Answers:
    mine, start, theirs = mine or {}, start or {}, theirs or {}
    return {
        name: mine.get(name) if _comparable(mine.get(name)) != _comparable(start.get(name)) else theirs[name]
        for name in theirs
    }


def _comparable(answer: Any) -> Any:
    """Return an answer without what a browser may alter: its line breaks, and the order of choices."""
    return sorted(answer) if isinstance(answer, list) else str(answer or "").replace("\r\n", "\n")


def _start_of(data: FormData) -> Start:
    """Return the answers of the household and of whoever changes the application, and who of the household is kept."""
    own = _own_answers(data)
    kept = [person["kept"] for person in data["people"] if "kept" in person]
    start = Start(details=own["details"], income=own["income"], home=data["home"], wishes=data["wishes"], kept=kept)
    return copy.deepcopy(start)


def _own_answers(data: FormData) -> PersonAnswers:
    return next(person for person in data["people"] if person.get("is_own"))


def _keyed_humans(
    document: Document, known: Collection[str] = ()
) -> Iterator[tuple[str, ApplicantContent | Resident]]:
    """Return everybody in a document, in its order, each with the key that names them in a draft.

    That is the known one, which may be under another live index key than the active one.
    """
    seen: dict[str, int] = {}
    humans: list[ApplicantContent | Resident] = [*document.applicants, *document.others_moving_in]
    for human in humans:
        named = human.model_dump(mode="json", include={"first_names", "last_name", "birth_date", "due_date"})
        active, *former = crypto.indexes(human.hetu or json.dumps(named, sort_keys=True))
        seen[active] = seen.get(active, 0) + 1  # twins are alike before they are born
        keys = [f"{index}#{seen[active]}" for index in (active, *former)]
        yield next((key for key in keys if key in known), keys[0]), human
