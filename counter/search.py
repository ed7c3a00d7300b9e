"""What a text in the desk's search box is, and whose applications it finds.

An application's number, typed or scanned from the slip; a personal identity code in any case and with any dash;
else parts of a name. Neither codes nor names leave this module: they are not stored with the search (R17).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext_lazy as _

from applications import dates, names, references
from applications.models import Applicant, Application
from core import crypto, hetu
from core.actors import Actor, acting_staff
from core.refusals import Refused
from core.text import compact, typed_text
from core.transactions import atomically
from records.enums import Event
from records.names import applicant_subject, staff_chain
from records.trail import append_event

MOST = 50  # people shown
SHORTEST = 2  # letters of the longest part of a name
AROUND_NUMBER = re.compile(r"[ /?#&=]")  # where the slip's QR code holds a link


class SearchReason(models.TextChoices):
    """Why somebody is looked for by their personal identity code."""

    HERE = "here", _("The person is here")
    CONTACT = "contact", _("The person called or wrote")
    FOLLOW_UP = "follow_up", _("I follow up a check, a letter or an account")


class CannotFind(Refused):
    """Nothing was looked for."""


class Mistyped(CannotFind):
    """The check character does not fit, or there are not nine characters."""

    message = _("This is not an application number: a character is wrong or missing. Check the number.")


class WrongCode(CannotFind):
    message = _("This is not a personal identity code: a character is wrong or missing. Check the code.")


class TooShort(CannotFind):
    message = _("Type at least two letters of the name.")


@dataclass(frozen=True)
class Hit:
    """Somebody who was found, and the application in which they apply."""

    applicant: Applicant
    application: Application


@dataclass(frozen=True)
class Found:
    """Who was found by what, those of open applications first; `has_more` when there are more than are shown."""

    event: Event
    hits: list[Hit]
    has_more: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def only(self) -> Application | None:
        """The application, when there is exactly one."""
        applications = {hit.application.pk: hit.application for hit in self.hits}
        return next(iter(applications.values())) if len(applications) == 1 and not self.has_more else None


@atomically
def find_people(text: str, *, reason: SearchReason, by: Actor) -> Found:
    """Return whom the text finds, and record that a member of staff looked. Raises CannotFind.

    The trail keeps the number that was typed, the reason of a search by code, and how many were found.
    """
    found = search(text)
    facts: dict[str, str | int] = {**found.facts, "found": len(found.hits)}
    if found.event == Event.SEARCH_BY_CODE:
        facts["reason"] = str(reason)
    slots = [hit.applicant for hit in found.hits]
    is_one_person = bool(slots) and all(slots[0].is_same_person(slot) for slot in slots)
    subject = applicant_subject(slots[0].pk) if is_one_person else ""
    chain = staff_chain(acting_staff(by).pk, dates.today().year)
    append_event(found.event, chain=chain, by=by, subject=subject, **facts)
    return found


def search(text: str) -> Found:
    """Return whom the text finds. Raises CannotFind."""
    if number := number_in(text):
        slots = Applicant.objects.filter(version__current_of__reference=number)
        return _find_slots(Event.SEARCH_BY_NUMBER, slots, number=references.display(number))
    if hetu.begins_like_code(text):
        slots = Applicant.objects.filter(hetu_index__in=_indexes(text), version__current_of__isnull=False)
        return _find_slots(Event.SEARCH_BY_CODE, slots.order_by("-pk"))
    if _is_like_a_number(compact(text).upper()):
        raise Mistyped
    if max(map(len, names.parts(text)), default=0) < SHORTEST:
        raise TooShort
    return _find_slots(Event.SEARCH_BY_NAME, names.find(text))


def number_in(text: str) -> str | None:
    """Return the application's number that a text is, or that a link holds; None without one."""
    pieces = [text, *AROUND_NUMBER.split(typed_text(text))]
    return next((number for piece in pieces if (number := references.normalise_reference(piece))), None)


def _is_like_a_number(typed: str) -> bool:
    """Tell whether somebody meant a number: names have no digits, and nine letters without a vowel are none."""
    has_digit = any(character.isdigit() for character in typed)
    return has_digit or (len(typed) == references.LENGTH and set(typed) <= set(references.ALPHABET))


def _indexes(text: str) -> list[str]:
    try:
        return crypto.indexes(hetu.parse(text))
    except hetu.InvalidHetu:
        raise WrongCode from None


def _find_slots(event: Event, slots: models.QuerySet[Applicant], **facts: str) -> Found:
    keys = list(slots.values_list("pk", flat=True)[: MOST + 1])
    return Found(event, _hits(dict.fromkeys(keys[:MOST])), len(keys) > MOST, facts)


def _hits(keys: Iterable[int]) -> list[Hit]:
    """Return these applicants with their applications and everybody in them, in three queries."""
    place = {key: number for number, key in enumerate(keys)}
    versions = Applicant.objects.filter(pk__in=place).values("version")
    applications = Application.objects.with_people().filter(current__in=versions)
    hits = [Hit(a, application) for application in applications for a in application.applicants if a.pk in place]
    return sorted(hits, key=lambda hit: (not hit.application.is_open, place[hit.applicant.pk]))
