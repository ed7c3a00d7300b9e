"""Certificates that say something else than what was certified."""

from applications.certificates import certificate_digest
from applications.models import Certificate
from applications.verification.faults import BATCH, Places, finds, row_at


@finds("certificate", "A certificate says something else than what was certified.")
def _certificates() -> Places:
    found = Certificate.objects.select_related("applicant__version__application").order_by("pk")
    for certificate in found.defer("applicant__hetu", "applicant__version__content").iterator(chunk_size=BATCH):
        version = certificate.applicant.version
        digest = certificate_digest(certificate, application=version.application, version=version.digest)
        if digest != certificate.digest:
            yield row_at(Certificate, certificate.pk, version.application.reference)
