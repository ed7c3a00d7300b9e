"""The letters about an application or an account as the desk shows them, and whether each has arrived."""

import datetime as dt
from dataclasses import dataclass

from applications.letter_names import name_of
from applications.models import Application
from identity.models import Account
from mailing.enums import Status
from mailing.letter_codes import display_letter_code
from mailing.models import Letter
from records.names import account_subject

MOST = 100  # letters shown of one application, the latest


@dataclass(frozen=True)
class Sent:
    """A letter as the desk shows it. Its address is among the contact details, which are asked for (R16)."""

    letter: Letter

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


def of_application(application: Application) -> list[Sent]:
    """Return the latest letters about an application, the newest first, by the index letter_about."""
    return [Sent(letter) for letter in Letter.objects.filter(about=application.reference).order_by("-pk")[:MOST]]


def of_account(account: Account) -> list[Sent]:
    """Return the latest letters to the holder of an account, the newest first, by the index letter_recipient."""
    found = Letter.objects.filter(recipient=account_subject(account.pk)).order_by("-pk")[:MOST]
    return [Sent(letter) for letter in found]
