"""The letters about an application or an account as the desk shows them, and whether each has arrived."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from applications import email_words, inviting, letters
from applications.email_words import LOST, Kind, Reader
from applications.letter_names import name_of
from applications.models import Applicant, Application, Invitation
from identity.models import Account
from mailing import outbox
from mailing.enums import Status
from mailing.letter_codes import display_letter_code
from mailing.models import Letter
from records.names import account_subject, applicant_subject

MOST = 100  # letters shown of one application, the latest


@dataclass(frozen=True)
class Sent:
    """A letter as the desk shows it. Its address is among the contact details, which are asked for (R16)."""

    letter: Letter
    opened_at: dt.datetime | None = None  # when the link of an invitation was opened

    @property
    def name(self) -> str:
        return name_of(self.letter)

    @property
    def to(self) -> str:
        """The name of the person."""
        return str(self.letter.parameters.get("recipient", ""))

    @property
    def code(self) -> str:
        """The code at the end of its text, by which the person on the telephone names it."""
        return display_letter_code(self.letter)

    @property
    def is_lost(self) -> bool:
        return self.letter.status in LOST

    @property
    def in_words(self) -> list[str]:
        """What became of it, in sentences."""
        sentences = [email_words.what_became(self.letter)]
        if self.opened_at:
            moment = date_format(timezone.localtime(self.opened_at), "DATETIME_FORMAT")
            sentences.append(_("The link was opened on %(moment)s.") % {"moment": moment})
        return sentences

    @property
    def needs_address(self) -> bool:
        """Whether it did not arrive, and another address may help."""
        return self.is_lost and email_words.kind_of(self.letter) != Kind.OURS

    @property
    def to_do(self) -> str:
        """What staff can do about it."""
        return email_words.to_do(self.letter, reader=Reader.STAFF)


@dataclass(frozen=True)
class EmailsOfPerson:
    """What became of each email to a person about one application, and what follows from it."""

    sent: list[Sent]
    lost: Sent | None  # by which it is known that the address that is stored is not reached
    is_without_address: bool
    no_reminders: str  # why the person will get none, if they would have got any
    next_invitation_at: dt.datetime | None  # if one was sent a moment ago


def of_application(application: Application) -> list[Sent]:
    """Return the latest letters about an application, the newest first, by the index letter_about."""
    return _latest(about=application.reference)


def of_account(account: Account) -> list[Sent]:
    """Return the latest letters to the holder of an account, the newest first, by the index letter_recipient."""
    return _latest(recipient=account_subject(account.pk))


def of_person(slot: Applicant) -> EmailsOfPerson:
    """Return the latest letters to the person of a slot about its application, newest first; six queries at most."""
    application = slot.version.application
    slots = Applicant.objects.same_person(slot).filter(version__application=application).values_list("pk", flat=True)
    keys = list(slots)
    recipients = [applicant_subject(key) for key in keys]
    found = Letter.objects.filter(recipient__in=recipients, about=application.reference).order_by("-pk")[:MOST]
    opened = dict(Invitation.objects.filter(applicant__in=keys).values_list("pk", "opened_at"))
    sent = [
        Sent(letter, opened.get(letter.parameters.get("invitation")) if letter.message == "invitation" else None)
        for letter in found
    ]
    is_invited = application.awaits(slot) and not slot.is_main and bool(slot.email)
    known = email_words.last_known((one.letter for one in sent), address=slot.email) if slot.email else None
    lost = Sent(known) if known and known.status in LOST and application.is_open else None
    return EmailsOfPerson(
        sent,
        lost=lost,
        is_without_address=application.is_open and not slot.email,
        no_reminders=_no_reminders(slot, lost),
        next_invitation_at=inviting.next_invitation_at(slot) if is_invited else None,
    )


def _latest(**which: str) -> list[Sent]:
    return [Sent(letter) for letter in Letter.objects.filter(**which).order_by("-pk")[:MOST]]


def _no_reminders(slot: Applicant, lost: Sent | None) -> str:
    """Return why a person who would be reminded is not (R14)."""
    if not letters.is_reminded(slot, slot.version.application) or not outbox.is_unreachable(slot.email):
        return ""
    if lost and lost.letter.status == Status.COMPLAINED:
        return _("We will send no reminders to this address, because our email was marked as junk mail there.")
    return _("We will send no reminders to this address, because our emails do not reach it.")
