"""The acts of people, staff, the housing system and the clock on an application: one table for all that tries them.

An act is prepared as whoever does it opens the page: what it needs is read then. What the preparation returns does
the act some time later. Each act names the refusals that its page or its caller answers politely.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist

from applications import (
    changes,
    clock,
    confirmation,
    document,
    drafts,
    invitations,
    learned_codes,
    protection,
    terms,
)
from applications.form import steps
from applications.models import Applicant, Application, Draft, IdCheck
from counter import account_issue, code_comparison, counter_acts, counter_confirmation, id_checks
from identity import accounts
from identity.enums import Language, Method
from identity.models import Account
from identity.proof import Proof
from privacy import erasure
from tests import cast
from tests.applications.factories import actor, person
from tests.counter.checks import end_of_code, passport, slot
from tests.staff import acting
from upstream import intake, standing
from upstream.models import Intake

Done = Callable[[], object]
WAITING_OR_GONE = (id_checks.SecondLookWaits, ObjectDoesNotExist)
CHECK_REFUSALS = (
    id_checks.CannotCheck,
    code_comparison.CannotCompare,
    learned_codes.CannotLearn,
    ObjectDoesNotExist,
)
ACT_REFUSALS = (id_checks.CheckFirst, id_checks.SlotChanged, *WAITING_OR_GONE)
ACCOUNT_REFUSALS = (account_issue.CannotIssue, accounts.AccountRefused, *WAITING_OR_GONE)


@dataclass(frozen=True)
class Place:
    """An application, and who plays which part in it."""

    sent: Application
    who: dict[str, str]  # the co-applicant about whom everything is, whose ID check is `made`
    main: dict[str, str]
    made: IdCheck
    doubted: IdCheck  # is waiting for a second review, where one does: somebody else's document bears another code
    put: tuple[dict[str, str], ...]  # who applies in it when the housing system has changed it
    method: Method = Method.BANK  # by which `who` confirms in a browser
    doubts: bool = False  # whether the adviser who checks `who` once more has doubts
    code: str = "020594X902N"  # the new one of `who`

    @property
    def slot(self) -> Applicant:
        return slot(self.sent, self.who)

    def address(self, kind: str) -> str:
        """Return an email address of the person's own."""
        return f"{kind}.{self.who['hetu'][:6]}@example.test"

    def read(self) -> Application:
        return Application.objects.with_people().get(pk=self.sent.pk)


@dataclass(frozen=True)
class Act:
    """Which operation it is, how it is prepared, and with what it is refused politely.

    An erased row is a page that is not found.
    """

    operation: Callable[..., object]
    prepare: Callable[[Place], Done]
    refusals: tuple[type[Exception], ...]


ACTS: dict[str, Act] = {}


def act(
    operation: Callable[..., object], *refusals: type[Exception]
) -> Callable[[Callable[[Place], Done]], Callable[[Place], Done]]:
    """Enter the decorated preparation of an operation on the table, under its name."""

    def enter(prepare: Callable[[Place], Done]) -> Callable[[Place], Done]:
        ACTS[prepare.__name__] = Act(operation, prepare, refusals)
        return prepare

    return enter


@act(confirmation.confirm, confirmation.CannotConfirm, accounts.AccountClosed, Application.DoesNotExist)
def confirm(place: Place) -> Done:
    read, by, current = place.read(), actor(place.who), terms.current()
    by_whom = Proof(method=place.method, provider="demo", level="", at="2027-01-04T12:00:00+00:00")
    digest = read.version.digest
    return lambda: confirmation.confirm(read, by=by, proof=by_whom, terms=current, digest=digest)


@act(counter_confirmation.confirm_here, confirmation.CannotConfirm, id_checks.CheckFirst, *WAITING_OR_GONE)
def confirm_here(place: Place) -> Done:
    mine, current, by = place.slot, terms.current(), acting("adviser")
    digest = mine.version.digest
    return lambda: counter_confirmation.confirm_here(mine, terms_read=current, digest=digest, by=by)


@act(drafts.send_draft, changes.CannotChange, steps.StaleTab, drafts.CannotWrite, Application.DoesNotExist)
def change_by_form(place: Place) -> Done:
    draft, by = Draft.objects.get(application=place.sent), actor(place.main)
    revision = steps.revision(drafts.form_data_of(draft))
    return lambda: drafts.send_draft(draft, revision=revision, assurance=True, by=by)


@act(intake.change, changes.CannotChange, standing.NotFound)
def put(place: Place) -> Done:
    known = Intake.objects.select_related("client", "application__current").get(application=place.sent)
    new = document.parse(cast.document(*place.put, reference=known.reference))
    digest = known.application.version.digest
    return lambda: intake.change(known.application.reference, new, client=known.client, tag=digest)


@act(changes.withdraw, changes.CannotChange, Application.DoesNotExist)
def withdraw(place: Place) -> Done:
    read, by = place.read(), actor(place.who)
    return lambda: changes.withdraw(read, by=by)


