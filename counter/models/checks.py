"""Which identity documents are accepted, and what became of a check (C3–C5). Decisions are added, never edited."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.enums import CheckStatus
from applications.models import IdCheck
from counter.models.contact import in_language
from identity.models import User


class DocumentTypeQuerySet(models.QuerySet["DocumentType"]):
    def names(self) -> dict[str, str]:
        """Return the name of each type in the language of the page, by its code."""
        return {each.code: str(each) for each in self}


class DocumentType(models.Model):
    """A kind of identity document. Passport and identity card are accepted; the operator switches on others (C3)."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name_fi = models.CharField(_("name in Finnish"), max_length=60)
    name_sv = models.CharField(_("name in Swedish"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=60)
    is_on = models.BooleanField(_("accepted"), default=False, db_default=False)
    needs_note = models.BooleanField(_("needs a supervisor’s note"), default=True, db_default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=100, db_default=100)

    objects = DocumentTypeQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("document type")
        verbose_name_plural = _("document types")

    def __str__(self) -> str:
        return in_language(self, "name")


class SecondLook(models.Model):
    """What somebody else decided about a check that waited, and why (C3, C4).

    It is superseded if a later check of the person was accepted instead.
    """

    check_made = models.OneToOneField(IdCheck, on_delete=models.PROTECT, related_name="second_look")
    accepted = models.BooleanField()
    superseded = models.BooleanField(default=False, db_default=False)
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="second_look_with_reason"),
            models.CheckConstraint(
                condition=Q(accepted=False) | Q(superseded=False), name="second_look_accepted_or_superseded"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.check_made_id}"

    @property
    def outcome(self) -> CheckStatus:
        """What the check is worth by this decision."""
        if self.accepted:
            return CheckStatus.SOUND
        return CheckStatus.SETTLED if self.superseded else CheckStatus.REJECTED


class Undoing(models.Model):
    """A check was undone, together with everything that rested on it (C5)."""

    check_made = models.OneToOneField(IdCheck, on_delete=models.PROTECT, related_name="undoing")
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="undoing_with_reason")]

    def __str__(self) -> str:
        return f"{self.check_made_id}"
