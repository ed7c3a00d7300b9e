"""What a text in the desk's search box means, and whose applications it finds.

A text is what people bring: an application's number, typed or scanned from the slip; a personal identity code, in
upper or lower case and with any dash; the code of an email or an invitation; an email address, a telephone number or
a date of birth; or else parts of a name. None but the number is stored with the search (R17).

Whom contact details find, they find whether the person is protected or not (R16, ADR 41).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from applications import dates, names, references
from applications.invitation_links import CODE_LENGTH, UnknownInvitation, any_invitation, may_be_code
from applications.models import Applicant, Application, LearnedCode, NamePart
from core import crypto, hetu
from core.actors import Actor, acting_staff
from core.alphabet import Key, alphabetical
from core.text import compact
from core.transactions import atomically
from counter import scanned, searched
from counter.searched import CannotFind
from identity.models import Account
from mailing.letter_codes import find_sent_letter, normalise_letter_code
from mailing.models import Letter
from records.enums import Event
from records.names import account_subject, applicant_subject, parse_name, staff_chain
from records.trail import append_event

MOST_HITS = 50  # people
FEWEST_LETTERS = 2  # in the longest part of a name
ACCOUNT = parse_name(account_subject(0))[0]
AS_FOUND = {Event.SEARCH_BY_NUMBER, Event.SEARCH_BY_EMAIL}  # in the order of the application; others in that of names


class SearchReason(models.TextChoices):
    """Why a member of staff searches by a personal identity code."""

    HERE = "here", _("The person is here")
    CONTACT = "contact", _("The person called or wrote")
    FOLLOW_UP = "follow_up", _("I am following up a check, a message or an account")


class Mistyped(CannotFind):
    """The check character does not fit, or there are not nine characters."""

    message = _("This is not an application number. A character is wrong or missing. Check the number.")


class WrongCode(CannotFind):
    message = _("This is not a personal identity code. A character is wrong or missing. Check the code.")


class TooShort(CannotFind):
    message = _("Enter at least two characters of the name.")


class UnknownCode(Mistyped):
    """There are eight characters, as in the code of an invitation, but none has them."""

    message = _(
        "No invitation has this code. If this is an application number, a character is missing: it has nine. Check "
        "each character."
    )


class InvitationToNobody(CannotFind):
    message = _("This invitation was sent to somebody who is no longer in the application.")


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

    @property
    def others(self) -> str:
        """The names of those who apply with this person, by whom namesakes are told apart."""
        return ", ".join(str(other) for other in self.application.applicants if other.pk != self.applicant.pk)


@dataclass(frozen=True)
class Found:
    """Who was found by what kind of search, open applications first; `has_more` when there are more than MOST_HITS."""

    event: Event
    hits: list[Hit]
    has_more: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)
    is_about_application: bool = False  # everybody in it was found, by an email about it
    place: int | None = None  # among the applicants, of the holder of a slip that was scanned

    @property
    def only(self) -> Application | None:
        """The application, when there is exactly one."""
        applications = {hit.application.pk: hit.application for hit in self.hits}
        return next(iter(applications.values())) if len(applications) == 1 and not self.has_more else None

    @property
    def is_one_person(self) -> bool:
        """Whether somebody was found, and nobody else."""
        first = self.hits[0].applicant if self.hits else None
        return first is not None and all(first.is_same_person(hit.applicant) for hit in self.hits)

    @property
    def person(self) -> Hit | None:
        """The one person who is meant, in their only application, or in the only one of theirs that is open.

        A number means the one adult of its application, and the code of a slip its holder.
        """
        if self.event == Event.SEARCH_BY_NUMBER:
            adults = [hit for hit in self.hits if hit.applicant.is_adult]
            hits = [hit for hit in adults if hit.applicant.position == self.place] or adults
        elif self.has_more or self.is_about_application or not self.is_one_person:
            return None
        else:
            hits = [hit for hit in self.hits if hit.application.is_open or len(self.hits) == 1]
        return hits[0] if len(hits) == 1 else None


@atomically
def find_people(text: str, *, reason: SearchReason, by: Actor) -> Found:
    """Return who is found by the text, and record the search in the trail. Raises CannotFind.

    The trail keeps a number that was typed, the reason for a search by code, and how many people were found.
    """
    found = search(text)
    facts: dict[str, str | int] = {**found.facts, "found": len(found.hits)}
    if found.event == Event.SEARCH_BY_CODE:
        facts["reason"] = str(reason)
    subject = applicant_subject(found.hits[0].applicant.pk) if found.is_one_person else ""
    chain = staff_chain(acting_staff(by).pk, dates.today().year)
    append_event(found.event, chain=chain, by=by, subject=subject, **facts)
    return found


def search(text: str) -> Found:
    """Return who is found by the text. Raises CannotFind.

    What has a check character or an @ is read first, then dates and telephone numbers, and names last.
    """
    by_number = _find_by_number(text)
    has_digit = any(character.isdigit() for character in text)  # as no name has, though one may look like a number
    if by_number and (by_number.hits or has_digit):
        return by_number
    for find in (_find_by_address, _find_by_code, _find_by_secret, _find_by_birth_date, _find_by_phone):
        if found := find(text):
            return found
    if hetu.begins_like_code(text):
        raise WrongCode
    if has_digit:
        raise Mistyped
    if max(map(len, names.parts(text)), default=0) < FEWEST_LETTERS:
        raise TooShort
    by_name = _find_slots(Event.SEARCH_BY_NAME, names.find(text))
    if by_name.hits:
        return by_name
    if by_number:
        return by_number
    typed = compact(text).upper()
    if len(typed) == references.LENGTH and set(typed) <= set(references.ALPHABET):
        raise Mistyped
    return by_name


def _find_by_number(text: str) -> Found | None:
    """Return everybody in the application with this number; None for a text without one."""
    number = scanned.find_number(text)
    if number is None:
        return None
    slots = Applicant.objects.filter(version__current_of__reference=number).order_by("position")
    found = _find_slots(Event.SEARCH_BY_NUMBER, slots, number=references.display(number))
    return replace(found, place=scanned.find_place(text))


def _find_by_address(text: str) -> Found | None:
    """Return whose email address this is, in an application or of an account; None for a text without an @."""
    address = searched.read_address(text)
    if address is None:
        return None
    holder = _holder_indexes(email=address.lower(), closed_at=None)
    slots = Applicant.objects.with_email(address, or_codes=holder)
    return _find_slots(Event.SEARCH_BY_EMAIL_ADDRESS, currently(slots))


def _find_by_code(text: str) -> Found | None:
    """Return whose personal identity code this is; None for a text that is none."""
    try:
        indexes = crypto.indexes(hetu.parse(text))
    except hetu.InvalidHetu:
        return None
    # Whoever still uses a code that has changed means the same person (R3).
    changed = LearnedCode.objects.in_effect().filter(former_hetu_index__in=indexes)
    slots = Applicant.objects.filter(hetu_index__in=[*indexes, *changed.values_list("hetu_index", flat=True)])
    return _find_slots(Event.SEARCH_BY_CODE, currently(slots))


def _find_by_secret(text: str) -> Found | None:
    """Return whom an email or invitation with this code is about; None for what has not the form of one, or is a name.

    Raises UnknownEmail, UnknownCode, EmailAboutNobody and InvitationToNobody.
    """
    has_digit = any(character.isdigit() for character in text)  # a name may have eight or ten such letters
    if email_code := normalise_letter_code(text):
        if letter := find_sent_letter(email_code):
            return _find_by_email(letter)
        if has_digit:
            raise UnknownEmail
    if len(compact(text)) == CODE_LENGTH and may_be_code(text):
        try:
            invited = any_invitation(text).applicant
        except UnknownInvitation:
            if has_digit:
                raise UnknownCode from None
            return None
        slots = Applicant.objects.same_person(invited).filter(version__current_of=invited.version.application_id)
        found = _find_slots(Event.SEARCH_BY_INVITATION, slots)
        if not found.hits:
            raise InvitationToNobody
        return found
    return None


def _find_by_birth_date(text: str) -> Found | None:
    if days := searched.read_birth_dates(text):
        # Whoever was erased from an application is not found by what is left of them, as by name.
        named = Exists(NamePart.objects.filter(applicant=OuterRef("pk")))
        return _find_slots(Event.SEARCH_BY_BIRTH_DATE, currently(Applicant.objects.filter(named, birth_date__in=days)))
    return None


def _find_by_phone(text: str) -> Found | None:
    number = searched.read_telephone(text)
    if number is None:
        return None
    found = _find_slots(Event.SEARCH_BY_PHONE, currently(Applicant.objects.with_phone(number)))
    if not found.hits and searched.may_be_code(text):
        raise WrongCode
    return found


def _holder_indexes(**of_account: Any) -> list[str]:
    """Return the blind indexes of whoever holds an account."""
    account = Account.objects.select_related("user__person").filter(**of_account).first()
    return account.user.person.hetu_indexes if account else []


def currently(slots: models.QuerySet[Applicant]) -> models.QuerySet[Applicant]:
    """Return those who apply now, the latest first."""
    return slots.filter(version__current_of__isnull=False).order_by("-pk")


def _by_name(hit: Hit) -> tuple[bool, Key, Key]:
    """Return the key that puts open applications first, and then the names in the order of the language."""
    applicant = hit.applicant
    return not hit.application.is_open, alphabetical(applicant.last_name), alphabetical(applicant.first_names)


def _find_by_email(letter: Letter) -> Found:
    """Return who applies in the application that an email is about, or who holds its account.

    Raises EmailAboutNobody.
    """
    kind, key = parse_name(letter.recipient)
    if kind == ACCOUNT:
        slots = currently(Applicant.objects.filter(hetu_index__in=_holder_indexes(pk=key)))
    else:
        slots = Applicant.objects.filter(version__current_of__reference=letter.about).order_by("position")
    found = _find_slots(Event.SEARCH_BY_EMAIL, slots)
    if not found.hits:
        raise EmailAboutNobody
    return replace(found, is_about_application=kind != ACCOUNT)


def _find_slots(event: Event, slots: models.QuerySet[Applicant], **facts: str) -> Found:
    """Return these applicants with their applications and everybody in them, in four queries."""
    keys = list(slots.values_list("pk", flat=True)[: MOST_HITS + 1])
    return Found(event, hits_of(event, keys[:MOST_HITS]), len(keys) > MOST_HITS, facts)


def hits_of(event: Event, keys: Iterable[int]) -> list[Hit]:
    """Return the applicants with these keys who apply now, in the order of that kind of search, in three queries."""
    place = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    versions = Applicant.objects.filter(pk__in=place).values("version")
    applications = Application.objects.with_people().filter(current__in=versions)
    hits = [Hit(a, application) for application in applications for a in application.applicants if a.pk in place]
    hits.sort(key=lambda hit: (not hit.application.is_open, place[hit.applicant.pk]))
    return hits if event in AS_FOUND else sorted(hits, key=_by_name)
