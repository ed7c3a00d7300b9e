"""Feedback on the service, which somebody gives without being identified (J9)."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.crypto import EncryptedTextField
from identity.enums import Language
from identity.models import User


class FeedbackKind(models.TextChoices):
    """What feedback is about."""

    ACCESSIBILITY = "accessibility", _("Accessibility: something does not work for me")
    OTHER = "other", _("Something else")


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    def unanswered(self) -> Self:
        """Return the feedback that waits for an answer, what is due first at the top."""
        return self.filter(answered_at=None).order_by("due_on", "pk")

    def answered(self) -> Self:
        """Return the feedback that was answered, the latest first."""
        return self.filter(answered_at__isnull=False).order_by("-answered_at", "-pk")

    def given_from(self, *addresses: str) -> Self:
        """Return the feedback that was given with one of these email addresses, in upper or lower case."""
        typed = {address.lower() for address in addresses if address}
        return self.alias(address=Lower("email")).filter(address__in=typed).order_by("pk")


class Feedback(models.Model):
    """What somebody wrote. Who wrote it nobody has checked: the address is whatever was typed."""

    form_key = models.UUIDField(unique=True, default=uuid.uuid4)  # the page it was typed on: sent twice, it is one
    kind = models.CharField(_("kind"), max_length=20, choices=FeedbackKind)
    text = EncryptedTextField(context="counter.feedback.text")
    email = models.EmailField(_("email address"), blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    given_at = models.DateTimeField(_("received"), default=timezone.now)
    due_on = models.DateField(_("last day to answer"))
    answered_at = models.DateTimeField(_("answered"), null=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        default_permissions = ()
        indexes = [
            models.Index(fields=["due_on", "id"], condition=Q(answered_at=None), name="feedback_unanswered"),
            models.Index(fields=["answered_at"], condition=Q(answered_at__isnull=False), name="feedback_answered"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="feedback_answered_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def is_overdue(self) -> bool:
        return self.answered_at is None and self.due_on < timezone.localdate()
