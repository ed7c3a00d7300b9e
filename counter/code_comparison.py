"""Comparing the personal identity code on a document with that of a slot (R4, C2). Only the outcome is kept."""

import secrets
from contextlib import suppress

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.enums import CodeOnDocument
from applications.models import Applicant
from applications.trail import ApplicationEvent, record_events
from core import hetu
from core.actors import Actor, acting_staff
from core.personal_names import joined_name
from core.refusals import Refused
from core.text import without_blanks
from identity import limits
from identity.models import Person
from records.enums import Event

LAST = 4  # characters that are enough: the birth date is on the screen
MOST_OF_PERSON, MOST_OF_STAFF = 5, 20  # wrong tries in an hour: of one person's code, and by one member of staff


class CannotCompare(Refused):
    """Nothing was recorded but the try."""


class CodeDiffers(CannotCompare):
    message = _(
        "This is not the code in the application. Nothing was recorded. Read it again from the document. If it is "
        "another one, either this is another person, or the application has a wrong code and must be changed first."
    )


class TooManyTries(CannotCompare):
    message = _("The code has been typed wrong too often. Nothing was recorded. Wait an hour before the next try.")


def compare_code(applicant: Applicant, *, typed: str, by: Actor) -> CodeOnDocument | None:
    """Return whether the document bears the code of this slot; None for a slot without one (R3).

    `typed` is the code as the adviser read it, whole or its last four characters; empty if the document bears none. A
    wrong try is counted, and stands in the trail, before CodeDiffers is raised. After too many of them TooManyTries is
    raised whatever was typed.
    """
    if not applicant.hetu:
        return None
    if not typed:
        return CodeOnDocument.ABSENT
    counted = [
        ("code of person", applicant.hetu_indexes[0], MOST_OF_PERSON),
        ("codes by staff", str(acting_staff(by).pk), MOST_OF_STAFF),
    ]
    if any(limits.is_reached(what, who, most=most, seconds=limits.HOUR) for what, who, most in counted):
        raise TooManyTries
    if _is_code_of(applicant.hetu, typed):
        return CodeOnDocument.MATCHES
    with transaction.atomic():
        event = ApplicationEvent(Event.CODE_MISMATCHED, applicant)
        record_events(applicant.version.application, event, by=by)
    for what, who, most in counted:
        with suppress(limits.TooMany):  # somebody else tried at the same moment
            limits.count(what, who, most=most, seconds=limits.HOUR)
    raise CodeDiffers


def other_names(applicant: Applicant) -> list[str]:
    """Return the other names by which the holder of this slot's code is known, here and to the brokers (R4)."""
    if not applicant.hetu:
        return []
    slots = Applicant.objects.same_person(applicant).values_list("first_names", "last_name")
    people = Person.objects.filter(hetu_index__in=applicant.hetu_indexes).values_list("first_names", "last_name")
    names = {joined_name(first, last) for first, last in [*slots, *people]}
    known = {name.casefold(): name for name in sorted(names)}
    known.pop(str(applicant).casefold(), None)
    return sorted(known.values())


def normalise_typed_code(typed: str) -> str | None:
    """Return what was typed in upper case and without blanks; None if it is neither a whole code nor its end."""
    code = without_blanks(typed).upper()
    return code if len(code) in {LAST, hetu.LENGTH} else None


def _is_code_of(code: str, typed: str) -> bool:
    given = normalise_typed_code(typed) or ""
    expected = code if len(given) == hetu.LENGTH else code[-LAST:]
    return secrets.compare_digest(expected.encode(), given.encode())
