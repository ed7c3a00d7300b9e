from django.conf import settings
from django.db import models
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from core.alphabet import alphabetical


def kinds() -> list[tuple[str, str]]:
    """Return the kinds of letters (settings.MAILING_KINDS) with their names, in the language of the page."""
    return sorted(((kind, name_of(kind)) for kind in _names()), key=lambda each: alphabetical(each[1]))


def name_of(kind: str) -> str:
    """Return the name of a kind in the language of the page; of one that there is no longer, what it is stored as."""
    return str(_names().get(kind, kind))


def _names() -> dict[str, str | Promise]:
    names: dict[str, str | Promise] = import_string(settings.MAILING_KINDS)
    return names


def rank_of(kind: str) -> "Rank":
    """Return the rank of a kind of letter (settings.MAILING_RANKS)."""
    known: dict[str, Rank] = import_string(settings.MAILING_RANKS)
    return known.get(kind, Rank.NEWS)


def languages() -> list[tuple[str, str]]:
    """Return the languages of letters with their names, in the language of the page."""
    return [(code, str(get_language_info(code)["name_translated"])) for code, _name in settings.LANGUAGES]


class Status(models.TextChoices):
    """What is known of a letter, in one word."""

    WAITING = "waiting", _("Waiting to be sent")
    HELD = "held", _("Held back, will be sent later")
    DELAYED = "delayed", _("Delayed, will be tried again")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Delivered")
    UNDELIVERABLE = "undeliverable", _("Could not be delivered")
    COMPLAINED = "complained", _("Marked as junk mail")
    DROPPED = "dropped", _("No longer needed")
    UNADDRESSED = "unaddressed", _("Not sent: no email address")


class Rank(models.IntegerChoices):
    """Which letters leave first when many are due."""

    AWAITED = 0, _("Emails that somebody is waiting for")
    NEWS = 1, _("News about applications")
    WAVE = 2, _("Applications that came in together")
    BY_CLOCK = 3, _("Reminders, warnings and ended applications")


class Failure(models.TextChoices):
    """Why a letter has not left, is delayed on its way, or came back, as last heard (reasons.py says whose fault)."""

    TIMEOUT = "timeout", _("The mail server did not answer in time")
    CONNECTION = "connection", _("The mail server could not be reached")
    TLS = "tls", _("The connection to the mail server could not be secured")
    LOGIN = "login", _("The mail server did not accept our credentials")
    QUOTA = "quota", _("The mail server accepts no more emails from us at the moment")
    SENDER = "sender", _("The mail server does not let us send emails")
    BUSY = "busy", _("The mail server asked us to try again later")
    NO_ADDRESS = "no_address", _("The address does not exist or is no longer in use")
    SUPPRESSED = "suppressed", _("Our email service no longer sends emails to the address")
    REFUSED = "refused", _("The receiving mail server refused the email")
    FULL = "full", _("The mailbox is full")
    INVALID = "invalid", _("The address or the subject cannot be used in an email")
    ERROR = "error", _("A fault of this service")


class Fate(models.TextChoices):
    """What a provider reports of a letter that it took. Opening and clicks are never kept.

    Reports that former releases have stored may say REJECTED or FAILED; it is BOUNCED now, with a reason.
    """

    DEFERRED = "deferred", _("Delayed")
    DELIVERED = "delivered", _("Delivered")
    BOUNCED = "bounced", _("Bounced")
    REJECTED = "rejected", _("Rejected")
    FAILED = "failed", _("Failed")
    COMPLAINED = "complained", _("Marked as junk mail")


CAME_BACK = (Fate.BOUNCED, Fate.REJECTED, Fate.FAILED)
