"""Certificates of the state of an application, which its applicants show to other authorities.

A certificate says that the application is valid, or sent and waiting, since when and until when, and who applies:
names and roles, no personal identity codes, contact details or incomes. So it is the same whether somebody is under
non-disclosure or not (R16). Whoever holds one can check it as a receipt, by its number and its check code.
"""

import datetime as dt
import hashlib
from enum import StrEnum
from typing import NamedTuple

from django.db.models import F, Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import dates, reading
from applications.models import Applicant, Application, Certificate
from applications.receipts import find_genuine
from applications.trail import ApplicationEvent, record_events
from core.actors import Actor, Source
from core.refusals import Refused
from core.transactions import atomically
from identity.enums import Language
from records.enums import Event


class CannotCertify(Refused):
    """No certificate was issued."""


class CannotCertifyEnded(CannotCertify):
    message = _("This application has ended, so we cannot issue a certificate.")


class CannotCertifyRemoved(CannotCertify):
    message = _("The application was changed, and this person is no longer in it. No certificate was issued.")


class CannotCertifyDeclined(CannotCertify):
    message = _(
        "An applicant has declined this application, so we cannot certify who the applicants are. No certificate was "
        "issued."
    )


class CertificateStanding(StrEnum):
    """Whether what a genuine certificate says still holds; if not, the reason that its holder may know."""

    HOLDS = "holds"
    CONFIRMED = "confirmed"  # the application was waiting, and has become valid
    WAITS = "waits"  # the application was valid, and waits again because a confirmation was undone
    CHANGED = "changed"
    ENDED = "ended"


class CheckedCertificate(NamedTuple):
    """A genuine certificate: how it stands today, its application, and what it says."""

    standing: CertificateStanding
    application: Application
    certificate: Certificate


@atomically
def issue_certificate(applicant: Applicant, *, language: Language, by: Actor) -> Certificate:
    """Certify to an applicant how their open application stands now, in a language of their choice.

    The same on the same day is one certificate (R12). Staff act for the person whose identity they have checked.
    Raises CannotCertify.
    """
    application = reading.locked(applicant.version.application_id)
    own = next((each for each in application.applicants if applicant.is_same_person(each)), None)
    if own is None:
        raise CannotCertifyRemoved
    if not application.is_open:
        raise CannotCertifyEnded
    if any(each.declined_at for each in application.applicants):
        raise CannotCertifyDeclined
    facts = {
        "applicant": own,
        "language": language,
        "state": application.state,
        "state_since": _state_since(application),
        "valid_until": application.valid_until,
    }
    if issued := Certificate.objects.filter(**facts, issued_at__gte=dates.start_of_today()).first():
        return issued
    staff = by.user if by.source == Source.COUNTER else None
    certificate = Certificate(**facts, issued_at=timezone.now(), staff=staff)
    certificate.digest = certificate_digest(certificate, application=application, version=application.version.digest)
    certificate.save()
    record_events(application, ApplicationEvent(Event.CERTIFICATE_ISSUED, own, {"language": language}), by=by)
    return certificate


def certificate_digest(certificate: Certificate, *, application: Application, version: str) -> str:
    """Return the digest of all that a certificate says, SHA-256 in hexadecimal.

    `version` is the digest of the version that has the names; it is over a random salt.
    """
    said = [
        certificate.number,
        application.reference,
        version,
        certificate.issued_at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        certificate.language,
        certificate.state,
        certificate.state_since.isoformat(),
        certificate.valid_until.isoformat(),
    ]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def with_people() -> QuerySet[Certificate]:
    """Return the certificates with their applications and who applied, in two queries."""
    people = Prefetch("applicant__version__applicants", queryset=Applicant.objects.defer("hetu"))
    found = Certificate.objects.select_related("applicant__version__application").prefetch_related(people)
    return found.defer("applicant__hetu", "applicant__version__content")


def certificates_of(applicant: Applicant) -> QuerySet[Certificate]:
    """Return what was certified to this person of this application, the latest first; nobody sees another one's."""
    own = Applicant.objects.same_person(applicant).filter(version__application=applicant.version.application_id)
    return with_people().filter(applicant__in=own).order_by("-issued_at", "-pk")


def find_certificate(applicant: Applicant, *, number: str) -> Certificate:
    """Return a certificate of this person by its number. Raises Application.DoesNotExist for any other."""
    if certificate := certificates_of(applicant).filter(number=number).first():
        return certificate
    raise Application.DoesNotExist


def check_certificate(*, number: str, check_code: str) -> CheckedCertificate | None:
    """Return how a certificate stands, given its number and check code; None if there is none such."""
    found = find_genuine(Certificate.objects.all(), number=number, check_code=check_code)
    if found is None:
        return None
    application = found.applicant.version.application
    return CheckedCertificate(_standing(found, application), application, found)


def _standing(certificate: Certificate, application: Application) -> CertificateStanding:
    if not application.is_open:
        return CertificateStanding.ENDED
    if application.current_id != certificate.applicant.version_id:
        return CertificateStanding.CHANGED
    if application.state == certificate.state:
        return CertificateStanding.HOLDS
    return CertificateStanding.CONFIRMED if application.is_valid else CertificateStanding.WAITS


def _state_since(application: Application) -> dt.date:
    """Return the day on which the present state began; neither a renewal nor a change while it waits begins one."""
    began = application.changes.exclude(from_state=F("to_state")).order_by("-pk").values_list("at", flat=True)
    return timezone.localdate(began[0])
