"""An identity document that was checked at the counter: the evidence on which a confirmation may rest (C2–C6)."""

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import dates
from applications.enums import CheckStatus, CodeOnDocument, PaperWish, PendingReason, RepresentativeKind
from applications.models.applicant import Applicant
from identity.models import User

SECOND_LOOK = dt.timedelta(days=30)  # C4
ACCOUNT_WITHIN = dt.timedelta(days=7)  # of the check, or of its second look

# On which a supervisor decides: of a type of document that needs one (C3), or entered from paper (ADR 44).
FOR_SUPERVISOR = Q(pending_reason=PendingReason.TYPE) | Q(entered_at__isnull=False)


class IdCheckQuerySet(models.QuerySet["IdCheck"]):
    def with_outcome(self) -> Self:
        """Fetch what `status` reads."""
        return self.select_related("adviser", "second_look__by", "undoing__by")

    def of_today(self) -> Self:
        """Those of people who are here today: made since midnight, and not entered from paper."""
        return self.filter(checked_at__gte=dates.start_of_today(), entered_at=None)

    def on_paper(self) -> Self:
        """Those that were entered from a paper form (ADR 44)."""
        return self.filter(entered_at__isnull=False)

    def sound(self) -> Self:
        """Those that stand: certain at once or accepted at the second look, and not undone."""
        return self.filter(Q(pending_reason="") | Q(second_look__accepted=True), undoing=None)

    def waiting(self) -> Self:
        """Those that wait for a second look, the oldest first (C4)."""
        return (
            self.exclude(pending_reason="")
            .filter(second_look=None, undoing=None, checked_at__gte=timezone.now() - SECOND_LOOK)
            .order_by("checked_at")
        )


