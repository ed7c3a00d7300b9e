"""The letters about an application or an account as the desk shows them, and whether each has arrived."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from applications import inviting
from applications.letter_names import name_of
from applications.models import Applicant, Application, Invitation
from identity.models import Account
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
        return self.letter.status in {Status.UNDELIVERABLE, Status.COMPLAINED}

    @property
    def at(self) -> dt.datetime:
        """When its status last changed."""
        letter = self.letter
        known = (letter.complained_at, letter.delivered_at, letter.bounced_at, letter.dead_at, letter.sent_at)
        return next((moment for moment in known if moment), letter.created_at)

    @property
    def in_words(self) -> list[str]:
        """What became of it, in sentences."""
        sentences = [_said_of(self.letter) % {"moment": _moment(self.at)}]
        if reason := self._reason:
            sentences.append(f"{reason}.")
        if self.opened_at:
            sentences.append(_("The link was opened on %(moment)s.") % {"moment": _moment(self.opened_at)})
        return sentences

    @property
    def _reason(self) -> str:
        """Why it did not leave or came back, if that is known."""
        is_lost = self.letter.status in {Status.DELAYED, Status.UNDELIVERABLE}
        return str(self.letter.get_failure_display()) if is_lost else ""


@dataclass(frozen=True)
class EmailsOfPerson:
    """What became of each email to a person about one application, and what follows from it."""

    sent: list[Sent]
    needs_address: bool  # nothing has reached the address that is stored
    next_invitation_at: dt.datetime | None  # if one was sent a moment ago


def of_application(application: Application) -> list[Sent]:
    """Return the latest letters about an application, the newest first, by the index letter_about."""
    return _latest(about=application.reference)


def of_account(account: Account) -> list[Sent]:
    """Return the latest letters to the holder of an account, the newest first, by the index letter_recipient."""
    return _latest(recipient=account_subject(account.pk))


def of_person(slot: Applicant) -> EmailsOfPerson:
    """Return the latest letters to the person of a slot about its application, the newest first, in four queries."""
    application = slot.version.application
    slots = Applicant.objects.same_person(slot).filter(version__application=application).values_list("pk", flat=True)
    keys = list(slots)
    recipients = [applicant_subject(key) for key in keys]
    letters = Letter.objects.filter(recipient__in=recipients, about=application.reference).prefetch_related("events")
    opened = dict(Invitation.objects.filter(applicant__in=keys).values_list("pk", "opened_at"))
    sent = [Sent(letter, opened.get(letter.parameters.get("invitation"))) for letter in letters.order_by("-pk")[:MOST]]
    is_invited = application.awaits(slot) and not slot.is_main and bool(slot.email)
    # The last letter to the present address of which anything is known.
    known = [one for one in sent if one.letter.to == slot.email and (one.is_lost or one.letter.delivered_at)]
    came_back = bool(known) and known[0].letter.status == Status.UNDELIVERABLE
    return EmailsOfPerson(
        sent,
        needs_address=application.is_open and (not slot.email or came_back),
        next_invitation_at=inviting.next_invitation_at(slot) if is_invited else None,
    )


def _latest(**which: str) -> list[Sent]:
    return [
        Sent(letter) for letter in Letter.objects.filter(**which).prefetch_related("events").order_by("-pk")[:MOST]
    ]


def _said_of(letter: Letter) -> str:
    """Return the sentence that says what became of a letter; its `moment` is when that was."""
    if letter.status == Status.UNDELIVERABLE:
        return _("Came back on %(moment)s.") if letter.bounced_at else _("Could not be sent on %(moment)s.")
    return {
        Status.WAITING: _("On its way. It will be sent within a few minutes."),
        Status.HELD: _("Held back. It will be sent later."),
        Status.DELAYED: _("Delayed. We will try again."),
        Status.SENT: _("Sent on %(moment)s. We have not heard whether it has arrived."),
        Status.DELIVERED: _("Arrived on %(moment)s."),
        Status.COMPLAINED: _("Arrived, and was marked as junk mail on %(moment)s."),
        Status.DROPPED: _("Not sent, as it was no longer needed."),
        Status.UNADDRESSED: _("Not sent, as there is no email address."),
    }[letter.status]


def _moment(at: dt.datetime) -> str:
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")
