"""What the operator tells everybody for a while, such as a break in the service or a closed counter."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from counter.models.contact import in_language


class NoticeQuerySet(models.QuerySet["Notice"]):
    def not_ended(self) -> Self:
        """Return the notices that are shown now or later, the latest first."""
        return self.filter(shown_until__gt=timezone.now()).order_by("-shown_from")


class Notice(models.Model):
    """A short text on every public page, from a time until a time."""

    text_fi = models.CharField(_("text in Finnish"), max_length=500)
    text_sv = models.CharField(_("text in Swedish"), max_length=500)
    text_en = models.CharField(_("text in English"), max_length=500)
    shown_from = models.DateTimeField(_("shown from"), default=timezone.now, db_default=Now())
    shown_until = models.DateTimeField(_("shown until"), db_index=True)
    is_disturbance = models.BooleanField(
        _("disruption"), default=False, db_default=False, help_text=_("Shown as a warning: something does not work.")
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.CheckConstraint(
                condition=Q(shown_until__gt=F("shown_from")),
                name="notice_in_order",
                violation_error_message=_("The notice must end later than it begins. Check both times."),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def is_shown(self) -> bool:
        return self.shown_from <= timezone.now() < self.shown_until

    @property
    def has_ended(self) -> bool:
        return self.shown_until <= timezone.now()

    @property
    def text(self) -> str:
        return in_language(self, "text")
