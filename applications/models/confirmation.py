"""Who confirmed what, and on which evidence."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from applications import references
from applications.enums import RepresentativeKind
from applications.models.applicant import Applicant
from applications.models.id_check import IdCheck
from applications.models.terms import Terms
from identity.enums import Method
from identity.models import Person, User
from identity.providers import BY_CONTRACT


class Confirmation(models.Model):
    """An adult confirmed one version of the application: the evidence that makes it valid.

    The digest repeats the version's, so that the row alone says what was confirmed. The row never changes, except that
    it may be undone with the ID check that it rests on (C5). The number is that of its receipt.
    """

    number = models.CharField(max_length=references.LENGTH, unique=True, default=references.new)
    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="confirmations")
    # None only for an applicant without a code, who confirms at the counter (R3).
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="confirmations")
    digest = models.CharField(max_length=64)
    terms = models.ForeignKey(Terms, on_delete=models.PROTECT, related_name="+", db_index=False)
    method = models.CharField(max_length=8, choices=Method)
    provider = models.CharField(max_length=40)
    level = models.CharField(max_length=200)
    means = models.CharField(max_length=200, blank=True, default="", db_default="")  # the broker's own word
    confirmed_at = models.DateTimeField()
    id_check = models.ForeignKey(IdCheck, on_delete=models.PROTECT, null=True, related_name="confirmations")
    # Who acted for the person, at the counter only (C6); repeated from the check, so that the row alone says so.
    representative = models.CharField(max_length=8, choices=RepresentativeKind, blank=True, default="", db_default="")
    representative_name = models.CharField(max_length=200, blank=True, default="", db_default="")
    staff = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")  # who recorded it there
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index("confirmed_at", name="confirmation_by_time")]
        constraints = [
            models.UniqueConstraint("applicant", condition=Q(undone_at=None), name="confirmation_once"),
            models.CheckConstraint(
                condition=Q(method=Method.COUNTER, staff__isnull=False, id_check__isnull=False)
                | Q(method=Method.ACCOUNT, staff=None, id_check__isnull=False, person__isnull=False)
                | (
                    ~Q(method__in=[Method.COUNTER, Method.ACCOUNT])
                    & Q(staff=None, id_check=None, person__isnull=False)
                ),
                name="confirmation_rests_on_its_method",
            ),
            models.CheckConstraint(
                condition=Q(representative="", representative_name="")
                | (Q(method=Method.COUNTER) & ~Q(representative="") & ~Q(representative_name="")),
                name="confirmation_by_representative_at_the_counter",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.applicant_id} {self.confirmed_at:%Y-%m-%d}"

    def counted_at(self, moment: dt.datetime) -> bool:
        """Whether it had been given by then, and not undone yet (C5)."""
        return self.confirmed_at <= moment and (self.undone_at is None or self.undone_at > moment)

    @property
    def represented_by(self) -> str:
        """The guardian or proxy who acted for the person, such as "Gun Gran (guardian)"; empty if nobody did."""
        return RepresentativeKind.describe(self.representative, self.representative_name)

    @property
    def signed_on_paper_at(self) -> dt.datetime | None:
        """When the person signed it on paper, which was entered later; None for others (ADR 44)."""
        is_on_paper = self.method == Method.COUNTER and self.id_check and self.id_check.entered_at
        return self.id_check.checked_at if is_on_paper and self.id_check else None

    @property
    def level_told(self) -> str:
        """The level in words, where it is not the broker's own name of it."""
        return _("as agreed with the identification service") if self.level == BY_CONTRACT else ""

    @property
    def receipt_number(self) -> str:
        """The number grouped for reading."""
        return references.display(self.number)

    @property
    def check_code(self) -> str:
        """The digest grouped for reading, as receipts show it."""
        return references.display_digest(self.digest)
