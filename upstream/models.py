"""What the housing system is known by, and what it has sent."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models import Application


class ApiClient(models.Model):
    """A system that may send applications: known by the SHA-256 digest of its token, never by the token."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    class Meta:
        verbose_name = _("API client")
        verbose_name_plural = _("API clients")

    def __str__(self) -> str:
        return self.name


class Intake(models.Model):
    """One application as its client knows it: under the client's own number, once."""

    client = models.ForeignKey(ApiClient, on_delete=models.PROTECT, related_name="intakes")
    reference = models.CharField(max_length=64)
    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="intake")

    class Meta:
        constraints = [models.UniqueConstraint("client", "reference", name="intake_reference_once")]

    def __str__(self) -> str:
        return f"{self.client_id}/{self.reference}"


class IdempotencyRecord(models.Model):
    """The answer that a client got for one of its keys, kept so that a repeated request gets it again."""

    client = models.ForeignKey(ApiClient, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=255)
    body_digest = models.CharField(max_length=64)
    status_code = models.PositiveSmallIntegerField()
    answer = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint("client", "key", name="idempotency_key_once")]

    def __str__(self) -> str:
        return f"{self.client_id}/{self.key}"
