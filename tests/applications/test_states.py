import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from applications import states
from applications.enums import State, Transition
from applications.models import StateChange
from core.actors import CLOCK, Actor, Role, Source
from tests import cast
from tests.applications.factories import application

pytestmark = pytest.mark.django_db

# The whole table of docs/rules.md, written out a second time.
ALLOWED = {
    ("awaiting", "confirmed"): "valid",
    ("awaiting", "changed"): "awaiting",
    ("valid", "changed"): "awaiting",
    ("awaiting", "undone"): "awaiting",
    ("valid", "undone"): "awaiting",
    ("valid", "renewed"): "valid",
    ("awaiting", "lapsed"): "lapsed",
    ("valid", "expired"): "expired",
    ("awaiting", "withdrawn"): "withdrawn",
    ("valid", "withdrawn"): "withdrawn",
    ("awaiting", "replaced"): "replaced",
    ("valid", "replaced"): "replaced",
}


@pytest.mark.parametrize("transition", Transition)
@pytest.mark.parametrize("state", State)
def test_only_the_transitions_of_the_table_are_allowed(state, transition):
    sent = application(cast.MAIJA)
    sent.state = state
    rows = StateChange.objects.count()

    expected = ALLOWED.get((state.value, transition.value))
    if expected is None:
        with pytest.raises(states.TransitionNotAllowed):
            states.transition(sent, transition, by=CLOCK, at=timezone.now())
        assert (sent.state, StateChange.objects.count()) == (state, rows)
    else:
        states.transition(sent, transition, by=CLOCK, at=timezone.now())
        assert (sent.state, StateChange.objects.count()) == (expected, rows + 1)


@pytest.mark.parametrize("transition", Transition)
@pytest.mark.parametrize("state", ["awaiting", "valid"])
def test_past_its_last_day_an_application_only_ends_by_time(state, transition, time_machine):
    """R5, R8: whether or not the clock has been there"""
    time_machine.move_to("2026-11-16T12:00:00+02:00", tick=False)
    sent = application(cast.MAIJA)
    sent.state = state
    time_machine.shift(dt.timedelta(days=91))

    if (state, transition.value) in {("awaiting", "lapsed"), ("valid", "expired")}:
        states.transition(sent, transition, by=CLOCK, at=timezone.now())
        assert sent.state == transition.value
    else:
        with pytest.raises(states.TransitionNotAllowed):
            states.transition(sent, transition, by=CLOCK, at=timezone.now())


def test_nothing_leaves_an_ended_state():
    assert {from_ for from_, _ in states.TRANSITIONS} == {None, State.AWAITING, State.VALID}


def test_state_change_of_a_person_names_the_person():
    sent = application(cast.MAIJA)

    with pytest.raises(IntegrityError), transaction.atomic():
        states.transition(sent, Transition.WITHDRAWN, by=Actor(Role.APPLICANT, Source.PERSON), at=timezone.now())
