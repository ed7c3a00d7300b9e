"""Which letters, and which reports on them, are kept no longer (R18)."""

import datetime as dt
from collections.abc import Collection

from django.db.models import QuerySet

from core.among import Among
from core.deletion import delete_rows
from mailing.models import UNENDED, Letter, LetterQuerySet, TrackingEvent


def letters_before(moment: dt.datetime) -> LetterQuerySet:
    """Return the letters stored before a moment whose sending has ended."""
    return Letter.objects.exclude(UNENDED).filter(created_at__lt=moment)


def reports_before(moment: dt.datetime) -> QuerySet[TrackingEvent]:
    """Return the reports of providers, received before a moment, on letters that we do not know."""
    return TrackingEvent.objects.filter(letter=None, received_at__lt=moment)


def remove_reports_on(addresses: Collection[str]) -> None:
    """Remove the reports of providers on letters to these addresses, those too that fit no letter of ours."""
    TrackingEvent.objects.filter(recipient__in={address.lower() for address in addresses if address}).delete()


def remove_letters_to(recipients: Collection[str]) -> None:
    """Remove every letter to these recipients, as the trail names them."""
    Letter.objects.filter(recipient__in=recipients).delete()


def remove_letters_about(matters: Collection[str]) -> None:
    """Remove every letter about these matters, such as the references of applications."""
    delete_rows(Letter.objects.filter(Among("about", matters)))
