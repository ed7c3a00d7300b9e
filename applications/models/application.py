"""An application, through all its versions."""

import datetime as dt
from collections.abc import Collection
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from applications import dates, references
from applications.enums import ChangedIn, State
from applications.models.applicant import Applicant
from applications.models.origin import Origin
from applications.models.version import Version
from identity.enums import Language
from identity.models import Person
from mailing.models import Letter

OPEN = (State.AWAITING, State.VALID)


def was_valid(application: str = "") -> models.Exists:
    """Return an expression of whether an application has ever been valid; `application` leads to it, with `__`."""
    been = Application.objects.filter(pk=models.OuterRef(f"{application}pk"), changes__to_state=State.VALID)
    return models.Exists(been)


def emails_held(application: str = "") -> dict[str, models.Subquery]:
    """Return expressions of since when emails about an application are held, and when they were released."""
    own = Letter.objects.filter(about=models.OuterRef(f"{application}reference")).order_by()
    held, released = own.held().order_by("pk"), own.filter(released_at__isnull=False).order_by("-released_at")
    return {
        "emails_held_at": models.Subquery(held.values("held_at")[:1]),
        "emails_released_at": models.Subquery(released.values("released_at")[:1]),
    }


class ApplicationQuerySet(models.QuerySet["Application"]):
    def for_person(self, person: Person) -> Self:
        """The applications that the person may see: those in whose current version they apply (R4)."""
        return self.for_codes(person.hetu_indexes)

    def for_codes(self, hetu_indexes: list[str]) -> Self:
        """The applications that the person may see for whom these blind indexes stand (R4)."""
        slots = Applicant.objects.filter(hetu_index__in=hetu_indexes, version__current_of__isnull=False)
        return self.filter(current__in=slots.values("version"))

    def open(self, *, on: dt.date | None = None) -> Self:
        """Those that wait or are valid today, or on another day, by the rule of `status`."""
        return self.filter(state__in=OPEN, valid_until__gte=on or dates.today())

    def in_states(self, states: Collection[State]) -> Self:
        """Those that are in one of these states today, by the rule of `status`."""
        past = Q(valid_until__lt=dates.today())
        found = Q(state__in=[state for state in states if state not in OPEN])
        for state, end in ((State.AWAITING, State.LAPSED), (State.VALID, State.EXPIRED)):
            if state in states:
                found |= Q(state=state) & ~past
            if end in states:
                found |= Q(state=state) & past
        return self.filter(found)

    def with_applicants(self) -> Self:
        """Fetch the people, their confirmations and live invitations in one query more; the content is not fetched."""
        applicants = models.Prefetch("current__applicants", queryset=Applicant.objects.of_application())
        return self.select_related("current").defer("current__content").prefetch_related(applicants)

    def with_people(self) -> Self:
        """Fetch what with_applicants() does, the origin and `was_valid`: for a few, as it looks at all changes."""
        return self.with_applicants().select_related("origin").annotate(was_valid=was_valid())

    def with_emails_held(self) -> Self:
        """Fetch whether and until when emails about it were held."""
        return self.annotate(**emails_held())


class Application(models.Model):
    """One application, through all its versions. Valid once all its adults have confirmed (R1)."""

    reference = models.CharField(max_length=references.LENGTH, unique=True, default=references.new)
    state = models.CharField(max_length=9, choices=State)
    current = models.OneToOneField(
        Version, on_delete=models.PROTECT, related_name="current_of", null=True
    )  # empty only until its first version is stored
    origin = models.ForeignKey(
        Origin, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )  # none if it was filled in here and no client has received it
    language = models.CharField(max_length=2, choices=Language)
    sent_at = models.DateTimeField()
    valid_until = models.DateField()
    # When the clock next has something to do here. Every change of state sets it to now; clock.tick sets the next.
    due_at = models.DateTimeField(null=True)
    ticked_at = models.DateTimeField(null=True)

    # By with_people() only: whether it has ever been valid. One that waits again after that is not "not valid yet".
    was_valid: bool
    # By with_emails_held() only: since when emails about it are held, and when the last of such were released.
    emails_held_at: dt.datetime | None
    emails_released_at: dt.datetime | None

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
    def version(self) -> Version:
        """The current version."""
        if self.current is None:
            raise ValueError("This application has no version yet")
        return self.current

    @property
    def status(self) -> State:
        """The state as of today: past its last day it has ended, even before the clock has stored that (R5)."""
        if self.state in OPEN and self.valid_until < dates.today():
            return State.LAPSED if self.state == State.AWAITING else State.EXPIRED
        return State(self.state)

    def is_past_its_time(self, at: dt.datetime) -> bool:
        """Whether the last day of validity is over at a moment (R5)."""
        return timezone.localdate(at) > self.valid_until

    @property
    def is_valid(self) -> bool:
        return self.status == State.VALID

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def edited_elsewhere(self) -> Origin | None:
        """The service in which alone people edit this application; None if they edit it here (J6.4)."""
        return self.origin if self.origin and self.origin.changed_in == ChangedIn.THERE else None

    @property
    def edit_link(self) -> str:
        """The address at which people edit this application in another service, if it is known."""
        return self.edited_elsewhere.edit_link(self.number) if self.edited_elsewhere else ""

    @property
    def gains_by_renewal(self) -> bool:
        """Whether renewing today would move the last day of validity by a day or more (R7)."""
        return dates.renewable_from(self.valid_until) <= dates.today()

    @property
    def applicants(self) -> list[Applicant]:
        """The applicants of the current version, the main applicant first."""
        return sorted(self.version.applicants.all(), key=lambda applicant: applicant.position)

    @property
    def has_one_adult(self) -> bool:
        """Whether one adult acts here for themselves alone, so that texts speak of no other applicants."""
        return sum(applicant.is_adult for applicant in self.applicants) == 1

    def awaits(self, applicant: Applicant) -> bool:
        """Whether it is this applicant's turn to confirm. A valid one stays valid when somebody turns 18 (R2)."""
        return self.status == State.AWAITING and applicant.is_awaited

    def can_confirm(self, applicant: Applicant) -> bool:
        """Whether this applicant may confirm. Whoever turned 18 after it became valid may: then it can be renewed."""
        return self.is_open and applicant.is_awaited

    @property
    def names(self) -> str:
        """The applicants' names, the main applicant first."""
        return ", ".join(str(applicant) for applicant in self.applicants)

    @property
    def waits_for(self) -> list[Applicant]:
        """The adults who have not confirmed the current version (R1, R2)."""
        return [a for a in self.applicants if a.must_confirm]

    def applicant_of(self, person: Person) -> Applicant:
        """Return the person's own slot. Raises Applicant.DoesNotExist."""
        indexes = person.hetu_indexes
        for applicant in self.applicants:
            if applicant.hetu_index in indexes:
                return applicant
        raise Applicant.DoesNotExist
