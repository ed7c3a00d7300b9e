"""The people who apply, and what staff find them by."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, FilteredRelation, Func, Q
from django.db.models.functions import Lower

from applications import dates
from applications.models.version import Version
from core import crypto, telephones
from core.personal_names import joined_name
from identity.enums import Language

if TYPE_CHECKING:
    from applications.models.confirmation import Confirmation
    from applications.models.invitation import Invitation

MOST_APPLICANTS = 4
# As contact details are compared, whoever wrote them: addresses in small letters, numbers without their grouping.
_PLAIN_EMAIL = Lower("email")
# Written out, since SQLite finds no index by an expression with parameters.
_UNGROUPED = "REPLACE(REPLACE(REPLACE(REPLACE(%(expressions)s, ' ', ''), '-', ''), '(', ''), ')', '')"
_BARE_PHONE = Func("phone", template=_UNGROUPED, output_field=models.CharField())


class ApplicantQuerySet(models.QuerySet["Applicant"]):
    def with_confirmation(self) -> Self:
        """Fetch each applicant's confirmation that counts, if there is one, for `confirmed`."""
        counts = FilteredRelation("confirmations", condition=Q(confirmations__undone_at=None))
        return self.annotate(counting=counts, counting_id=F("counting__pk")).select_related("counting")

    def of_application(self) -> Self:
        """Fetch what an application tells of its people: their confirmations, and their live invitations."""
        live = FilteredRelation("invitations", condition=Q(invitations__replaced_at=None))
        return self.with_confirmation().annotate(live=live).select_related("counting", "live").order_by("position")

    def with_email(self, address: str, *, or_codes: Collection[str] = ()) -> Self:
        """The slots with this address, in capital or small letters, or with one of these blind indexes."""
        found = self.alias(plain_email=_PLAIN_EMAIL)
        return found.filter(Q(plain_email=address.lower()) | Q(hetu_index__in=or_codes))

    def with_phone(self, number: str) -> Self:
        """The slots with this number, with or without its country and its grouping."""
        return self.alias(bare_phone=_BARE_PHONE).filter(bare_phone__in=telephones.spellings(number))

    def same_person(self, slot: "Applicant") -> Self:
        """The slots of this person in all applications; without a code, in all versions of this application."""
        if slot.hetu:
            return self.filter(hetu_index__in=slot.hetu_indexes)
        return self.filter(
            version__application=slot.version.application_id,
            hetu_index=None,
            birth_date=slot.birth_date,
            first_names=slot.first_names,
            last_name=slot.last_name,
        )


