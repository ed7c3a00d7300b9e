"""What became of an email, why, and what to do: the same words for whoever sent it, at the desk and in own data.

The sender is the main applicant (J3), the owner whoever it was written to (J2.4), staff those at the desk (J4.4).
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailing.enums import Failure, Status
from mailing.models import Letter
from mailing.outages import PATIENCE
from mailing.reasons import OURS

LOST = frozenset({Status.UNDELIVERABLE, Status.COMPLAINED})
NOT_OF_ADDRESS = OURS | {Failure.BUSY}


class Reader(StrEnum):
    """Who reads what is to be done."""

    SENDER = "sender"
    STAFF = "staff"
    OWNER = "owner"


class Kind(models.TextChoices):
    """Reasons after which the same is to be done."""

    WRONG = "wrong", gettext_lazy("The address does not work")
    REFUSED = "refused", gettext_lazy("Our emails are not accepted there")
    FULL = "full", gettext_lazy("The mailbox is full")
    OURS = "ours", gettext_lazy("The address is not the problem")
    UNKNOWN = "unknown", gettext_lazy("The reason is not known")
    JUNK = "junk", gettext_lazy("Marked as junk mail")


KINDS: Mapping[str, Kind] = {
    **dict.fromkeys((Failure.NO_ADDRESS, Failure.INVALID), Kind.WRONG),
    **dict.fromkeys((Failure.SUPPRESSED, Failure.REFUSED), Kind.REFUSED),
    Failure.FULL: Kind.FULL,
    **dict.fromkeys(NOT_OF_ADDRESS, Kind.OURS),
}
OUR_FAULT = gettext_lazy("The problem is on our side, not in the address.")
WHY: Mapping[str, Promise] = {
    Failure.NO_ADDRESS: gettext_lazy("The address does not exist or is no longer in use."),
    Failure.INVALID: gettext_lazy("No email can be sent to this address."),
    Failure.SUPPRESSED: gettext_lazy(
        "Our email service no longer sends emails to this address. An earlier email came back or was marked as junk "
        "mail."
    ),
    Failure.REFUSED: gettext_lazy("The email service of this address did not accept our email."),
    Failure.FULL: gettext_lazy("The mailbox is full."),
    Failure.BUSY: gettext_lazy("The email service of this address asked us to wait."),
    **dict.fromkeys(OURS, OUR_FAULT),
    "": gettext_lazy("We do not know why."),
}
WAIT = gettext_lazy("You do not need to do anything.")
TO_DO: Mapping[Reader, Mapping[Kind, Promise]] = {
    Reader.SENDER: {
        Kind.WRONG: gettext_lazy("Ask this person for the right email address and correct it."),
        Kind.REFUSED: gettext_lazy("Ask this person for another email address, or give them the invitation code."),
        Kind.FULL: gettext_lazy(
            "Ask this person to make room in their mailbox. Then send the invitation again, or give them the "
            "invitation code."
        ),
        Kind.OURS: gettext_lazy("Send the invitation again, or give this person the invitation code."),
        Kind.UNKNOWN: gettext_lazy(
            "Check the email address with this person. If it is right, give them the invitation code."
        ),
        Kind.JUNK: gettext_lazy(
            "We will send this person no reminders. Ask them to look for our email in their junk mail folder, "
            "or give them the invitation code."
        ),
    },
    Reader.STAFF: {
        **dict.fromkeys((Kind.WRONG, Kind.UNKNOWN), gettext_lazy("Ask for the right email address and correct it.")),
        Kind.REFUSED: gettext_lazy("Ask for another email address and save it."),
        Kind.FULL: gettext_lazy("Ask the person to make room in their mailbox, or ask for another email address."),
        Kind.OURS: gettext_lazy(
            "You do not need to correct the address. Send the invitation or the link again, or tell the person "
            "what the email says."
        ),
        Kind.JUNK: gettext_lazy("Ask for another email address if the person wants reminders."),
    },
    Reader.OWNER: {
        Kind.WRONG: gettext_lazy("Correct your email address."),
        Kind.REFUSED: gettext_lazy("Give us another email address."),
        Kind.FULL: gettext_lazy("Make room in your mailbox, or give us another email address."),
        Kind.OURS: gettext_lazy("You do not need to correct the address. You can read the email in this service."),
        Kind.UNKNOWN: gettext_lazy("Check your email address."),
        Kind.JUNK: gettext_lazy("We will send you no reminders. If you want them, give us another email address."),
    },
}
# Where it is tried again: only room in the mailbox helps.
MAKE_ROOM = {
    Reader.SENDER: gettext_lazy("Ask this person to make room in their mailbox, or give them the invitation code."),
    Reader.STAFF: gettext_lazy("Ask the person to make room in their mailbox."),
    Reader.OWNER: gettext_lazy("Make room in your mailbox."),
}


def what_became(letter: Letter) -> str:
    """Return what became of a letter and why, in sentences in the language of the page."""
    known = (letter.complained_at, letter.delivered_at, letter.bounced_at, letter.dead_at, letter.sent_at)
    at = next((moment for moment in known if moment), letter.created_at)
    moment = {"moment": date_format(timezone.localtime(at), "DATETIME_FORMAT")}
    match letter.status:
        case Status.UNDELIVERABLE if letter.bounced_at:
            said = _("Came back on %(moment)s.") % moment
        case Status.UNDELIVERABLE:
            said = _("Could not be sent on %(moment)s.") % moment
        case Status.WAITING if _is_late(letter):
            said = _("Delayed. It will be sent later.")
        case Status.WAITING:
            said = _("On its way. It will be sent soon.")
        case Status.HELD:
            said = _("Held back. It will be sent later.")
        case Status.DELAYED if letter.sent_at:
            said = _("Sent on %(moment)s. It has not arrived yet. We will try again.") % moment
        case Status.DELAYED:
            said = _("Delayed. We will try again.")
        case Status.SENT:
            said = _("Sent on %(moment)s. We have not heard whether it has arrived.") % moment
        case Status.DELIVERED:
            said = _("Arrived on %(moment)s.") % moment
        case Status.COMPLAINED:
            said = _("Arrived, and was marked as junk mail on %(moment)s.") % moment
        case Status.DROPPED:
            said = _("Not sent, as it was no longer needed.")
        case Status.UNADDRESSED:
            said = _("Not sent, as there is no email address.")
    return " ".join(filter(None, (said, why(letter))))


def why(letter: Letter) -> str:
    """Return in a sentence why a letter is delayed or did not arrive; nothing of any other letter."""
    if letter.status in {Status.DELAYED, Status.UNDELIVERABLE}:
        return str(WHY[letter.failure])
    return str(OUR_FAULT) if _is_late(letter) else ""


def to_do(letter: Letter, *, reader: Reader) -> str:
    """Return what its reader can do about a letter; nothing if it is on its way or arrived."""
    kind = kind_of(letter)
    match letter.status:
        case Status.DELAYED:
            return str(MAKE_ROOM[reader] if kind == Kind.FULL else WAIT)
        case Status.WAITING if _is_late(letter):
            return str(WAIT)
        case Status.UNDELIVERABLE | Status.COMPLAINED:
            return str(TO_DO[reader][kind])
        case _:
            return ""


def _is_late(letter: Letter) -> bool:
    """Whether a letter that was never tried should have left: all wait, or many are before it (ADR 50, 51)."""
    return letter.status == Status.WAITING and letter.due_at <= timezone.now() - PATIENCE


def kind_of(letter: Letter) -> Kind:
    """Return which kind of reason a letter has that is delayed, did not arrive, or was marked as junk."""
    return Kind.JUNK if letter.status == Status.COMPLAINED else KINDS.get(letter.failure, Kind.UNKNOWN)


def failures_of(kind: Kind) -> list[str]:
    """Return the reasons of letters that are of this kind."""
    return [reason for reason in WHY if KINDS.get(reason, Kind.UNKNOWN) == kind]


def last_known(letters: Iterable[Letter], *, address: str) -> Letter | None:
    """Return the letter that says whether an address is reached, of letters to one person, the newest first.

    A complaint about any of them counts, since no reminders follow it.
    """
    known = [one for one in letters if one.to == address and (one.status in LOST or one.delivered_at)]
    complained = [one for one in known if one.status == Status.COMPLAINED]
    return next(iter(complained or known), None)
