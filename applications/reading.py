"""What pages and acts read of applications: an application with its people, by two statements made once (ADR 62).

They bring what `with_people()` brings, and one of somebody's own what `with_emails_held()` brings. `is_reported` tells
besides whether invitations.error_reports() has something to read. The content is read by whoever needs it: all else
goes on where it was spoiled.
"""

import copy
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Exists, OuterRef

from applications.models import Applicant, Application, ApplicationQuerySet, ErrorReport, Version
from core.compiled import Compiled
from identity.models import Person


def own_applications(person: Person) -> list[Application]:
    """Return the applications that the person may see (R4), the latest first."""
    return add_people(_ALL.rows(codes=person.hetu_indexes))


def own_application(person: Person, reference: str) -> Application:
    """Return one of these applications. Raises Application.DoesNotExist."""
    return _only(add_people(_ONE.rows(codes=person.hetu_indexes, reference=reference)))


def locked(pk: int) -> Application:
    """Lock an application, and return it and its people as they stand once nobody else can change them.

    Raises Application.DoesNotExist.
    """
    lock_several({pk})
    return application(pk)


def lock_several(keys: Iterable[int]) -> None:
    """Lock the applications with these keys, in the one order in which nobody waits for each other."""
    list(Application.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))


def application(pk: int) -> Application:
    """Return an application with its people. Raises Application.DoesNotExist."""
    return _only(add_people(_BY_KEY.rows(pk=pk)))


def add_people(applications: list[Application]) -> list[Application]:
    """Put the people of these applications where prefetch_related() would put them, and return the applications."""
    versions = {each.version.pk: each.version for each in applications}
    people = defaultdict[int, list[Applicant]](list)
    for applicant in _PEOPLE.rows(versions=list(versions)):
        applicant.version = versions[applicant.version_id]
        people[applicant.version_id].append(applicant)
    for key, version in versions.items():
        _put_people(version, people[key])
    return applications


def just_sent(application: Application, people: Sequence[Applicant]) -> Application:
    """Return, as application() would, what was stored this moment: a new application and these people of it."""
    read, version = copy.copy(application), copy.copy(application.version)
    read.current, read.was_valid = version, False
    for applicant in people:
        applicant.version, applicant.counting_id = version, None
    _put_people(version, people)
    return read


def _put_people(version: Version, people: Sequence[Applicant]) -> None:
    read = version.applicants.all()
    read._result_cache = list(people)
    version._prefetched_objects_cache = {"applicants": read}  # type: ignore[attr-defined]  # Django's


def _only(found: list[Application]) -> Application:
    if not found:
        raise Application.DoesNotExist
    return found[0]


def without_people(some: ApplicationQuerySet) -> ApplicationQuerySet:
    """Return some applications as a query to be compiled, whose people are then added by add_people()."""
    reports = ErrorReport.objects.filter(applicant__version=OuterRef("current"))
    return some.with_people().annotate(is_reported=Exists(reports)).prefetch_related(None)


_ALL = Compiled(lambda codes: without_people(Application.objects.for_codes(codes)).order_by("-sent_at"))
_ONE = Compiled(
    lambda codes, reference: (
        without_people(Application.objects.for_codes(codes)).with_emails_held().filter(reference=reference)
    )
)
_BY_KEY = Compiled(lambda pk: without_people(Application.objects.filter(pk=pk)))
_PEOPLE = Compiled(lambda versions: Applicant.objects.of_application().filter(version__pk__in=versions))
