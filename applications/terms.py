"""The terms of use: the newest published version is accepted once by each person (J1, step 4)."""

from django.utils import timezone
from django.utils.translation import get_language

from applications.models import Terms, TermsAcceptance
from identity.models import Person


def current() -> Terms:
    """Return the terms that count now. The first migration publishes some, so there always are."""
    return Terms.objects.filter(published_at__lte=timezone.now()).latest()


def accept(terms: Terms, *, by: Person) -> None:
    """Record that a person accepts the terms; accepting again changes nothing (R12)."""
    TermsAcceptance.objects.get_or_create(terms=terms, person=by, defaults={"accepted_at": timezone.now()})


def has_accepted(person: Person, terms: Terms) -> bool:
    return TermsAcceptance.objects.filter(terms=terms, person=person).exists()


def text(terms: Terms) -> str:
    """Return the terms in the language of the page."""
    return str(getattr(terms, f"text_{get_language()}"))
