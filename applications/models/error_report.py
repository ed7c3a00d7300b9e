"""What a co-applicant says is wrong."""

from django.db import models

from applications.models.applicant import Applicant


class ErrorReport(models.Model):
    """What a co-applicant says is wrong in the application; the main applicant is told."""

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="error_reports")
    text = models.CharField(max_length=1000)
    reported_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.applicant_id} {self.reported_at:%Y-%m-%d}"
