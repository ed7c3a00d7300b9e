"""The content of an application, as sent at one time."""

import hashlib
from typing import Any

from django.db import models

from core import crypto

CONTENT = "applications.version.content"


class Version(models.Model):
    """The content of an application as sent at one time. Never changed: a change makes the next one (R6)."""

    application = models.ForeignKey("Application", on_delete=models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveSmallIntegerField()
    content = crypto.EncryptedTextField(context=CONTENT)  # canonical JSON
    salt = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    sealed_content: bytes  # where it was read along, until it is opened

    class Meta:
        constraints = [models.UniqueConstraint("application", "number", name="version_number_once")]

    def __str__(self) -> str:
        return f"{self.application_id}/{self.number}"

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Read the row again; where the content alone is missing and was read along sealed, open that.

        Raises CannotDecrypt, to whoever looks at a content that was spoiled, and to nobody else.
        """
        sealed = self.__dict__.pop("sealed_content", None)
        if sealed is None or kwargs.get("fields") != ["content"]:
            super().refresh_from_db(*args, **kwargs)
        else:
            self.content = crypto.decrypt(bytes(sealed), context=CONTENT)

    @staticmethod
    def digest_of(salt: str, content: str) -> str:
        """Return the SHA-256 digest, in hex, by which a confirmation names the content it confirms."""
        return hashlib.sha256(f"{salt}\n{content}".encode()).hexdigest()

    @property
    def is_whole(self) -> bool:
        """Whether the content is the one that was sent: nobody has exchanged it in the database."""
        return self.digest_of(self.salt, self.content or "") == self.digest
