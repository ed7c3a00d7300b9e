"""What rests on an ID check, and so falls when the check is undone (C5)."""

from collections.abc import Iterator
from dataclasses import dataclass

from applications import confirmation, learned_codes
from applications.enums import Act, Transition
from applications.models import Applicant, Application, Confirmation, IdCheck, RecordedAct, StateChange
from identity.enums import Method
from identity.models import Account
from records.enums import Event
from records.models import Entry
from records.names import application_keys


@dataclass(frozen=True)
class Falls:
    """Everything that rests on a check now, and what was done through its account, which stays as it is."""

    confirmations: list[tuple[Confirmation, Application, bool]]  # and whether the application waits again
    accounts: list[Account]
    codes: list[Applicant]  # slots of current versions from which the code that was learned by it is taken
    acts: list[tuple[RecordedAct, Application, bool]]  # and whether the application waits for the person again
    contact_details: list[tuple[Entry, Application | None]]  # changes of them, and where
    changes: list[StateChange]  # applications changed, renewed or withdrawn


def what_falls(check: IdCheck) -> Falls:
    """Return what undoing this check takes down, and what its account has done since the check."""
    resting = confirmation.resting_on(check)
    found = resting.select_related("applicant__version__application").defer("applicant__version__content")
    confirmations = [(one, one.applicant.version.application) for one in found]
    resting_accounts = list(learned_codes.accounts_resting_on(check))
    bearing = check.slots_with_its_code.filter(version__current_of__isnull=False)
    users = [account.user_id for account in resting_accounts]
    made = StateChange.objects.filter(user__in=users, how=Method.ACCOUNT, at__gte=check.checked_at)
    changes = made.exclude(transition__in=[Transition.CONFIRMED, Transition.REPLACED])
    return Falls(
        [(one, sent, sent.is_open and sent.current_id == one.applicant.version_id) for one, sent in confirmations],
        resting_accounts,
        list(
            bearing.select_related("version__application").defer("version__content").order_by("version__application")
        ),
        list(_acts(check)),
        _contact_details_changed(users, check),
        list(changes.select_related("application").order_by("pk")),
    )


def _acts(check: IdCheck) -> Iterator[tuple[RecordedAct, Application, bool]]:
    """Yield what the person did at the counter on the strength of this check (ADR 27)."""
    slot = check.applicant
    sent = slot.version.application
    for act in check.acts.filter(undone_at=None).order_by("pk"):
        yield act, sent, act.kind == Act.DECLINED and sent.is_open and sent.current_id == slot.version_id


def _contact_details_changed(users: list[int], check: IdCheck) -> list[tuple[Entry, Application | None]]:
    """Return the changes of contact details, and of addresses of invitations, that holders made by their account."""
    events = [Event.CONTACT_DETAILS_CHANGED, Event.ADDRESS_CHANGED]
    made = Entry.objects.filter(user__in=users, at__gte=check.checked_at, event__in=events)
    entries = list(made.filter(facts__method=Method.ACCOUNT).select_related("chain").order_by("pk"))
    keys = {name: key for key, name in application_keys(entry.chain.name for entry in entries).items()}
    applications = Application.objects.in_bulk(keys.values())
    return [(entry, applications.get(keys[entry.chain.name])) for entry in entries]
