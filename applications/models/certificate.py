"""Certificates of the state of an application, for other authorities."""

from django.db import models
from django.db.models import Q

from applications import references
from applications.enums import State
from applications.models.applicant import Applicant
from applications.models.application import OPEN
from applications.models.receipt_document import PdfDocument, pdf_constraints
from core import crypto
from identity.enums import Language
from identity.models import User


class Certificate(models.Model):
    """What was certified to an applicant of the state of their application on one day. Never edited.

    Who applies stands in the version of the slot. The digest is over all that the certificate says, so the row cannot
    come to say something else; its beginning is the check code.
    """

    number = models.CharField(max_length=references.LENGTH, unique=True, default=references.new)
    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="certificates")
    language = models.CharField(max_length=2, choices=Language)
    issued_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State)
    state_since = models.DateField()  # in Helsinki (R22)
    valid_until = models.DateField()
    digest = models.CharField(max_length=64)
    staff = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")  # who printed it

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(state__in=OPEN), name="certificate_of_what_is_open"),
        ]

    def __str__(self) -> str:
        return self.certificate_number

    @property
    def certificate_number(self) -> str:
        """The number grouped for reading."""
        return references.display(self.number)

    @property
    def check_code(self) -> str:
        """The digest grouped for reading."""
        return references.display_digest(self.digest)

    @property
    def is_of_valid(self) -> bool:
        """Whether it certifies that the application was valid."""
        return self.state == State.VALID

    @property
    def applicants(self) -> list[Applicant]:
        """Who applied when it was issued, the main applicant first."""
        return sorted(self.applicant.version.applicants.all(), key=lambda applicant: applicant.position)


class CertificateDocument(PdfDocument):
    """The PDF of a certificate, in the certificate's language."""

    certificate = models.OneToOneField(Certificate, on_delete=models.CASCADE, related_name="pdf")
    content = crypto.EncryptedTextField(context="applications.certificatedocument.content", null=True)  # base64

    class Meta:
        default_permissions = ()
        constraints = pdf_constraints("certificate_document")
        indexes = [
            models.Index("asked_at", condition=Q(made_at=None, failed_at=None), name="certificate_document_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.language}"
