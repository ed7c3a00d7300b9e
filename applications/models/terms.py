"""The terms of use, and who accepted them."""

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from identity.models import Person


class Terms(models.Model):
    """One version of the terms of use. The newest one published counts."""

    published_at = models.DateTimeField(_("published"), unique=True)
    text_fi = models.TextField(_("text in Finnish"))
    text_sv = models.TextField(_("text in Swedish"))
    text_en = models.TextField(_("text in English"))

    class Meta:
        verbose_name = _("terms of use")
        verbose_name_plural = _("terms of use")
        get_latest_by = "published_at"

    def __str__(self) -> str:
        return date_format(timezone.localtime(self.published_at))


class TermsAcceptance(models.Model):
    """A person accepted one version of the terms."""

    terms = models.ForeignKey(Terms, on_delete=models.PROTECT, related_name="acceptances", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="terms_accepted")
    accepted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("terms", "person", name="terms_accepted_once")]

    def __str__(self) -> str:
        return f"{self.person_id}/{self.terms_id}"
