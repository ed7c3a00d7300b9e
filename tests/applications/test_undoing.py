"""What falls with an ID check, and what stays (C5)."""

import datetime as dt

import pytest

from applications import changes, clock, confirmation, document
from applications.models import Confirmation, StateChange
from mailing.models import Letter
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, application, confirm, state
from tests.applications.households import sent as household
from tests.applications.households import written
from tests.counter.checks import check, confirm_by_account, confirm_here, issue, slot, undo
from tests.staff import acting, staff

pytestmark = pytest.mark.django_db


def undone_letters():
    found = Letter.objects.filter(message="undone").order_by("pk")
    return [(letter.to.split("@")[0], letter.parameters.get("is_me", False)) for letter in found]


def valid_here(*who):
    """Return a valid application of these people, the first of whom confirmed at the counter, and their check."""
    sent = application(*who)
    made = check(sent, who[0])
    confirm_here(sent, who[0])
    for other in who[1:]:
        confirm(sent, other)
    assert state(sent) == "valid"
    return sent, made


def test_undo_of_a_valid_application_lets_it_wait_again():
    sent, made = valid_here(cast.MAIJA)

    assert confirmation.undo(made, by=acting("supervisor")) == [sent]

    change = StateChange.objects.filter(application=sent).latest("pk")
    assert (change.transition, change.from_state, change.to_state) == ("undone", "valid", "awaiting")
    assert (change.source, change.user) == ("counter", staff("supervisor"))


def test_undo_of_one_of_two_in_a_waiting_application_is_a_move_too():
    """R19"""
    sent = application(cast.MAIJA, cast.OLLI)
    made = check(sent, cast.OLLI)
    confirm_here(sent, cast.OLLI)

    assert undo(made) == [sent]

    change = StateChange.objects.filter(application=sent).latest("pk")
    assert (change.transition, change.from_state, change.to_state) == ("undone", "awaiting", "awaiting")


def test_letters_say_that_what_was_valid_is_no_longer_valid(time_machine):
    time_machine.move_to("2034-04-20T12:00:00+03:00")
    sent = household(cast.MAIJA, cast.OLLI, language="en")
    made = check(sent, cast.MAIJA, document_valid_until=dt.date(2036, 1, 31))
    confirm_here(sent, cast.MAIJA)
    confirm(sent, cast.OLLI)
    undo(made)
    Letter.objects.all().delete()

    time_machine.move_to("2034-07-12T12:00:00+03:00")
    clock.tick()

    subjects = {written(letter)[0] for letter in Letter.objects.filter(message="reminder", to="maija@example.test")}
    assert subjects == {f"{sent.number}: Your application is no longer valid. Confirm it."}


def test_undo_keeps_the_row_with_the_time():
    """R19"""
    sent, made = valid_here(cast.MAIJA)

    undo(made)

    row = Confirmation.objects.get()
    assert row.undone_at is not None
    assert (row.applicant, row.method, row.id_check) == (slot(sent, cast.MAIJA), "counter", made)


def test_undo_keeps_the_last_day():
    """R5"""
    sent, made = valid_here(cast.MAIJA)

    undo(made)

    last_day = sent.valid_until
    sent.refresh_from_db()
    assert sent.valid_until == last_day


def test_undo_tells_everybody_who_applies_and_the_person_too():
    """C5"""
    _, made = valid_here(cast.MAIJA, cast.OLLI)

    undo(made)

    assert undone_letters() == [("maija", True), ("olli", False)]


def test_undo_leaves_what_somebody_else_confirmed():
    sent, made = valid_here(cast.MAIJA, cast.OLLI)

    undo(made)

    assert [a.must_confirm for a in (slot(sent, cast.MAIJA), slot(sent, cast.OLLI))] == [True, False]


