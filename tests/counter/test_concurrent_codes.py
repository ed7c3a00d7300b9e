"""A code is learned in the same second in which somebody else acts, each over a connection of their own (R3, R12)."""

import pytest

from applications import changes, learned_codes
from applications.models import Confirmation, LearnedCode
from applications.verification import FAULTS
from counter import id_checks
from identity import people
from identity.claims import Identity
from identity.enums import Method
from identity.models import Person
from tests import cast
from tests.applications.factories import actor, application, confirm, person, state
from tests.applications.test_concurrency import at_once
from tests.counter.checks import ETHAN, check, confirm_here, decide, people_before, slot, undo
from tests.counter.learned import CODE, KNOWN_ETHAN, NEW_CODE, NEW_OLLI, change_code, codes, learn, put
from tests.counter.test_concurrency import kinds

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 3


@pytest.fixture(autouse=True)
def _people():
    people_before()


def faults():
    return {word: places for word, fault in FAULTS.items() if (places := list(fault.find()))}


def identify(who):
    """Let somebody identify themselves at a bank."""
    identity = Identity(
        hetu=who["hetu"], first_names=who["first_names"], last_name=who["last_name"], method=Method.BANK
    )
    return people.recognise(identity, language="fi", at=person(cast.MAIJA).identified_at)


def test_two_advisers_and_a_double_click_learn_a_code_once():
    for _ in range(ROUNDS):
        sent = application(cast.MAIJA, ETHAN)

        made = at_once(*[lambda sent=sent, by=by: learn(sent, by=by) for by in ("adviser", "adviser", "supervisor")])

        assert kinds(made) == ["AlreadyChecked", "AlreadyChecked", "IdCheck"]
        assert LearnedCode.objects.filter(id_check__applicant__version__application=sent).count() == 1
    assert faults() == {}


def test_two_advisers_who_read_different_codes_record_one_of_them():
    for _ in range(ROUNDS):
        sent = application(cast.MAIJA, ETHAN)

        made = at_once(
            lambda sent=sent: learn(sent), lambda sent=sent: learn(sent, code="140390-904U", by="supervisor")
        )

        assert kinds(made) in (["CodeDiffers", "IdCheck"], ["IdCheck", "SlotChanged"])
    assert faults() == {}


def test_learning_a_code_while_the_housing_system_changes_the_application_keeps_it_or_says_so():
    for _ in range(ROUNDS):
        sent = application(cast.MAIJA, ETHAN)
        read = slot(sent, ETHAN).version.digest

        made = at_once(lambda sent=sent: learn(sent), lambda sent=sent: put(sent, cast.MAIJA, ETHAN))

        changed = slot(sent, ETHAN).version.digest != read
        is_learned = type(made[0]) is not id_checks.SlotChanged
        assert changed
        assert codes(sent) == [cast.MAIJA["hetu"], CODE if is_learned else None]
    assert faults() == {}


def test_learning_a_code_while_the_person_confirms_at_the_counter_leaves_both_or_says_so():
    for _ in range(ROUNDS):
        sent = application(cast.MAIJA, ETHAN)
        check(sent, ETHAN)

        done = at_once(lambda sent=sent: learn(sent), lambda sent=sent: confirm_here(sent, ETHAN))

        assert codes(sent) == [cast.MAIJA["hetu"], CODE]
        assert kinds(done)[0] in {"Changed", "Confirmation"}
        confirm_here(sent, ETHAN)
        assert Confirmation.objects.get(applicant__version__application=sent).undone_at is None
    assert faults() == {}


def test_undoing_the_check_while_the_person_confirms_by_the_code_leaves_no_confirmation():
    person(KNOWN_ETHAN)
    for _ in range(ROUNDS):
        sent = application(cast.MAIJA, ETHAN)
        confirm(sent, cast.MAIJA)
        made = learn(sent)

        at_once(lambda made=made: undo(made), lambda sent=sent: confirm(sent, KNOWN_ETHAN))

        assert codes(sent) == [cast.MAIJA["hetu"], None]
        assert state(sent) == "awaiting"
    assert faults() == {}


def test_code_changes_while_its_holder_identifies_themselves_by_it_for_the_first_time():
    for _ in range(ROUNDS):
        sent = application(cast.MAIJA, cast.OLLI)
        made = change_code(sent, is_accepted=False)

        outcomes = at_once(lambda made=made: decide(made), lambda: identify(NEW_OLLI))

        assert [each for each in outcomes if isinstance(each, Exception)] == []
        assert codes(sent)[1] == NEW_CODE
        assert Person.objects.filter(pk=person(NEW_OLLI).pk, confirmations__isnull=True).count() == 1
        assert faults() == {}
        undo(made)
        assert faults() == {}


def test_code_changes_while_an_application_comes_in_under_the_former_one():
    for _ in range(ROUNDS):
        sent = application(cast.MAIJA, cast.OLLI)
        made = change_code(sent, is_accepted=False)

        outcomes = at_once(lambda made=made: decide(made), lambda: application(cast.OLLI))

        assert codes(outcomes[1]) == [NEW_CODE]
        undo(made)
        assert codes(outcomes[1]) == [cast.OLLI["hetu"]]
    assert faults() == {}


def test_check_is_undone_while_an_application_comes_in_under_the_former_code():
    for _ in range(ROUNDS):
        sent = application(cast.MAIJA, cast.OLLI)
        made = change_code(sent)

        outcomes = at_once(lambda made=made: undo(made), lambda: application(cast.OLLI))

        assert codes(outcomes[1]) == [cast.OLLI["hetu"]]
    assert faults() == {}


def test_code_changes_in_two_applications_at_once_and_is_one_change():
    for _ in range(ROUNDS):
        first, second = application(cast.MAIJA, cast.OLLI), application(cast.OLLI, cast.VERA)
        made = [change_code(sent, is_accepted=False) for sent in (first, second)]

        outcomes = at_once(*[lambda each=each: decide(each) for each in made])

        assert {type(each).__name__ for each in outcomes} <= {"SecondLook", "LearnedOtherwise", "CheckNotWaiting"}
        assert (codes(first)[1], codes(second)[0]) == (NEW_CODE, NEW_CODE)
        assert faults() == {}
        for each in (first, second):
            changes.withdraw(each, by=actor(NEW_OLLI))
        for learned in LearnedCode.objects.in_effect():
            undo(learned.id_check)
        assert (codes(first)[1], codes(second)[0]) == (cast.OLLI["hetu"], cast.OLLI["hetu"])


def test_loser_of_two_codes_for_one_slot_is_told():
    sent = application(cast.MAIJA, cast.OLLI)
    first = change_code(sent, is_accepted=False)
    second = change_code(sent, code="020594X904R", is_accepted=False, by="supervisor")

    outcomes = at_once(lambda: decide(first), lambda: decide(second, by="adviser"))

    assert {"LearnedOtherwise", "CheckNotWaiting"} & {type(each).__name__ for each in outcomes} or isinstance(
        outcomes[0], learned_codes.CannotLearn
    )
    assert LearnedCode.objects.in_effect().count() == 1
    assert faults() == {}
