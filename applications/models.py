"""Applications as stored. What happens to them is in the modules named after each concept."""

from typing import Self

from django.db import models
from django.db.models import F, FilteredRelation, Q
from django.utils.translation import gettext_lazy as _

from applications import dates, references
from applications.enums import Move, Source, State
from core import crypto
from identity.enums import Language, Method
from identity.models import Person, User

MOST_APPLICANTS = 4
OPEN = (State.AWAITING, State.VALID)


class ApplicationQuerySet(models.QuerySet["Application"]):
    def for_person(self, person: Person) -> Self:
        """The applications in whose current version the person applies (R4): what they may see."""
        slots = Applicant.objects.filter(hetu_index__in=person.hetu_indexes, version__current_of__isnull=False)
        return self.filter(current__in=slots.values("version"))

    def with_people(self) -> Self:
        """Fetch what a status page shows, however many people apply; the content stays where it is."""
        applicants = Applicant.objects.with_confirmation().order_by("position")
        return (
            self.select_related("current")
            .defer("current__content")
            .prefetch_related(models.Prefetch("current__applicants", queryset=applicants))
        )

    def with_invitations(self) -> Self:
        """Fetch the people, and each one's live invitation."""
        live = Invitation.objects.filter(replaced_at=None)
        return self.with_people().prefetch_related(
            models.Prefetch("current__applicants__invitations", queryset=live, to_attr="live_invitations")
        )


class Application(models.Model):
    """One application, through all its versions. Valid once all its adults have confirmed (R1)."""

    reference = models.CharField(max_length=references.LENGTH, unique=True, default=references.new)
    state = models.CharField(max_length=9, choices=State)
    current = models.OneToOneField(
        "Version", on_delete=models.PROTECT, related_name="current_of", null=True
    )  # empty only until its first version is stored
    language = models.CharField(max_length=2, choices=Language)
    sent_at = models.DateTimeField()
    valid_until = models.DateField()
    # When the clock next has something to do here; every move makes it at once, and clock.tick finds the next.
    due_at = models.DateTimeField(null=True)
    ticked_at = models.DateTimeField(null=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index("due_at", condition=Q(due_at__isnull=False), name="application_due"),
            models.Index("state", "valid_until", name="application_by_state"),
            models.Index("sent_at", name="application_by_time"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The reference number grouped for reading."""
        return references.display(self.reference)

    @property
    def version(self) -> "Version":
        """The current version."""
        if self.current is None:
            raise ValueError("This application has no version yet")
        return self.current

    @property
    def status(self) -> State:
        """The state as of today: past its last day it has ended, even before the clock's move is stored (R5)."""
        if self.state in OPEN and dates.today() > self.valid_until:
            return State.LAPSED if self.state == State.AWAITING else State.EXPIRED
        return State(self.state)

    @property
    def is_valid(self) -> bool:
        return self.status == State.VALID

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def applicants(self) -> list["Applicant"]:
        """The applicants of the current version, the main applicant first."""
        return sorted(self.version.applicants.all(), key=lambda applicant: applicant.position)

    def awaits(self, applicant: "Applicant") -> bool:
        """Whether it is this applicant's turn to confirm. A valid one stays valid, whoever turns 18 (R2)."""
        return self.status == State.AWAITING and applicant.is_awaited

    def can_confirm(self, applicant: "Applicant") -> bool:
        """Whether this applicant may confirm: also who turned 18 once it was valid, so that it can be renewed."""
        return self.is_open and applicant.is_awaited

    @property
    def names(self) -> str:
        """The applicants' names, the main applicant first."""
        return ", ".join(str(applicant) for applicant in self.applicants)

    @property
    def waits_for(self) -> list["Applicant"]:
        """The adults who have not confirmed the current version (R1, R2)."""
        return [a for a in self.applicants if a.must_confirm]

    def applicant_of(self, person: Person) -> "Applicant":
        """Return the person's own slot. Raises Applicant.DoesNotExist."""
        indexes = person.hetu_indexes
        for applicant in self.applicants:
            if applicant.hetu_index in indexes:
                return applicant
        raise Applicant.DoesNotExist


class Version(models.Model):
    """The content of an application as sent at one time. Never changed: a change makes the next one (R6)."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    content = crypto.EncryptedTextField(context="applications.version.content")  # canonical JSON
    salt = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("application", "number", name="version_number_once")]

    def __str__(self) -> str:
        return f"{self.application_id}/{self.number}"


class ApplicantQuerySet(models.QuerySet["Applicant"]):
    def with_confirmation(self) -> Self:
        """Fetch each applicant's confirmation that counts, if there is one, for `confirmed`."""
        counts = FilteredRelation("confirmations", condition=Q(confirmations__undone_at=None))
        return self.annotate(counting=counts, counting_id=F("counting__pk")).select_related("counting")

    def same_person(self, slot: "Applicant") -> Self:
        """The slots of this person: in whichever application, or without a code in whichever version of this one."""
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

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="applicants")
    position = models.PositiveSmallIntegerField()
    first_names = models.CharField(max_length=200)
    last_name = models.CharField(max_length=200)
    hetu = crypto.EncryptedTextField(context="applications.applicant.hetu", null=True)
    hetu_index = models.CharField(max_length=80, null=True, db_index=True)
    birth_date = models.DateField()
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=50, blank=True)
    language = models.CharField(max_length=2, choices=Language)
    protected = models.BooleanField(default=False)  # non-disclosure for personal safety (R16)
    declined_at = models.DateTimeField(null=True)  # the application then waits until it is changed (R10)

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
        ]

    def __str__(self) -> str:
        return f"{self.first_names} {self.last_name}"

    @property
    def hetu_indexes(self) -> list[str]:
        """The blind indexes that may stand for this person, under every live key; none without a code (R3)."""
        return crypto.indexes(self.hetu) if self.hetu else []

    @property
    def is_main(self) -> bool:
        return self.position == 0

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
        """Whether this applicant can still confirm: whoever declined can only once the application is changed."""
        return self.must_confirm and self.declined_at is None

    @property
    def live_invitation(self) -> "Invitation | None":
        """This applicant's invitation, where with_invitations() has fetched it."""
        live: list[Invitation] = getattr(self, "live_invitations", [])
        return live[0] if live else None

    @property
    def only_at_counter(self) -> bool:
        """Whether this applicant can confirm at the counter only, having no code (R3)."""
        return self.hetu_index is None