@act(changes.renew, changes.CannotChange, Application.DoesNotExist)
def renew(place: Place) -> Done:
    read, by = place.read(), actor(place.main)
    return lambda: changes.renew(read, by=by)


@act(changes.remove, changes.CannotChange, Application.DoesNotExist)
def remove(place: Place) -> Done:
    mine, by = place.slot, actor(place.main)
    digest = mine.version.digest
    return lambda: changes.remove(mine, digest=digest, by=by)


@act(invitations.decline, invitations.CannotDecline, Application.DoesNotExist)
def decline(place: Place) -> Done:
    mine, by = place.slot, actor(place.who)
    return lambda: invitations.decline(mine, by=by)


@act(invitations.correct_own_contact_details, invitations.NotInApplication, ObjectDoesNotExist)
def correct(place: Place) -> Done:
    mine, by = place.slot, actor(place.who)
    also = list(Application.objects.values_list("reference", flat=True))
    details = {"email": place.address("corrected"), "phone": "", "language": Language.SWEDISH, "also": also}
    return lambda: invitations.correct_own_contact_details(mine, **details, by=by)


@act(counter_acts.withdraw_here, changes.CannotChange, *ACT_REFUSALS)
def withdraw_here(place: Place) -> Done:
    mine, by = place.slot, acting("adviser")
    digest = mine.version.digest
    return lambda: counter_acts.withdraw_here(mine, digest=digest, by=by)


@act(counter_acts.renew_here, changes.CannotChange, *ACT_REFUSALS)
def renew_here(place: Place) -> Done:
    mine, by = place.slot, acting("adviser")
    digest = mine.version.digest
    return lambda: counter_acts.renew_here(mine, digest=digest, by=by)


@act(counter_acts.decline_here, invitations.CannotDecline, invitations.NotInApplication, *ACT_REFUSALS)
def decline_here(place: Place) -> Done:
    mine, by = place.slot, acting("adviser")
    digest = mine.version.digest
    return lambda: counter_acts.decline_here(mine, digest=digest, by=by)


@act(id_checks.undo, id_checks.CannotUndo, ObjectDoesNotExist)
def undo(place: Place) -> Done:
    made, by = IdCheck.objects.get(pk=place.made.pk), acting("supervisor")
    return lambda: id_checks.undo(made, reason="It was somebody else's passport", by=by)


@act(id_checks.record, *CHECK_REFUSALS)
def record(place: Place) -> Done:
    mine, by = place.slot, acting("adviser")
    facts = {"digest": mine.version.digest, "code": end_of_code(mine), "is_doubtful": place.doubts}
    note = "Another face" if place.doubts else ""
    return lambda: id_checks.record(passport(country="SE", note=note), applicant=mine, by=by, **facts)


@act(
    id_checks.record,
    id_checks.CannotCheck,
    code_comparison.CannotCompare,
    learned_codes.CannotLearn,
    ObjectDoesNotExist,
)
def learn(place: Place) -> Done:
    mine, by = place.slot, acting("adviser")
    facts = {"digest": mine.version.digest, "code": place.code, "is_doubtful": False, "has_changed": bool(mine.hetu)}
    note = "The decision of the register was shown"
    return lambda: id_checks.record(passport(country="NO", note=note), applicant=mine, by=by, **facts)


@act(id_checks.decide, id_checks.CannotDecide, learned_codes.CannotLearn, ObjectDoesNotExist)
def decide(place: Place) -> Done:
    doubted, by = IdCheck.objects.get(pk=place.doubted.pk), acting("supervisor")
    return lambda: id_checks.decide(doubted, accepted=True, reason="Seen", by=by)


@act(account_issue.issue_account, *ACCOUNT_REFUSALS)
def issue(place: Place) -> Done:
    made, by, email = IdCheck.objects.get(pk=place.made.pk), acting("adviser"), place.address("issued")
    return lambda: account_issue.issue_account(made, email=email, by=by)


@act(account_issue.correct_account_address, *ACCOUNT_REFUSALS)
def move(place: Place) -> Done:
    mine, by = place.slot, acting("adviser")
    account, email = Account.objects.get(user__person=person(place.who)), place.address("moved")
    return lambda: account_issue.correct_account_address(account, email=email, applicant=mine, by=by)


@act(protection.set_mark, ObjectDoesNotExist)
def mark(place: Place) -> Done:
    mine, by = place.slot, acting("supervisor")
    return lambda: protection.set_mark(mine, protected=True, by=by)


@act(clock.tick)
def tick(_place: Place) -> Done:
    return clock.tick


@act(erasure.erase_person, erasure.CannotErase)
def erase(place: Place) -> Done:
    mine, by = place.slot, acting("supervisor")
    return lambda: erasure.erase_person(mine, reason="Asked for it", by=by)
