"""How far one has come with the practice day: read from the database, not from what was clicked."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from django.db import models
from django.utils.translation import pgettext_lazy

from applications import references
from applications.enums import CheckStatus, CodeOnDocument, RepresentativeKind
from applications.models import Applicant, Application, IdCheck
from core.actors import Role
from demo.customers import CUSTOMERS, RIGHT_ADDRESS, STORY_PREFIX, Customer, Goal
from demo.models import DemoApplication, PracticeDay
from identity.enums import Method
from identity.models import Account
from records.enums import Event
from records.models import Entry
from records.names import application_chain

STAFF = (Role.ADVISER, Role.SUPERVISOR, Role.OPERATOR)
SEARCHES = "search_by_"  # how the events of searching begin
STANDING = (CheckStatus.SOUND, CheckStatus.WAITING)


class Progress(models.TextChoices):
    """What has become of a customer."""

    NOT_STARTED = "not_started", pgettext_lazy("customer", "Not served yet")
    STARTED = "started", pgettext_lazy("customer", "Started")
    RIGHT = "right", pgettext_lazy("customer", "Served right")
    WRONG = "wrong", pgettext_lazy("customer", "Went wrong")


@dataclass(frozen=True)
class Day:
    """The practice day as it stands in the database: the applications of each customer, and where staff have been."""

    row: PracticeDay
    applications: dict[str, Application]  # by story
    checks: list[IdCheck]
    touched: set[str]  # chains of applications in which staff have done or looked at something
    searches: list[Entry]

    @classmethod
    def read(cls) -> Self | None:
        """Return the day, in the same few queries for all customers; None if none was started."""
        row = PracticeDay.objects.first()
        if row is None:
            return None
        made = DemoApplication.objects.filter(story__startswith=STORY_PREFIX)
        stories = dict(made.values_list("application", "story"))
        found = {stories[each.pk]: each for each in Application.objects.with_people().filter(pk__in=stories)}
        checks = IdCheck.objects.with_outcome().filter(applicant__version__application__in=stories)
        since = Entry.objects.filter(at__gt=row.begun_at, role__in=STAFF)
        chains = [application_chain(key) for key in stories]
        return cls(
            row,
            found,
            list(checks.select_related("applicant__version").defer("applicant__version__content").order_by("pk")),
            set(since.filter(chain__name__in=chains).values_list("chain__name", flat=True)),
            list(since.filter(event__startswith=SEARCHES)),
        )

    def progress(self, customer: Customer) -> Progress:
        """Return what has become of a customer. Whatever went wrong counts until it was put right."""
        if customer.goal == Goal.SEARCHED:
            return self._search_progress
        application = self.applications.get(customer.story)
        if application is None:  # erased by a supervisor
            return Progress.STARTED
        checks = list(self._checks_of(customer))
        slot = application.applicants[customer.position]
        if self._is_wrong(customer, slot, checks):
            return Progress.WRONG
        if self._is_right(customer, slot, checks):
            return Progress.RIGHT
        return Progress.STARTED if application_chain(application.pk) in self.touched else Progress.NOT_STARTED

    def _checks_of(self, customer: Customer) -> Iterable[IdCheck]:
        """Return the checks in the application of a customer and in that of their namesake."""
        keys = {self.applications[each.key].pk for each in customer.stories if each.key in self.applications}
        return (check for check in self.checks if check.applicant.version.application_id in keys)

    def _is_wrong(self, customer: Customer, slot: Applicant, checks: list[IdCheck]) -> bool:
        if customer.goal == Goal.REJECTED and any(check.is_sound for check in checks):
            return True
        if customer.is_protected != slot.protected:
            return True
        return any(check.status in STANDING and not self._fits(check, customer, slot) for check in checks)

    def _fits(self, check: IdCheck, customer: Customer, slot: Applicant) -> bool:
        """Tell whether a check is of the person whom the customer asks about, and says what the customer showed."""
        shown = customer.documents[-1]
        recorded = (check.document_type, check.country, check.document_valid_until)
        is_slot = (check.applicant.version.application_id, check.applicant.position) == (
            slot.version.application_id,
            slot.position,
        )
        code = CodeOnDocument.MATCHES if shown.code else ""
        basis = (customer.extract and RepresentativeKind.GUARDIAN) or ""
        until = customer.extract.valid_until(self.row.begun_at) if customer.extract else None
        return (
            is_slot
            and recorded == (shown.kind, shown.country, shown.valid_until(self.row.begun_at))
            and check.code_on_document == code
            and (check.representative, check.basis_valid_until) == (basis, until)
        )

    def _is_right(self, customer: Customer, slot: Applicant, checks: list[IdCheck]) -> bool:
        match customer.goal:
            case Goal.CONFIRMED:
                confirmed = slot.confirmed
                return confirmed is not None and confirmed.method == Method.COUNTER
            case Goal.ACCOUNT:
                return slot.email == RIGHT_ADDRESS and RIGHT_ADDRESS in self._account_addresses(slot)
            case Goal.REJECTED:
                return any(check.status == CheckStatus.REJECTED for check in checks)
            case _:
                return any(check.status == CheckStatus.UNDONE for check in checks)

    def _account_addresses(self, slot: Applicant) -> list[str]:
        held = Account.objects.filter(user__person__hetu_index__in=slot.hetu_indexes, closed_at=None)
        return list(held.values_list("email", flat=True))

    @cached_property
    def _search_progress(self) -> Progress:
        """What was searched for: the number that no application has, and then the person in another way."""
        number = references.display(self.row.wrong_number)
        by_number = any(each.facts.get("number") == number for each in self.searches)
        others = [each for each in self.searches if each.event != Event.SEARCH_BY_NUMBER]
        by_person = any(each.facts.get("found") == 0 for each in others)
        if by_number and by_person:
            return Progress.RIGHT
        return Progress.STARTED if by_number else Progress.NOT_STARTED


def all_progress(day: Day) -> dict[str, Progress]:
    """Return what has become of each customer, by their key."""
    return {customer.key: day.progress(customer) for customer in CUSTOMERS}
