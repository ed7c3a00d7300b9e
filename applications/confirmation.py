"""Confirming an application: the rule this service exists for.

An application is valid only when every adult applicant of its current version has confirmed that version
(R1, R2). Each fills only the slot that holds their own personal identity code (R4), once (R12). When the last
one has confirmed, the application becomes valid, and every other open application in which one of its adults
applies is replaced (R9).
"""

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications import dates, letters, states
from applications.enums import Move, Source, State
from applications.models import OPEN, Applicant, Application, Confirmation, Terms
from applications.states import Actor
from applications.transactions import atomically
from identity import crypto
from identity.models import Person
from identity.proof import Proof


class CannotConfirm(Exception):
    """Nothing was confirmed; `message` tells the person why."""

    message: Promise | str = ""


class NotYours(CannotConfirm):
    """The person has no slot in the application (R4)."""

    message = _("This application does not wait for you.")


class Declined(CannotConfirm):
    """Somebody who has declined confirms only after the application was changed (R10)."""

    message = _("You have declined this application. It waits until the main applicant changes it.")


class Under18(CannotConfirm):
    """An applicant under 18 need not confirm (R2)."""

    message = _("You are under 18. You do not need to confirm the application.")


class Ended(CannotConfirm):
    """The application lapsed, expired, was withdrawn or was replaced (R8)."""

    message = _("This application has ended, so it cannot be confirmed. A new application is needed.")


class Changed(CannotConfirm):
    """The application is no longer the version that the person read (R6)."""

    message = _(
        "The application was changed while you were reading it. Nothing was confirmed. Check the details again."
    )


@atomically
def confirm(application: Application, *, by: Person, proof: Proof, terms: Terms, digest: str) -> Confirmation:
    """Record that a person confirms the version they read, named by its digest; return their confirmation.

    Confirming again returns the first confirmation (R12). Raises NotYours, Under18, Declined, Ended or Changed.
    """
    locked, rivals = _lock(application)
    applicants = _read(locked)
    applicant = next((a for a in applicants if a.hetu_index in by.hetu_indexes), None)
    if applicant is None:
        raise NotYours
    if applicant.confirmed:
        return applicant.confirmed
    if not locked.is_open:
        raise Ended
    if applicant.version.digest != digest:
        raise Changed
    if not applicant.is_adult:
        raise Under18
    if applicant.declined_at:
        raise Declined

    now = timezone.now()
    applicant.confirmation = Confirmation.objects.create(
        applicant=applicant,
        person=by,
        digest=digest,
        terms=terms,
        method=proof.method,
        provider=proof.provider,
        level=proof.level,
        confirmed_at=now,
    )
    if locked.state == State.AWAITING and not any(a.must_confirm for a in applicants):
        actor = Actor(Source.PERSON, by, proof.method)
        states.make(locked, Move.CONFIRMED, by=actor, at=now)
        for rival in rivals:
            states.make(rival, Move.REPLACED, by=actor, at=now)
            letters.ended(rival)
    letters.confirmed(applicant.confirmation, locked, applicants)
    return applicant.confirmation


def rivals_of(application: Application) -> QuerySet[Application]:
    """The other open applications in which one of this one's adult applicants applies as an adult (R9)."""
    codes = [i for a in application.applicants if a.is_adult and a.hetu for i in crypto.indexes(a.hetu)]
    slots = Applicant.objects.filter(hetu_index__in=codes, birth_date__lte=dates.youngest_adult_born(on=dates.today()))
    return Application.objects.filter(state__in=OPEN, current__in=slots.values("version")).exclude(pk=application.pk)


def _lock(application: Application) -> tuple[Application, list[Application]]:
    """Lock the application together with those it would replace, always in one order (R9).

    Two applications of the same adults, confirmed in the same second, meet here: the later one reads that it
    has been replaced. The rivals are looked up unlocked; were this application changed in between, its digest
    is another one.
    """
    keys = [application.pk, *rivals_of(application).values_list("pk", flat=True)]
    locked = {a.pk: a for a in Application.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
    own = locked.pop(application.pk)
    # Read with their people only now, when nobody else can change them.
    rivals = Application.objects.with_people().filter(pk__in=locked, state__in=OPEN) if locked else []
    return own, list(rivals)


def _read(locked: Application) -> list[Applicant]:
    """Read the applicants of the current version and their confirmations, once nobody else can change them."""
    applicants = Applicant.objects.filter(version=locked.current_id).order_by("position")
    return list(applicants.select_related("version", "confirmation").defer("version__content", "hetu"))