class NamePart(models.Model):
    """One part of an applicant's name as names.py compares it; bytes sort alike in every database."""

    applicant = models.ForeignKey(Applicant, on_delete=models.CASCADE, related_name="name_parts")
    part = models.BinaryField(max_length=40)

    class Meta:
        indexes = [models.Index(fields=["part", "applicant"], name="name_part")]

    def __str__(self) -> str:
        return f"{self.applicant_id}"


class Invitation(models.Model):
    """A link, and the same thing as a code to type, for one co-applicant (R13).

    Neither is stored: both follow from the nonce and a key of the installation. What ends an invitation is
    read from the application each time; only its successor is written down.
    """

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="invitations")
    nonce = models.CharField(max_length=32)
    token_hash = models.CharField(max_length=80, unique=True)
    code_hash = models.CharField(max_length=80, unique=True)
    created_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)  # somebody went on from the information page
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index("created_at", name="invitation_by_time")]
        constraints = [
            models.UniqueConstraint("applicant", condition=Q(replaced_at__isnull=True), name="invitation_one_live"),
        ]

    def __str__(self) -> str:
        return f"{self.applicant_id} {self.created_at:%Y-%m-%d}"


class ErrorReport(models.Model):
    """What a co-applicant says is wrong in the application; the main applicant is told."""

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="error_reports")
    text = models.CharField(max_length=1000)
    reported_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.applicant_id} {self.reported_at:%Y-%m-%d}"


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


