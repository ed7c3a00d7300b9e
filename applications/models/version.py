"""The content of an application, as sent at one time."""

import hashlib

from django.db import models

from core import crypto


class Version(models.Model):
    """The content of an application as sent at one time. Never changed: a change makes the next one (R6)."""

    application = models.ForeignKey("Application", on_delete=models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveSmallIntegerField()
    content = crypto.EncryptedTextField(context="applications.version.content")  # canonical JSON
    salt = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("application", "number", name="version_number_once")]

    def __str__(self) -> str:
        return f"{self.application_id}/{self.number}"

    @staticmethod
    def digest_of(salt: str, content: str) -> str:
        """Return the SHA-256 digest, in hex, by which a confirmation names the content it confirms."""
        return hashlib.sha256(f"{salt}\n{content}".encode()).hexdigest()

    @property
    def is_whole(self) -> bool:
        """Whether the content is the one that was sent: nobody has exchanged it in the database."""
        return self.digest_of(self.salt, self.content or "") == self.digest
