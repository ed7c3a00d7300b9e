"""What the pages of an applicant read of their applications: two statements, made once (ADR 62).

They bring what `with_people().with_emails_held()` brings, and for one application its content, too.
"""

from collections import defaultdict

from applications.models import Applicant, Application, ApplicationQuerySet
from applications.models.applicant import ApplicantQuerySet
from core.compiled import Compiled
from identity.models import Person


def own_applications(person: Person) -> list[Application]:
    """Return the applications that the person may see (R4), the latest first."""
    return _with_people(_ALL.rows(codes=person.hetu_indexes))


def own_application(person: Person, reference: str) -> Application:
    """Return one of these applications. Raises Application.DoesNotExist."""
    found = _with_people(_ONE.rows(codes=person.hetu_indexes, reference=reference))
    if not found:
        raise Application.DoesNotExist
    return found[0]


def own_among(person: Person, some: ApplicationQuerySet) -> ApplicationQuerySet:
    """Return those of some applications that the person may see, with their people, the latest first."""
    return Application.objects.for_person(person).filter(pk__in=some).with_people().order_by("-sent_at")


def _of(codes: list[str]) -> ApplicationQuerySet:
    return Application.objects.for_codes(codes).with_people().with_emails_held().prefetch_related(None)


_ALL = Compiled(lambda codes: _of(codes).order_by("-sent_at"))
_ONE = Compiled(lambda codes, reference: _of(codes).filter(reference=reference).defer(None))
_PEOPLE = Compiled(lambda versions: Applicant.objects.of_application().filter(version__pk__in=versions))


def _with_people(applications: list[Application]) -> list[Application]:
    """Put the people where prefetch_related() would put them."""
    versions = {each.version.pk: each.version for each in applications}
    people = defaultdict[int, list[Applicant]](list)
    for applicant in _PEOPLE.rows(versions=list(versions)):
        applicant.version = versions[applicant.version_id]
        people[applicant.version_id].append(applicant)
    for key, version in versions.items():
        read = ApplicantQuerySet(Applicant)
        read._result_cache = people[key]
        version._prefetched_objects_cache = {"applicants": read}
    return applications
