"""A supervisor decides on a form from paper in the same second as somebody else acts (R12)."""

import pytest

from applications.models import Confirmation, IdCheck, StateChange
from tests import cast
from tests.applications.factories import confirm, state
from tests.applications.test_concurrency import at_once
from tests.counter.checks import people_before, status, undo
from tests.counter.test_paper_day import decide, enter, sent_before

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 3


@pytest.fixture(autouse=True)
def _people():
    people_before()


def kinds(outcomes):
    return sorted(type(outcome).__name__ for outcome in outcomes)


def test_two_decisions_at_once_confirm_once():
    for _ in range(ROUNDS):
        sent = sent_before(cast.MAIJA)
        made = enter(sent, cast.MAIJA)

        looks = at_once(*[lambda made=made: decide(made)] * 2)

        assert kinds(looks) == ["CheckNotWaiting", "SecondLook"]
        assert StateChange.objects.filter(application=sent, transition="confirmed").count() == 1


def test_form_that_two_enter_at_once_is_stored_once():
    for _ in range(ROUNDS):
        sent = sent_before(cast.MAIJA)

        done = at_once(
            lambda sent=sent: enter(sent, cast.MAIJA),
            lambda sent=sent: enter(sent, cast.MAIJA, hours=25, by="supervisor"),
        )

        assert kinds(done) in (["AlreadyChecked", "IdCheck"], ["FormWaits", "IdCheck"])
        assert IdCheck.objects.filter(applicant__version__application=sent).count() == 1


def test_decision_and_confirming_at_the_bank_at_once_are_one_confirmation():
    for _ in range(ROUNDS):
        sent = sent_before(cast.MAIJA)
        made = enter(sent, cast.MAIJA)

        done = at_once(lambda made=made: decide(made), lambda sent=sent: confirm(sent, cast.MAIJA))

        assert kinds(done) == ["Confirmation", "SecondLook"]
        assert Confirmation.objects.filter(applicant__version__application=sent).count() == 1
        assert state(sent) == "valid"


def test_decision_and_undoing_at_once_leave_no_confirmation():
    for _ in range(ROUNDS):
        sent = sent_before(cast.MAIJA)
        made = enter(sent, cast.MAIJA)

        done = at_once(lambda made=made: decide(made), lambda made=made: undo(made))

        assert status(made) == "undone"
        assert kinds(done) in (["CheckNotWaiting", "list"], ["SecondLook", "list"])
        assert state(sent) == "awaiting"


def test_decisions_on_two_applications_of_one_person_at_once_leave_one_valid():
    """R9"""
    for _ in range(ROUNDS):
        one, other = (sent_before(cast.MAIJA) for _ in range(2))
        first, second = enter(one, cast.MAIJA), enter(other, cast.MAIJA, hours=27)

        done = at_once(lambda first=first: decide(first), lambda second=second: decide(second))

        assert kinds(done) == ["SecondLook", "SecondLook"]
        assert sorted([state(one), state(other)]) == ["replaced", "valid"]
