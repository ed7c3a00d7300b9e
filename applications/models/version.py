"""The content of an application, as sent at one time."""

from django.db import models

from core import crypto


class Version(models.Model):
    """The content of an application as sent at one time. Never changed: a change makes the next one (R6)."""

    application = models.ForeignKey("Application", on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    content = crypto.EncryptedTextField(context="applications.version.content")  # canonical JSON
    salt = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("application", "number", name="version_number_once")]

    def __str__(self) -> str:
        return f"{self.application_id}/{self.number}"
