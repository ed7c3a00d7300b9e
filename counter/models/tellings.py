"""Who was told by the counter what no email could tell them (R20, ADR 34)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from identity.models import User
from mailing.models import Letter


class Way(models.TextChoices):
    """How the counter told somebody what a letter says."""

    PHONE = "phone", _("by phone")
    PAPER = "paper", _("by post")


class Telling(models.Model):
    """An adviser has told somebody what a letter says that did not reach them. The row goes with the letter."""

    letter = models.OneToOneField(Letter, on_delete=models.CASCADE, related_name="telling")
    way = models.CharField(max_length=5, choices=Way)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.letter_id} {self.way}"
