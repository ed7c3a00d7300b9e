"""How a co-applicant is asked to confirm."""

from django.db import models
from django.db.models import Q

from applications.models.applicant import Applicant


class Invitation(models.Model):
    """A link, and the same thing as a code to type, for one co-applicant (R13).

    Neither is stored: both follow from the nonce and a key of the installation. Whether an invitation has ended is
    read from the application each time; the row says only when a newer one replaced it.
    """

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="invitations")
    nonce = models.CharField(max_length=32)
    token_hash = models.CharField(max_length=80, unique=True)
    code_hash = models.CharField(max_length=80, unique=True)
    created_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)  # somebody went on from the information page
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("applicant", condition=Q(replaced_at__isnull=True), name="invitation_one_live"),
        ]

    def __str__(self) -> str:
        return f"{self.applicant_id} {self.created_at:%Y-%m-%d}"
