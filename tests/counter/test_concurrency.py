"""Several at the counter in the same second, each over a connection of their own, on either database."""

import contextlib

import pytest
from django.db import connection, transaction

from applications.models import Confirmation, IdCheck, StateChange
from counter import account_issue, id_checks
from counter.models import SecondLook, Undoing
from identity import accounts
from identity.models import Account
from mailing.models import Letter
from tests import cast
from tests.applications.factories import application, confirm, state
from tests.applications.test_concurrency import at_once
from tests.counter.checks import (
    check,
    confirm_by_account,
    confirm_here,
    doubtful,
    issue,
    people_before,
    slot,
    status,
    undo,
)
from tests.staff import acting

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 4


@pytest.fixture(autouse=True)
def _people():
    people_before()


def kinds(outcomes):
    return sorted(type(outcome).__name__ for outcome in outcomes)


def test_two_advisers_and_a_double_click_make_one_check():
    for _ in range(ROUNDS):
        sent = application(cast.MAIJA, cast.OLLI)

        made = at_once(
            *[lambda sent=sent, by=by: check(sent, cast.MAIJA, by=by) for by in ("adviser", "adviser", "supervisor")]
        )

        assert kinds(made) == ["AlreadyChecked", "AlreadyChecked", "IdCheck"]
        assert IdCheck.objects.filter(applicant__version__application=sent).count() == 1


def test_two_advisers_and_a_double_click_make_one_confirmation():
    for _ in range(ROUNDS):
        sent = application(cast.MAIJA)
        check(sent, cast.MAIJA)

        done = at_once(
            *[
                lambda sent=sent, by=by: confirm_here(sent, cast.MAIJA, by=by)
                for by in ("adviser", "adviser", "supervisor")
            ]
        )

        assert len({each.pk for each in done}) == 1
        assert StateChange.objects.filter(application=sent, transition="confirmed").count() == 1


def test_confirming_at_the_counter_and_at_the_bank_at_once_is_one_confirmation():
    for _ in range(ROUNDS):
        sent = application(cast.MAIJA)
        check(sent, cast.MAIJA)

        done = at_once(lambda sent=sent: confirm_here(sent, cast.MAIJA), lambda sent=sent: confirm(sent, cast.MAIJA))

        assert len({each.pk for each in done}) == 1
        assert state(sent) == "valid"


def test_one_at_the_counter_and_the_other_at_the_bank_at_once_make_it_valid():
    for _ in range(ROUNDS):
        sent = application(cast.MAIJA, cast.OLLI)
        check(sent, cast.MAIJA)

        done = at_once(lambda sent=sent: confirm_here(sent, cast.MAIJA), lambda sent=sent: confirm(sent, cast.OLLI))

        assert kinds(done) == ["Confirmation", "Confirmation"]
        assert state(sent) == "valid"


def test_two_second_looks_at_once_are_one_decision():
    for _ in range(ROUNDS):
        made = doubtful(application(cast.MAIJA), cast.MAIJA)

        looks = at_once(
            *[
                lambda made=made, yes=yes: id_checks.decide(made, accepted=yes, reason="Seen", by=acting("supervisor"))
                for yes in (True, False)
            ]
        )

        assert kinds(looks) == ["CheckNotWaiting", "SecondLook"]
        assert SecondLook.objects.filter(check_made=made).count() == 1


def test_undoing_twice_at_once_undoes_once():
    for _ in range(ROUNDS):
        sent = application(cast.MAIJA)
        made = check(sent, cast.MAIJA)
        confirm_here(sent, cast.MAIJA)

        done = at_once(*[lambda made=made: undo(made) for _ in range(2)])

        assert kinds(done) == ["AlreadyUndone", "list"]
        assert Undoing.objects.filter(check_made=made).count() == 1
        assert state(sent) == "awaiting"
        assert Letter.objects.filter(message="undone", parameters__reference=sent.reference).count() == 1


def test_undoing_while_it_is_confirmed_here_leaves_nothing_that_rests_on_it():
    for _ in range(ROUNDS):
        sent = application(cast.MAIJA)
        made = check(sent, cast.MAIJA)

        undone, confirmed = at_once(lambda made=made: undo(made), lambda sent=sent: confirm_here(sent, cast.MAIJA))

        # Either the check fell first, and nothing was confirmed, or the confirmation fell with it.
        assert isinstance(undone, list)
        assert type(confirmed).__name__ in {"Confirmation", "CheckFirst"}
        assert state(sent) == "awaiting"
        assert Confirmation.objects.filter(id_check=made.pk, undone_at=None).count() == 0