class Confirmation(models.Model):
    """An adult confirmed one version of the application: the evidence that makes it valid.

    The digest repeats the version's, so that the row alone says what was confirmed. Nothing of it changes,
    but once it may be undone, with the ID check that it rests on (C5). The number stands on its receipt.
    """

    number = models.CharField(max_length=references.LENGTH, unique=True, default=references.new)
    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="confirmations")
    # Nobody but an applicant without a code, who confirms at the counter only (R3).
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="confirmations")
    digest = models.CharField(max_length=64)
    terms = models.ForeignKey(Terms, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(max_length=8, choices=Method)
    provider = models.CharField(max_length=40)
    level = models.CharField(max_length=200)
    confirmed_at = models.DateTimeField()
    id_check = models.PositiveBigIntegerField(null=True, db_index=True)  # its number at the counter
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
        ]

    def __str__(self) -> str:
        return f"{self.applicant_id} {self.confirmed_at:%Y-%m-%d}"

    @property
    def receipt_number(self) -> str:
        """The number grouped for reading."""
        return references.display(self.number)

    @property
    def check_code(self) -> str:
        """The digest grouped for reading, as receipts show it."""
        return " ".join(self.digest[i : i + 4] for i in range(0, len(self.digest), 4))


class StateChange(models.Model):
    """One change of state: what, when, by whom, how, from, to (R19). Never edited."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="changes")
    move = models.CharField(max_length=9, choices=Move)
    from_state = models.CharField(max_length=9, choices=State, blank=True)
    to_state = models.CharField(max_length=9, choices=State)
    at = models.DateTimeField()
    source = models.CharField(max_length=14, choices=Source)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    staff = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    how = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(source=Source.PERSON, person__isnull=False, staff=None)
                | Q(source=Source.COUNTER, person=None, staff__isnull=False)
                | (~Q(source__in=[Source.PERSON, Source.COUNTER]) & Q(person=None, staff=None)),
                name="state_change_by_whom",
            ),
        ]
        indexes = [models.Index("move", "at", name="state_change_by_time")]

    def __str__(self) -> str:
        return f"{self.application_id} {self.move}"


class DraftQuerySet(models.QuerySet["Draft"]):
    def unsent(self) -> Self:
        return self.filter(sent=None)

    def of(self, person: Person) -> Self:
        """The drafts that a person can continue, the latest first; what is typed in them stays where it is."""
        return self.unsent().filter(person=person).select_related("application").defer("data").order_by("-touched_at")


class Draft(models.Model):
    """What somebody has typed of an application, as far as they have come. Deleted after 30 quiet days.

    Emptied when it is sent; what is left of it leads whoever comes back to the application. One that changes
    an application names it, and the version from which the change started.
    """

    data = crypto.EncryptedTextField(context="applications.draft.data", null=True)  # JSON, see drafting/
    language = models.CharField(max_length=2, choices=Language)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="drafts")
    email = models.EmailField(blank=True)  # where its link was sent last
    nonce = models.CharField(max_length=32)
    token_hash = models.CharField(max_length=80, unique=True)
    created_at = models.DateTimeField()
    touched_at = models.DateTimeField(db_index=True)
    warned_at = models.DateTimeField(null=True)
    sent = models.ForeignKey(Application, on_delete=models.CASCADE, null=True, related_name="sent_drafts")
    application = models.ForeignKey(Application, on_delete=models.CASCADE, null=True, related_name="change_drafts")
    base_digest = models.CharField(max_length=64, blank=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sent=None, data__isnull=False) | Q(sent__isnull=False, data=None),
                name="draft_emptied_on_sending",
            ),
            models.CheckConstraint(
                condition=Q(application=None, base_digest="") | (Q(application__isnull=False) & ~Q(base_digest="")),
                name="draft_of_a_change_knows_its_base",
            ),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"


class ReceiptDocument(models.Model):
    """The PDF of a receipt: asked for by whoever confirmed, made by the worker, deleted after a day.

    The worker that is at it holds it until `held_until`; so long it waits for its second try if the first fails.
    """

    confirmation = models.OneToOneField(Confirmation, on_delete=models.CASCADE, related_name="pdf")
    language = models.CharField(max_length=2, choices=Language)
    asked_at = models.DateTimeField(db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    held_until = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(null=True)
    content = crypto.EncryptedTextField(context="applications.receiptdocument.content", null=True)  # base64

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(made_at=None, content=None)
                | Q(made_at__isnull=False, content__isnull=False, failed_at=None),
                name="receipt_document_made_or_not",
            ),
        ]
        indexes = [
            models.Index("asked_at", condition=Q(made_at=None, failed_at=None), name="receipt_document_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.confirmation_id} {self.language}"
