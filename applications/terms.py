"""The terms of use: the newest published version is accepted once by each person (J1, step 4)."""

import datetime as dt
from typing import Any

from django.db.models import Exists, Model, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import get_language

from applications.models import Terms, TermsAcceptance, belongs_to
from core.actors import Actor
from core.compiled import Compiled
from identity.models import Person
from identity.people import acting_person


def current() -> Terms:
    """Return the terms that count now. The first migration publishes some, so there always are."""
    return Terms.objects.filter(published_at__lte=timezone.now()).latest()


def current_with_acceptance(person: Person) -> tuple[Terms, bool]:
    """Return the terms that count now, and whether the person has accepted them, in one query."""
    [terms] = _WITH_ACCEPTANCE.rows(person=person.pk, now=timezone.now())
    accepted: bool = terms.accepted
    return terms, accepted


def acceptance_along(person: int, now: dt.datetime) -> dict[str, Subquery]:
    """Return expressions that bring along with other rows what told_along() takes, for the person of a key."""
    found = _with_acceptance(person, now)
    return {f"terms_{field}": Subquery(found.values(field)) for field in FIELDS}


def told_along(row: Model) -> tuple[Terms, bool]:
    """Return the terms that count now, without texts, and whether they are accepted, as acceptance_along() read it."""
    told = {field: getattr(row, f"terms_{field}") for field in FIELDS}
    accepted: bool = told.pop("accepted")
    return Terms.from_db(row._state.db, list(told), list(told.values())), accepted


def _with_acceptance(person: int, now: dt.datetime) -> QuerySet[Any]:
    """Return the terms that counted at a moment, without texts, `accepted` by the person of a key or not."""
    mine = TermsAcceptance.objects.filter(belongs_to(person), terms=OuterRef("pk"))
    known = Terms.objects.filter(published_at__lte=now).annotate(accepted=Exists(mine))
    return known.defer("text_fi", "text_sv", "text_en").order_by("-published_at")[:1]


FIELDS = ("id", "published_at", "accepted")
_WITH_ACCEPTANCE = Compiled(_with_acceptance)


def accept(terms: Terms, *, by: Actor) -> None:
    """Record that an identified person accepts the terms; accepting again changes nothing (R12)."""
    TermsAcceptance.objects.get_or_create(
        terms=terms, person=acting_person(by), defaults={"accepted_at": timezone.now()}
    )


def text(terms: Terms) -> str:
    """Return the terms in the language of the page."""
    return str(getattr(terms, f"text_{get_language()}"))
