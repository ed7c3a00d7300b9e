"""Comparing the personal identity code on a document with that of a slot (R4, C2). Only the outcome is kept."""

import secrets
from contextlib import suppress

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications import learned_codes
from applications.enums import CodeOnDocument
from applications.models import Applicant
from applications.trail import ApplicationEvent, record_events
from core import crypto, hetu
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
        "This is not the code in the application. Nothing was recorded. Read it again from the document. If it "
        "really is different, this is another person, or the application has a wrong code. A wrong code must first "
        "be corrected in the application."
    )


class BirthDateDiffers(CannotCompare):
    """Without a code it is the birth date, beside the name, that tells who applies."""

    message = learned_codes.AnotherBirthDate.message


class CodeNotWhole(CannotCompare):
    """A new code is not compared with anything, so its check character is (R4)."""

    message = _("Enter all 11 characters of the code. At least one of them is wrong or missing.")


class TooManyTries(CannotCompare):
    message = _(
        "The code has been entered wrongly too often. Nothing was recorded. Wait an hour before you try again."
    )


def compare_code(applicant: Applicant, *, typed: str, by: Actor, has_changed: bool = False) -> CodeOnDocument | None:
    """Return whether the document bears the code of this slot; None if neither of them has one (R3).

    `typed` is the code as the adviser read it, whole or its last four characters; empty if the document bears none.
    Where the slot has none, or where `has_changed` says that its holder has another one by now, the whole code is
    needed, and is new to the slot. A wrong try is counted, and stands in the trail, before CodeDiffers or
    BirthDateDiffers is raised. After too many of them TooManyTries is raised whatever was typed. Raises
    CodeNotWhole.
    """
    if not typed:
        return CodeOnDocument.ABSENT if applicant.hetu else None
    # Over all their checks.
    person = (
        crypto.common_index(applicant.hetu) if applicant.hetu else f"application {applicant.version.application_id}"
    )
    counted = [
        ("code of person", person, MOST_OF_PERSON),
        ("codes by staff", str(acting_staff(by).pk), MOST_OF_STAFF),
    ]
    if any(limits.is_reached(what, who, most=most) for what, who, most in counted):
        raise TooManyTries
    if applicant.hetu and _is_code_of(applicant.hetu, typed):
        return CodeOnDocument.MATCHES
    if has_changed and applicant.hetu:
        whole_code(typed)
        return CodeOnDocument.CHANGED
    if not applicant.hetu and hetu.birth_date(whole_code(typed)) == applicant.birth_date:
        return CodeOnDocument.LEARNED
    with transaction.atomic():
        event = ApplicationEvent(Event.CODE_MISMATCHED, applicant)
        record_events(applicant.version.application, event, by=by)
    for what, who, most in counted:
        with suppress(limits.TooMany):  # somebody else tried at the same moment
            limits.count(what, who, most=most, seconds=limits.HOUR)
    raise CodeDiffers if applicant.hetu else BirthDateDiffers


def whole_code(typed: str) -> str:
    """Return a code that was typed from a document in its official form. Raises CodeNotWhole."""
    try:
        return hetu.parse(typed)
    except hetu.InvalidHetu:
        raise CodeNotWhole from None


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