class Applicant(models.Model):
    """One person's slot in one version. Position 0 is the main applicant, 1 to 3 are co-applicants (R3).

    Contact details and language are the person's own to correct and make no new version.
    """

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="applicants", db_index=False)
    position = models.PositiveSmallIntegerField()
    first_names = models.CharField(max_length=200)  # empty for some who have one name only
    last_name = models.CharField(max_length=200)  # or this one
    hetu = crypto.EncryptedTextField(context="applications.applicant.hetu", null=True)
    hetu_index = models.CharField(max_length=80, null=True, db_index=True)
    birth_date = models.DateField()
    # The check by which the code was learned here; empty if it stands in the version as it was sent.
    code_check = models.ForeignKey(
        "applications.IdCheck", on_delete=models.PROTECT, null=True, related_name="slots_with_its_code"
    )
    email = models.EmailField(blank=True, default="", db_default="")
    phone = models.CharField(max_length=50, blank=True, default="", db_default="")
    language = models.CharField(max_length=2, choices=Language)
    # When contact details or language were corrected here; no older ones from the housing system take their place.
    contact_corrected_at = models.DateTimeField(null=True)
    # Digests of email, phone and language as the housing system last gave them; empty if it gave none.
    given_details = models.CharField(max_length=98, blank=True, default="", db_default="")
    protected = models.BooleanField(default=False, db_default=False)  # non-disclosure for personal safety (R16)
    # Somebody unidentified has set the mark: it holds in this application, and in no other of this person.
    protected_here_only = models.BooleanField(default=False, db_default=False)
    # Since then no email goes to this person: strangers have caused enough to the address (stranger_letters.py).
    held_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)  # the application then waits until it is changed (R10)

    counting_id: int | None  # by with_confirmation() only: the confirmation that counts, if there is one

    objects = ApplicantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("version", "position", name="applicant_position_once"),
            models.UniqueConstraint("version", "hetu_index", name="applicant_once_in_version"),
            models.CheckConstraint(condition=Q(position__lt=MOST_APPLICANTS), name="applicant_at_most_four"),
            models.CheckConstraint(
                condition=Q(position__gt=0) | Q(hetu_index__isnull=False), name="main_applicant_has_hetu"
            ),
            models.CheckConstraint(
                condition=Q(hetu__isnull=True, hetu_index__isnull=True)
                | Q(hetu__isnull=False, hetu_index__isnull=False),
                name="applicant_hetu_with_index",
            ),
            models.CheckConstraint(
                condition=Q(code_check=None) | Q(hetu_index__isnull=False), name="applicant_code_check_with_hetu"
            ),
            models.CheckConstraint(
                condition=Q(protected=True) | Q(protected_here_only=False),
                name="applicant_mark_here_is_mark",
            ),
        ]
        indexes = [
            models.Index("birth_date", name="applicant_by_birth_date"),
            models.Index(_PLAIN_EMAIL, name="applicant_by_email"),
            models.Index(_BARE_PHONE, name="applicant_by_phone"),
        ]

    def __str__(self) -> str:
        return joined_name(self.first_names, self.last_name)

    @property
    def first_name(self) -> str:
        """The first of the names, by which the others are told who this is; the only one of whoever has one."""
        return str(self).split()[0]

    @property
    def hetu_indexes(self) -> list[str]:
        """The blind indexes that may stand for this person, under every live key; none without a code (R3)."""
        return crypto.indexes(self.hetu) if self.hetu else []

    def is_same_person(self, other: "Applicant") -> bool:
        """Whether another slot is this person's, by the rule of same_person(). Decrypts the code of this slot only."""
        if self.hetu:
            return other.hetu_index in self.hetu_indexes
        return (
            other.version.application_id == self.version.application_id
            and other.hetu_index is None
            and other.birth_date == self.birth_date
            and (other.first_names, other.last_name) == (self.first_names, self.last_name)
        )

    @property
    def is_main(self) -> bool:
        return self.position == 0

    @property
    def can_be_emailed(self) -> bool:
        """Whether there is an address to which emails go."""
        return bool(self.email) and self.held_at is None

    @property
    def is_adult(self) -> bool:
        return dates.is_adult(self.birth_date, on=dates.today())

    @property
    def confirmed(self) -> "Confirmation | None":
        """This applicant's confirmation of this version, if there is one that was not undone (C5)."""
        if "counting_id" not in self.__dict__:
            return self.confirmations.filter(undone_at=None).first()
        return getattr(self, "counting", None)

    @property
    def must_confirm(self) -> bool:
        """Whether the application waits for this applicant (R1, R2), who may have declined (R10)."""
        return self.is_adult and not self.confirmed

    @property
    def is_awaited(self) -> bool:
        """Whether this applicant can confirm now: not after they declined, until the application is changed (R10)."""
        return self.must_confirm and self.declined_at is None

    @property
    def live_invitation(self) -> "Invitation | None":
        """This applicant's invitation, where of_application() has fetched it and there is one."""
        return getattr(self, "live", None)

    @property
    def only_at_counter(self) -> bool:
        """Whether this applicant can confirm only at the counter, because they have no code (R3)."""
        return self.hetu_index is None


class NamePart(models.Model):
    """One part of an applicant's name as names.py compares it; bytes sort alike in every database."""

    applicant = models.ForeignKey(Applicant, on_delete=models.CASCADE, related_name="name_parts")
    part = models.BinaryField(max_length=40)

    class Meta:
        indexes = [models.Index(fields=["part", "applicant"], name="name_part")]

    def __str__(self) -> str:
        return f"{self.applicant_id}"
