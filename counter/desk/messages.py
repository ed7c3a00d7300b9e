"""The letters about an application or an account as the desk shows them, and whether each has arrived."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from applications.models import Application
from identity.models import Account
from mailing.enums import Status
from mailing.letter_codes import display_letter_code
from mailing.models import Letter
from records.names import account_subject

MOST = 100  # letters shown of one application, the latest

NAMES = {
    "act_undone": _("An ID check was undone"),
    "about_to_expire": _("Warning: the application is about to expire"),
    "about_to_lapse": _("Warning: the application is about to lapse"),
    "account_closed": _("The account was closed"),
    "account_moved": _("The address of the account was changed"),
    "account_link": _("Link to set a password"),
    "account_password_set": _("A password was set"),
    "arrived": _("The application has arrived"),
    "became_adult": _("An applicant has turned 18"),
    "check_accepted": _("An ID check was accepted"),
    "check_rejected": _("An ID check was rejected"),
    "code_learned": _("A personal identity code was recorded"),
    "confirmed": _("Another applicant has confirmed"),
    "draft_ending": _("An unsent application is about to be deleted"),
    "draft_link": _("Link to continue an unsent application"),
    "declined": _("Another applicant has declined"),
    "error_reported": _("An error was reported"),
    "expired": _("The application has expired"),
    "feedback_given": _("New feedback"),
    "feedback_received": _("Your feedback has arrived"),
    "invitation": _("Invitation"),
    "lapsed": _("The application has lapsed"),
    "receipt": _("Receipt"),
    "reminder": _("Reminder"),
    "renewed": _("The application was renewed"),
    "replaced": _("The application was replaced"),
    "slip": _("Slip for the counter"),
    "undeliverable": _("An invitation could not be delivered"),
    "undone": _("A confirmation was undone"),
    "valid": _("The application is valid"),
    "withdrawn": _("The application was withdrawn"),
    "removed": _("Removed from the application"),
}


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


def name_of(letter: Letter) -> str:
    """Return what a letter is about, in a few words in the language of the page."""
    return str(NAMES.get(letter.message, letter.message))


def of_application(application: Application) -> list[Sent]:
    """Return the latest letters about an application, the newest first, by the index letter_about."""
    return [Sent(letter) for letter in Letter.objects.filter(about=application.reference).order_by("-pk")[:MOST]]


def of_account(account: Account) -> list[Sent]:
    """Return the latest letters to the holder of an account, the newest first, by the index letter_recipient."""
    found = Letter.objects.filter(recipient=account_subject(account.pk)).order_by("-pk")[:MOST]
    return [Sent(letter) for letter in found]
