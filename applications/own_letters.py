"""What the service has written to somebody about their applications, as they read it on a page, and its fate.

Whoever has no email address, or does not get their emails, learns here what others learn by email. The texts are
those of the emails, in the language of the page.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from applications import email_words, letters
from applications.email_words import LOST, Reader
from applications.letter_names import name_of
from applications.models import MOST_APPLICANTS, Applicant, Application
from core.compiled import Compiled
from identity.models import Person
from mailing.models import Letter
from records.names import APPLICANT, applicant_subject

MOST_LETTERS = 50  # of one person and application, the latest
READABLE = Q(to="") | Q(dropped_at=None)  # a dropped one would have said what was no longer true


@dataclass(frozen=True)
class OwnLetter:
    """One letter in a list."""

    letter: Letter

    @property
    def name(self) -> str:
        return name_of(self.letter)

    @property
    def what_became(self) -> str:
        """What became of it, in sentences."""
        return email_words.what_became(self.letter)

    @property
    def to_do(self) -> str:
        """What its reader can do about it."""
        return email_words.to_do(self.letter, reader=Reader.OWNER)


def letters_about(
    application: Application, *, reader: Applicant, inviting: Iterable[Applicant] = ()
) -> tuple[list[OwnLetter], list[Letter]]:
    """Return what was written to this applicant about this application, and what asks these others to confirm it.

    The latest comes first. All is found by one query.
    """
    others = [applicant_subject(each.pk) for each in inviting]
    found = _ABOUT.rows(
        codes=reader.hetu_indexes,
        application=application.pk,
        reference=application.reference,
        others=others or [applicant_subject(0)],  # nobody; an empty list would find nothing
    )
    own = [OwnLetter(letter) for letter in found if letter.recipient not in others]
    return own[:MOST_LETTERS], [letter for letter in found if letter.recipient in others]


def letters_after_removal(person: Person, *, present: Iterable[Application]) -> list[OwnLetter]:
    """Return what tells this person of applications in which they apply no more; `present` are all the others."""
    known = [application.reference for application in present] or [""]  # an empty list would find nothing
    return [OwnLetter(letter) for letter in _OF_REMOVAL.rows(codes=person.hetu_indexes, known=known)]


def lost_at(address: str, letters: Iterable[OwnLetter]) -> OwnLetter | None:
    """Return the one of these letters, the latest first, by which it is known that an address is not reached."""
    known = email_words.last_known((one.letter for one in letters), address=address) if address else None
    return OwnLetter(known) if known and known.status in LOST else None


def find_letter(person: Person, pk: int) -> Letter:
    """Return a letter about an application that was written to this person.

    Raises Application.DoesNotExist, as for an application of somebody else.
    """
    letter = Letter.objects.filter(READABLE, pk=pk).first()
    if letter and letter.recipient in map(applicant_subject, _slots_of(person).values_list("pk", flat=True)):
        return letter
    raise Application.DoesNotExist


def _slots_of(person: Person) -> QuerySet[Applicant]:
    return Applicant.objects.filter(hetu_index__in=person.hetu_indexes)


def _subjects(slots: QuerySet[Applicant]) -> QuerySet[Applicant, Any]:
    """Return the recipients that these slots are, as applicant_subject() makes them."""
    return slots.values_list(Concat(Value(APPLICANT), Cast("pk", CharField())))


def _about(codes: list[str], application: int, reference: str, others: list[str]) -> QuerySet[Letter]:
    """Return what was written about an application to these people, by the index letter_about, the latest first."""
    slots = Applicant.objects.filter(hetu_index__in=codes, version__application=application)
    asks_others = letters.ASKING & Q(recipient__in=others)
    found = Letter.objects.filter(READABLE & Q(recipient__in=_subjects(slots)) | asks_others, about=reference)
    return found.order_by("-created_at", "-pk")[: MOST_APPLICANTS * MOST_LETTERS]


def _of_removal(codes: list[str], known: list[str]) -> QuerySet[Letter]:
    recipients = _subjects(Applicant.objects.filter(hetu_index__in=codes))
    found = Letter.objects.filter(READABLE, recipient__in=recipients, message="removed").exclude(about__in=known)
    return found.order_by("-created_at", "-pk")[:MOST_LETTERS]


_ABOUT, _OF_REMOVAL = Compiled(_about), Compiled(_of_removal)
