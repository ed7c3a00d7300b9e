"""The terms of use, and who accepted them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from identity.models import Person


class Terms(models.Model):
    """One version of the terms of use. The newest one published counts."""

    published_at = models.DateTimeField(unique=True)
    text_fi = models.TextField()
    text_sv = models.TextField()
    text_en = models.TextField()

    class Meta:
        verbose_name = _("terms of use")
        verbose_name_plural = _("terms of use")
        get_latest_by = "published_at"

    def __str__(self) -> str:
        return f"{self.published_at:%Y-%m-%d}"


class TermsAcceptance(models.Model):
    """A person accepted one version of the terms."""

    terms = models.ForeignKey(Terms, on_delete=models.PROTECT, related_name="acceptances")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="terms_accepted")
    accepted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("terms", "person", name="terms_accepted_once")]

    def __str__(self) -> str:
        return f"{self.person_id}/{self.terms_id}"
