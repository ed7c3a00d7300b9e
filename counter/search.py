"""What a text in the desk's search box means, and whose applications it finds.

A text is an application's number, typed or scanned from the slip; or a personal identity code, in upper or lower case
and with any dash; or the code of an email; or else parts of a name. Codes and names are not stored with the search
(R17).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications import dates, names, references
from applications.models import Applicant, Application, LearnedCode
from core import crypto, hetu
from core.actors import Actor, acting_staff
from core.alphabet import Key, alphabetical
from core.refusals import Refused
from core.text import compact, typed_text
from core.transactions import atomically
from identity.models import Account
from mailing.letter_codes import find_sent_letter, normalise_letter_code
from mailing.models import Letter
from records.enums import Event
from records.names import account_subject, applicant_subject, parse_name, staff_chain
from records.trail import append_event

MOST_HITS = 50  # people
FEWEST_LETTERS = 2  # in the longest part of a name
ACCOUNT = parse_name(account_subject(0))[0]
AROUND_NUMBER = re.compile(r"[ /?#&=]")  # the QR code of the slip holds a link


class SearchReason(models.TextChoices):
    """Why a member of staff searches by a personal identity code."""

    HERE = "here", _("The person is here")
    CONTACT = "contact", _("The person called or wrote")
    FOLLOW_UP = "follow_up", _("I am following up a check, a message or an account")


class CannotFind(Refused):
    """Nothing was searched for."""


class Mistyped(CannotFind):
    """The check character does not fit, or there are not nine characters."""

    message = _("This is not an application number. A character is wrong or missing. Check the number.")


class WrongCode(CannotFind):
    message = _("This is not a personal identity code. A character is wrong or missing. Check the code.")


class TooShort(CannotFind):
    message = _("Enter at least two characters of the name.")


class UnknownEmail(Mistyped):
    """There are ten characters, as in the code of an email, but no email bears them."""

    message = _(
        "This is not an application number, and we have not sent an email with this code. Check each character. If "
        "the code is from an email and it is right, the email is not from us."
    )


class EmailAboutNobody(CannotFind):
    message = _("We have sent this email. It is not about any application in this service.")


@dataclass(frozen=True)
class Hit:
    """An applicant who was found, and their application."""

    applicant: Applicant
    application: Application


@dataclass(frozen=True)
class Found:
    """Who was found by what kind of search, open applications first; `has_more` when there are more than MOST_HITS."""

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
    """Return who is found by the text, and record the search in the trail. Raises CannotFind.

    The trail keeps a number that was typed, the reason for a search by code, and how many people were found.
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
    """Return who is found by the text: by a number, a code, the code of an email, or a name. Raises CannotFind."""
    pieces = [text, *AROUND_NUMBER.split(typed_text(text))]
    if number := next(filter(None, map(references.normalise_reference, pieces)), None):
        slots = Applicant.objects.filter(version__current_of__reference=number)
        return _find_slots(Event.SEARCH_BY_NUMBER, slots.order_by("position"), number=references.display(number))
    if hetu.begins_like_code(text):
        try:
            indexes = crypto.indexes(hetu.parse(text))
        except hetu.InvalidHetu:
            raise WrongCode from None
        # Whoever still uses a code that has changed means the same person (R3).
        changed = LearnedCode.objects.in_effect().filter(former_hetu_index__in=indexes).values("hetu_index")
        of_code = Q(hetu_index__in=indexes) | Q(hetu_index__in=changed)
        slots = Applicant.objects.filter(of_code, version__current_of__isnull=False)
        return _find_slots(Event.SEARCH_BY_CODE, slots.order_by("-pk"))
    if email_code := normalise_letter_code(text):
        if letter := find_sent_letter(email_code):
            return _find_by_email(letter)
        if any(character.isdigit() for character in email_code):  # a name may have ten letters too
            raise UnknownEmail
    if _is_like_a_number(compact(text).upper()):
        raise Mistyped
    if max(map(len, names.parts(text)), default=0) < FEWEST_LETTERS:
        raise TooShort
    found = _find_slots(Event.SEARCH_BY_NAME, names.find(text))
    return replace(found, hits=sorted(found.hits, key=_by_name))


def _by_name(hit: Hit) -> tuple[bool, Key, Key]:
    """Return the key that puts open applications first, and then the names in the order of the language."""
    applicant = hit.applicant
    return not hit.application.is_open, alphabetical(applicant.last_name), alphabetical(applicant.first_names)


def _find_by_email(letter: Letter) -> Found:
    """Return who applies in the application that an email is about, or who holds its account.

    Raises EmailAboutNobody.
    """
    slots = Applicant.objects.filter(version__current_of__reference=letter.about).order_by("position")
    kind, key = parse_name(letter.recipient)
    if kind == ACCOUNT:
        account = Account.objects.select_related("user__person").filter(pk=key).first()
        indexes = account.user.person.hetu_indexes if account else []
        slots = Applicant.objects.filter(hetu_index__in=indexes, version__current_of__isnull=False).order_by("-pk")
    found = _find_slots(Event.SEARCH_BY_EMAIL, slots)
    if not found.hits:
        raise EmailAboutNobody
    return found


def _is_like_a_number(typed: str) -> bool:
    """Tell whether somebody meant a number. Names have no digits, and no name is nine letters without a vowel."""
    has_digit = any(character.isdigit() for character in typed)
    return has_digit or (len(typed) == references.LENGTH and set(typed) <= set(references.ALPHABET))


def _find_slots(event: Event, slots: models.QuerySet[Applicant], **facts: str) -> Found:
    """Return these applicants with their applications and everybody in them, in four queries."""
    keys = list(slots.values_list("pk", flat=True)[: MOST_HITS + 1])
    place = {key: number for number, key in enumerate(dict.fromkeys(keys[:MOST_HITS]))}
    versions = Applicant.objects.filter(pk__in=place).values("version")
    applications = Application.objects.with_people().filter(current__in=versions)
    hits = [Hit(a, application) for application in applications for a in application.applicants if a.pk in place]
    hits.sort(key=lambda hit: (not hit.application.is_open, place[hit.applicant.pk]))
    return Found(event, hits, len(keys) > MOST_HITS, facts)