def test_undo_leaves_what_was_confirmed_on_another_check():
    sent = application(cast.MAIJA, cast.OLLI)
    made = check(sent, cast.MAIJA)
    check(sent, cast.OLLI)
    for who in (cast.MAIJA, cast.OLLI):
        confirm_here(sent, who)

    undo(made)

    assert [a.must_confirm for a in (slot(sent, cast.MAIJA), slot(sent, cast.OLLI))] == [True, False]


def test_undo_leaves_what_the_person_confirmed_at_a_bank():
    """A check on which nothing rests, for its person had bank codes after all."""
    sent = application(cast.MAIJA)
    made = check(sent, cast.MAIJA)
    confirm(sent, cast.MAIJA)

    assert undo(made) == []
    assert state(sent) == "valid"
    assert undone_letters() == []


def test_undo_leaves_what_was_confirmed_at_a_bank_after_a_former_undoing():
    sent, made = valid_here(cast.MAIJA)
    undo(made)
    confirm(sent, cast.MAIJA)

    assert confirmation.undo(made, by=acting("supervisor")) == []
    assert state(sent) == "valid"


def test_undo_of_what_was_confirmed_with_the_account_lets_it_wait_again():
    sent = application(cast.MAIJA)
    issue(made := check(sent, cast.MAIJA))
    confirm_by_account(sent, cast.MAIJA)

    assert undo(made) == [sent]
    assert state(sent) == "awaiting"


def test_undo_leaves_replaced_what_was_replaced():
    """R8: nothing leaves that state"""
    former = application(cast.MAIJA)
    sent, made = valid_here(cast.MAIJA)
    assert state(former) == "replaced"

    undo(made)

    assert (state(former), state(sent)) == ("replaced", "awaiting")


@pytest.mark.parametrize("days", [0, 91])
def test_undo_of_an_application_that_has_ended_leaves_it_so(time_machine, days):
    """R8: replaced, or past its last day before the clock has said so"""
    time_machine.move_to("2027-01-04T12:00:00+02:00")
    sent, made = valid_here(cast.MAIJA)
    if days:
        time_machine.shift(days * 24 * 60 * 60)
    else:
        confirm(application(cast.MAIJA), cast.MAIJA)
    before = state(sent)

    assert undo(made) == []
    assert state(sent) == before
    assert Confirmation.objects.get(id_check=made.pk).undone_at is not None
    assert undone_letters() == []


def test_undo_of_what_was_confirmed_of_a_former_version_moves_nothing():
    """R6"""
    sent, made = valid_here(cast.MAIJA)
    changed = document.parse(cast.document(cast.MAIJA, language="sv"))
    changes.put(sent, changed, tag=sent.version.digest, by=HOUSING_SYSTEM)
    confirm(sent, cast.MAIJA)

    assert undo(made) == []
    assert state(sent) == "valid"
    assert undone_letters() == []


def test_confirming_again_after_undoing_makes_it_valid():
    sent, made = valid_here(cast.MAIJA)
    undo(made)

    check(sent, cast.MAIJA)
    confirm_here(sent, cast.MAIJA)

    assert state(sent) == "valid"
    assert [row.undone_at is None for row in Confirmation.objects.order_by("pk")] == [False, True]


def test_confirming_at_a_bank_after_undoing_makes_it_valid():
    sent, made = valid_here(cast.MAIJA, cast.OLLI)
    undo(made)

    confirm(sent, cast.MAIJA)

    assert state(sent) == "valid"


@pytest.mark.parametrize(
    ("language", "number"), [("fi", "Hakemusnumero"), ("sv", "Ansökningsnummer"), ("en", "Application number")]
)
def test_letter_of_undoing_can_be_written_in_every_language(language, number):
    sent = household(cast.MAIJA, cast.OLLI, language=language)
    made = check(sent, cast.MAIJA)
    confirm_here(sent, cast.MAIJA)
    undo(made)

    for letter in Letter.objects.filter(message="undone"):
        subject, text, html = written(letter)
        assert all((subject, html))
        assert sent.number in text
        assert cast.MAIJA["hetu"] not in text
