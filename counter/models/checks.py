"""Identity documents checked at the counter (C2–C6). Rows are added and never edited; status is read from them."""

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models import Applicant
from counter.enums import RepresentativeKind, Status, Waits
from counter.models.contact import in_language
from identity.models import User

SECOND_LOOK = dt.timedelta(days=30)  # C4
ACCOUNT_WITHIN = dt.timedelta(days=7)  # of the check, or of its second look


class DocumentType(models.Model):
    """A kind of identity document. Passport and identity card are on; others the operator switches on (C3)."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name_fi = models.CharField(_("name in Finnish"), max_length=60)
    name_sv = models.CharField(_("name in Swedish"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=60)
    is_on = models.BooleanField(_("accepted"), default=False)
    needs_note = models.BooleanField(_("needs a supervisor's note"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=100)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("document type")
        verbose_name_plural = _("document types")

    def __str__(self) -> str:
        return in_language(self, "name")


class IdCheckQuerySet(models.QuerySet["IdCheck"]):
    def with_outcome(self) -> Self:
        """Fetch what `status` reads."""
        return self.select_related("document_type", "adviser", "second_look__by", "undoing__by")

    def sound(self) -> Self:
        """Those that stand: certain at once or accepted at the second look, and not undone."""
        return self.filter(Q(waits="") | Q(second_look__accepted=True), undoing=None)

    def waiting(self) -> Self:
        """Those that wait for a second look, the oldest first (C4)."""
        return (
            self.exclude(waits="")
            .filter(second_look=None, undoing=None, checked_at__gte=timezone.now() - SECOND_LOOK)
            .order_by("checked_at")
        )


class IdCheck(models.Model):
    """Whose slot, what was shown, that picture and name match, who checked, where and when (C2).

    No document number and no copy. One that `waits` has no effect before somebody else accepts it (C3, C4).
    """

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="id_checks")
    document_type = models.ForeignKey(DocumentType, on_delete=models.PROTECT, related_name="+")
    country = models.CharField(max_length=2)  # ISO 3166-1, who issued it
    document_valid_until = models.DateField()
    picture_matches = models.BooleanField()
    name_matches = models.BooleanField()
    name_reason = models.CharField(max_length=200, blank=True)  # why the name may differ
    representative = models.CharField(max_length=8, choices=RepresentativeKind, blank=True)  # C6
    representative_name = models.CharField(max_length=200, blank=True)
    basis_document = models.CharField(max_length=200, blank=True)  # what shows that they may act
    basis_valid_until = models.DateField(null=True)
    waits = models.CharField(max_length=8, choices=Waits, blank=True)
    note = models.CharField(max_length=500, blank=True)  # what is doubtful, or the supervisor's note
    adviser = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=100)
    checked_at = models.DateTimeField(db_index=True)

    objects = IdCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("ID check")
        verbose_name_plural = _("ID checks")
        default_permissions = ()
        permissions = [
            ("use_desk", "Serves people at the counter"),
            ("issue_account", "Issues accounts"),
            ("decide_check", "Takes a second look at doubtful checks"),
            ("undo_check", "Undoes checks"),
            ("see_protected", "Sees details under non-disclosure"),
            ("set_protected", "Sets and removes non-disclosure"),
            ("read_trail", "Reads who looked at what"),
            ("read_statistics", "Reads the statistics"),
            ("erase_person", "Erases what is held of a person"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(picture_matches=True) | Q(waits=Waits.DOUBT), name="id_check_picture_or_doubt"
            ),
            models.CheckConstraint(
                condition=Q(name_matches=True, name_reason="") | Q(name_matches=False) & ~Q(name_reason=""),
                name="id_check_reason_for_another_name",
            ),
            models.CheckConstraint(
                condition=Q(representative="", representative_name="", basis_document="", basis_valid_until=None)
                | ~Q(representative="") & ~Q(representative_name="") & ~Q(basis_document=""),
                name="id_check_basis_of_representative",
            ),
            models.CheckConstraint(condition=Q(waits="") | ~Q(note=""), name="id_check_waits_for_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def status(self) -> Status:
        """What the check is worth now."""
        if hasattr(self, "undoing"):
            return Status.UNDONE
        if not self.waits:
            return Status.SOUND
        if hasattr(self, "second_look"):
            return Status.SOUND if self.second_look.accepted else Status.REJECTED
        return Status.WAITING if timezone.now() < self.decide_by else Status.TOO_LATE

    @property
    def is_sound(self) -> bool:
        return self.status == Status.SOUND

    @property
    def may_bear_account(self) -> bool:
        """Whether an account may be issued on it: the person themselves was here (C6), and not long ago."""
        settled_at = self.second_look.at if self.waits and self.is_sound else self.checked_at
        is_recent = timezone.now() - settled_at < ACCOUNT_WITHIN
        return self.is_sound and not self.representative and is_recent

    @property
    def decide_by(self) -> dt.datetime:
        """Until when the second look may be taken (C4)."""
        return self.checked_at + SECOND_LOOK


class SecondLook(models.Model):
    """What somebody else decided of a check that waited, and why (C3, C4)."""

    check_made = models.OneToOneField(IdCheck, on_delete=models.PROTECT, related_name="second_look")
    accepted = models.BooleanField()
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="second_look_with_reason")]

    def __str__(self) -> str:
        return f"{self.check_made_id}"


class Undoing(models.Model):
    """A check was undone, and with it all that rested on it (C5)."""

    check_made = models.OneToOneField(IdCheck, on_delete=models.PROTECT, related_name="undoing")
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="undoing_with_reason")]

    def __str__(self) -> str:
        return f"{self.check_made_id}"
