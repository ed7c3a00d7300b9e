"""The terms of use: the newest published version is accepted once by each person (J1, step 4)."""

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import get_language

from applications.models import Terms, TermsAcceptance, belongs_to
from core.actors import Actor
from identity.models import Person
from identity.people import acting_person


def current() -> Terms:
    """Return the terms that count now. The first migration publishes some, so there always are."""
    return Terms.objects.filter(published_at__lte=timezone.now()).latest()


def current_with_acceptance(person: Person) -> tuple[Terms, bool]:
    """Return the terms that count now, and whether the person has accepted them, in one query."""
    mine = TermsAcceptance.objects.filter(belongs_to(person), terms=OuterRef("pk"))
    terms = Terms.objects.filter(published_at__lte=timezone.now()).annotate(accepted=Exists(mine)).latest()
    return terms, terms.accepted


def accept(terms: Terms, *, by: Actor) -> None:
    """Record that an identified person accepts the terms; accepting again changes nothing (R12)."""
    TermsAcceptance.objects.get_or_create(
        terms=terms, person=acting_person(by), defaults={"accepted_at": timezone.now()}
    )


def text(terms: Terms) -> str:
    """Return the terms in the language of the page."""
    return str(getattr(terms, f"text_{get_language()}"))
