"""What pages and acts read of applications: an application with its people, by one statement made once (ADR 62).

It brings what `with_people()` brings, and of somebody's own what `with_emails_held()` brings. `is_reported` tells
besides whether invitations.error_reports() has something to read. The content of one application comes along sealed,
and is opened by whoever looks at it: all else goes on where it was spoiled.
"""

import copy
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils import timezone

from applications import terms
from applications.models import (
    Applicant,
    ApplicantQuerySet,
    Application,
    ApplicationQuerySet,
    ErrorReport,
    Terms,
    Version,
    emails_held,
    was_valid,
)
from core.among import AmongFound
from core.compiled import Compiled
from core.crypto import sealed
from identity.models import Person

APPLICATION = "version__application__"  # leads from a slot to its application
SEALED_CONTENT = {"sealed_content": sealed("version__content")}  # which Version opens at the first look
FACTS = {"was_valid", "is_reported", "emails_held_at", "emails_released_at"}  # of an application, in each slot's row


@dataclass(frozen=True)
class Own:
    """What somebody may see, the latest first (R4), and whether they have accepted the terms that count now."""

    applications: list[Application]
    terms: Terms
    has_accepted: bool


def own(person: Person, reference: str = "") -> Own:
    """Return the applications that the person may see, or the one of them with this number, by one statement."""
    known = {"codes": person.hetu_indexes, "person": person.pk, "now": timezone.now()}
    people = _ONE.rows(**known, reference=reference) if reference else _ALL.rows(**known)
    if not people:
        return Own([], *terms.current_with_acceptance(person))
    current, has_accepted = terms.told_along(people[0])
    return Own(assembled(people), current, has_accepted)


def locked(pk: int) -> Application:
    """Lock an application, and return it and its people as they stand once nobody else can change them.

    Raises Application.DoesNotExist.
    """
    lock_several({pk})
    return application(pk)


def lock_several(keys: Iterable[int]) -> None:
    """Lock the applications with these keys, in the one order in which nobody waits for each other."""
    _LOCK.rows(keys=sorted(keys))


def application(pk: int) -> Application:
    """Return an application with its people. Raises Application.DoesNotExist."""
    for found in assembled(_BY_KEY.rows(pk=pk)):
        return found
    raise Application.DoesNotExist


def people_of(some: ApplicationQuerySet) -> ApplicantQuerySet:
    """Return the people of some applications as a query to be compiled, whose rows assembled() takes."""
    reports = ErrorReport.objects.filter(applicant__version=OuterRef("version"))
    people = Applicant.objects.of_application().filter(AmongFound("version", some.values("current")))
    return (
        people.select_related(f"{APPLICATION}origin")
        .defer("version__content")
        .annotate(was_valid=was_valid(APPLICATION), is_reported=Exists(reports))
    )


def assembled(people: Iterable[Applicant]) -> list[Application]:
    """Return the applications of these rows of people_of() in their order, each with its people."""
    slots = defaultdict[int, list[Applicant]](list)
    for applicant in people:
        slots[applicant.version_id].append(applicant)
    return [_assembled(of_one) for of_one in slots.values()]


def _assembled(people: list[Applicant]) -> Application:
    """Return the application of these people, whose rows each brought it."""
    version = people[0].version
    application, version.application.current = version.application, version
    for fact in FACTS & vars(people[0]).keys():
        setattr(application, fact, getattr(people[0], fact))
    if content := getattr(people[0], "sealed_content", None):
        version.sealed_content = content
    _put_people(version, people)
    return application


def just_sent(application: Application, people: Sequence[Applicant]) -> Application:
    """Return, as application() would, what was stored this moment: a new application and these people of it."""
    read, version = copy.copy(application), copy.copy(application.version)
    read.current, read.was_valid = version, False
    for applicant in people:
        applicant.counting_id = None
    _put_people(version, people)
    return read


def _put_people(version: Version, people: Sequence[Applicant]) -> None:
    """Put people where prefetch_related() would put them."""
    for applicant in people:
        applicant.version = version
    read = version.applicants.all()
    read._result_cache = list(people)
    version._prefetched_objects_cache = {"applicants": read}  # type: ignore[attr-defined]  # Django's


def _own(codes: list[str], person: int, now: dt.datetime) -> ApplicantQuerySet:
    return people_of(Application.objects.for_codes(codes)).annotate(**terms.acceptance_along(person, now))


_ALL = Compiled(lambda **known: _own(**known).order_by("-version__application__sent_at", "position"))
_ONE = Compiled(
    lambda reference, **known: (
        _own(**known)
        .filter(version__application__reference=reference)
        .annotate(**emails_held(APPLICATION), **SEALED_CONTENT)
    )
)
_LOCK = Compiled(
    lambda keys: Application.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk")
)
_BY_KEY = Compiled(lambda pk: people_of(Application.objects.filter(pk=pk)).annotate(**SEALED_CONTENT))