class IdCheck(models.Model):
    """Whose slot it is, what was shown, whether picture and name match, and who checked where and when (C2).

    It holds no document number and no copy. With a `pending_reason` it has no effect until somebody else accepts it
    (C3, C4). The counter keeps the decisions, which refer to the check as its `second_look` and its `undoing`.
    """

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="id_checks")
    document_type = models.CharField(max_length=30)  # the code by which the counter knows it
    country = models.CharField(max_length=2)  # ISO 3166-1, who issued it
    document_valid_until = models.DateField(null=True)
    document_has_no_end = models.BooleanField(default=False, db_default=False)  # as the document shows
    # Only that it matched, never the code: one that the slot had not is with the check's LearnedCode. Empty if neither
    # slot nor document has one.
    code_on_document = models.CharField(max_length=7, choices=CodeOnDocument, blank=True, default="", db_default="")
    picture_matches = models.BooleanField()
    name_matches = models.BooleanField()
    name_reason = models.CharField(max_length=200, blank=True, default="", db_default="")  # why the name may differ
    # Who was here instead, and what shows that they may act (C6).
    representative = models.CharField(max_length=8, choices=RepresentativeKind, blank=True, default="", db_default="")
    representative_name = models.CharField(max_length=200, blank=True, default="", db_default="")
    basis_document = models.CharField(max_length=200, blank=True, default="", db_default="")
    basis_valid_until = models.DateField(null=True)
    basis_has_no_end = models.BooleanField(default=False, db_default=False)  # as the document shows
    # Accounts refer to it. Null at a representative's check, so that the database refuses an account on that (C6).
    account_key = models.UUIDField(null=True, unique=True)
    pending_reason = models.CharField(max_length=8, choices=PendingReason, blank=True, default="", db_default="")
    # What is doubtful, or the supervisor's note.
    note = models.CharField(max_length=500, blank=True, default="", db_default="")
    adviser = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=100)
    checked_at = models.DateTimeField(db_index=True)
    # When it was entered from a paper form of an earlier time, and what the person signed there (ADR 44).
    entered_at = models.DateTimeField(null=True)
    paper_wish = models.CharField(max_length=9, choices=PaperWish, blank=True, default="", db_default="")

    objects = IdCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("ID check")
        verbose_name_plural = _("ID checks")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(document_valid_until__isnull=False, document_has_no_end=False)
                | Q(document_valid_until=None, document_has_no_end=True) & ~Q(note=""),
                name="id_check_end_of_document_or_a_note",
            ),
            models.CheckConstraint(
                condition=Q(picture_matches=True) | Q(pending_reason=PendingReason.DOUBT),
                name="id_check_picture_or_doubt",
            ),
            models.CheckConstraint(
                condition=Q(name_matches=True, name_reason="") | Q(name_matches=False) & ~Q(name_reason=""),
                name="id_check_reason_for_another_name",
            ),
            models.CheckConstraint(
                condition=Q(
                    representative="",
                    representative_name="",
                    basis_document="",
                    basis_valid_until=None,
                    basis_has_no_end=False,
                )
                | ~Q(representative="")
                & ~Q(representative_name="")
                & ~Q(basis_document="")
                & (
                    Q(basis_valid_until__isnull=False, basis_has_no_end=False)
                    | Q(basis_valid_until=None, basis_has_no_end=True)
                ),
                name="id_check_basis_of_representative",
            ),
            models.CheckConstraint(
                condition=Q(representative="") | Q(account_key=None),
                name="id_check_of_representative_without_account",
            ),
            models.CheckConstraint(condition=Q(pending_reason="") | ~Q(note=""), name="id_check_pending_with_a_note"),
            models.CheckConstraint(
                condition=~Q(code_on_document=CodeOnDocument.ABSENT) | ~Q(pending_reason=""),
                name="id_check_without_the_code_waits",
            ),
            models.CheckConstraint(
                condition=~Q(code_on_document=CodeOnDocument.CHANGED) | ~Q(pending_reason=""),
                name="id_check_of_a_changed_code_waits",
            ),
            models.CheckConstraint(
                condition=Q(entered_at=None, paper_wish="")
                | (Q(entered_at__isnull=False, entered_at__gte=F("checked_at")) & ~Q(pending_reason="")),
                name="id_check_on_paper_waits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def status(self) -> CheckStatus:
        """What the check is worth now."""
        if hasattr(self, "undoing"):
            return CheckStatus.UNDONE
        if not self.pending_reason:
            return CheckStatus.SOUND
        if hasattr(self, "second_look"):
            return self.second_look.outcome
        return CheckStatus.WAITING if timezone.now() < self.decide_by else CheckStatus.TOO_LATE

    @property
    def represented_by(self) -> str:
        """The guardian or proxy who was here instead, such as "Gun Gran (guardian)"; empty if nobody was (C6)."""
        return RepresentativeKind.describe(self.representative, self.representative_name)

    @property
    def brings_code(self) -> bool:
        """Whether the document bore a code that the slot had not: none until then, or another one."""
        return self.code_on_document in {CodeOnDocument.LEARNED, CodeOnDocument.CHANGED}

    @property
    def is_sound(self) -> bool:
        return self.status == CheckStatus.SOUND

    @property
    def is_for_supervisor(self) -> bool:
        """Whether a supervisor decides on it: FOR_SUPERVISOR of one row."""
        return bool(self.entered_at) or self.pending_reason == PendingReason.TYPE

    @property
    def is_doubted(self) -> bool:
        """Whether it waits because something is uncertain, and not only because it was entered from paper."""
        return self.status == CheckStatus.WAITING and self.pending_reason != PendingReason.PAPER

    @property
    def paper_facts(self) -> dict[str, str | int | bool]:
        """What the trail says of a check that was entered later: when it was made (ADR 44)."""
        return {"on_paper_at": self.checked_at.isoformat()} if self.entered_at else {}

    @property
    def shows_person_is_here(self) -> bool:
        """Whether the person has shown who they are today, so that they may act now."""
        return self.is_sound and not self.entered_at and timezone.localdate(self.checked_at) == dates.today()

    @property
    def may_bear_account(self) -> bool:
        """Whether an account may be issued on it: the person themselves was here (C6), and not long ago."""
        settled_at = self.second_look.at if self.pending_reason and self.is_sound else self.checked_at
        is_recent = timezone.now() - settled_at < ACCOUNT_WITHIN
        return self.is_sound and self.account_key is not None and is_recent

    @property
    def decide_by(self) -> dt.datetime:
        """Until when the second look may be taken (C4)."""
        return self.checked_at + SECOND_LOOK