def test_undoing_while_it_is_confirmed_by_account_leaves_nothing_that_rests_on_it():
    for _ in range(ROUNDS):
        sent = application(cast.MAIJA)
        made = check(sent, cast.MAIJA)
        issue(made)

        undone, confirmed = at_once(
            lambda made=made: undo(made), lambda sent=sent: confirm_by_account(sent, cast.MAIJA)
        )

        assert isinstance(undone, list)
        assert isinstance(confirmed, Confirmation | accounts.AccountClosed)
        assert (status(made), state(sent)) == ("undone", "awaiting")
        assert Confirmation.objects.filter(id_check=made.pk, undone_at=None).count() == 0


def test_confirming_by_account_does_not_wait_for_whoever_holds_its_check():
    """They would wait for each other: undoing locks the check before the application, confirming after it."""
    sent = application(cast.MAIJA)
    made = check(sent, cast.MAIJA)
    issue(made)

    with contextlib.ExitStack() as held:
        if connection.vendor == "postgresql":  # SQLite lets one write at a time
            held.enter_context(transaction.atomic())
            id_checks.lock_sound(made)
        [done] = at_once(lambda: confirm_by_account(sent, cast.MAIJA))

    assert isinstance(done, Confirmation)


def test_undoing_while_the_account_is_issued_leaves_no_open_account():
    for _ in range(ROUNDS):
        made = check(application(cast.MAIJA), cast.MAIJA)

        undone, issued = at_once(lambda made=made: undo(made), lambda made=made: issue(made))

        assert isinstance(undone, list)
        assert type(issued).__name__ in {"Account", "NotChecked"}
        assert Account.objects.filter(closed_at=None).count() == 0


def test_undoing_while_the_other_one_confirms_at_the_bank_waits_for_one():
    for _ in range(ROUNDS):
        sent = application(cast.MAIJA, cast.OLLI)
        made = check(sent, cast.MAIJA)
        confirm_here(sent, cast.MAIJA)

        done = at_once(lambda made=made: undo(made), lambda sent=sent: confirm(sent, cast.OLLI))

        assert kinds(done) == ["Confirmation", "list"]
        assert state(sent) == "awaiting"
        assert [slot(sent, who).must_confirm for who in (cast.MAIJA, cast.OLLI)] == [True, False]


def test_undoing_while_the_account_is_moved_on_another_check_leaves_no_account_on_the_undone_one(time_machine):
    for number in range(ROUNDS):
        time_machine.move_to(f"2027-01-{4 + 2 * number:02}T12:00:00+02:00")
        sent = application(cast.MAIJA)
        first = check(sent, cast.MAIJA)
        account = issue(first, email=f"first{number}@example.test")
        time_machine.shift(24 * 60 * 60)
        check(sent, cast.MAIJA)
        mine = slot(sent, cast.MAIJA)

        undone, moved = at_once(
            lambda made=first: undo(made),
            lambda account=account, mine=mine, number=number: account_issue.correct_account_address(
                account, email=f"second{number}@example.test", applicant=mine, by=acting("adviser")
            ),
        )

        assert isinstance(undone, list)
        assert moved is None or isinstance(moved, accounts.AccountClosed)
        assert Account.objects.filter(id_check=first, closed_at=None).count() == 0
        if moved is None:
            assert Account.objects.get().closed_at is None


def test_doubt_in_one_application_while_the_person_passes_in_another_is_passed_by_in_neither(time_machine):
    for number in range(ROUNDS):
        time_machine.move_to(f"2027-{number + 1:02}-04T12:00:00+02:00")  # the doubts of the last round have run out
        one, other = application(cast.MAIJA), application(cast.MAIJA)

        doubted, passed = at_once(
            lambda one=one: doubtful(one, cast.MAIJA),
            lambda other=other: check(other, cast.MAIJA, by="supervisor", note="Her passport"),
        )

        assert kinds([doubted, passed]) == ["IdCheck", "IdCheck"]
        [refused] = at_once(lambda other=other: confirm_here(other, cast.MAIJA, by="supervisor"))
        assert type(refused).__name__ in {"SecondLookWaits", "CheckFirst"}
        assert state(other) == "awaiting"
        for made in (doubted, passed):
            if status(made) == "waiting":
                id_checks.decide(made, accepted=False, reason="Not her", by=acting("operator"))
