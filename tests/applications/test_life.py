"""The life of applications as a state machine: whatever happens in whatever order, the rules hold."""

import datetime as dt

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from applications import changes, confirmation, deadlines, document
from applications.models import OPEN, Application, Confirmation, StateChange
from applications.states import TRANSITIONS
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, actor, application, confirm, person

EVERYBODY = [cast.MAIJA, cast.OLLI, cast.VERA, cast.TEA]
START = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)


class Life(RuleBasedStateMachine):
    sent = Bundle("sent")

    @initialize()
    def begin(self):
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.clock = time_machine.travel(START, tick=False)
        self.now = self.clock.start()
        for who in EVERYBODY:
            person(who)

    def teardown(self):
        self.clock.stop()
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @rule(target=sent, people=st.permutations(EVERYBODY[:3]), number=st.integers(1, 3), child=st.booleans())
    def send(self, people, number, child):
        return application(*people[:number], *([cast.TEA] if child else [])).pk

    @rule(pk=sent, who=st.sampled_from([*EVERYBODY, cast.OTSO]))
    def confirm(self, pk, who):
        before = self.picture(pk)
        try:
            made = confirm(Application.objects.get(pk=pk), who)
        except confirmation.CannotConfirm:
            assert self.picture(pk) == before
        else:
            assert made.applicant.version_id == Application.objects.get(pk=pk).current_id

    @rule(pk=sent, alone=st.booleans())
    def change(self, pk, alone):
        before = Application.objects.get(pk=pk)
        names = [cast.MAIJA] if alone else [cast.MAIJA, cast.OLLI]
        try:
            changes.change(
                before, document.parse(cast.document(*names)), digest=before.version.digest, by=HOUSING_SYSTEM
            )
        except changes.CannotChangeEnded:
            assert not before.is_open
        else:
            assert Application.objects.get(pk=pk).state == "awaiting"

    @rule(pk=sent, who=st.sampled_from(EVERYBODY))
    def renew(self, pk, who):
        before = Application.objects.get(pk=pk)
        try:
            changes.renew(before, by=actor(who))
        except changes.CannotChange:
            assert Application.objects.get(pk=pk).valid_until == before.valid_until
        else:
            assert before.status == "valid"

    @rule(days=st.integers(0, 60), clock_runs=st.booleans())
    def time_passes(self, days, clock_runs):
        self.now.shift(dt.timedelta(days=days))
        if clock_runs:
            for one in Application.objects.all():
                deadlines.end(one)

    @invariant()
    def state_follows_from_the_rows(self):
        for one in Application.objects.with_people():
            rows = list(StateChange.objects.filter(application=one).order_by("pk"))
            assert [r.to_state for r in rows[:-1]] == [r.from_state for r in rows[1:]]
            assert rows[-1].to_state == one.state
            assert all(TRANSITIONS[r.from_state or None, r.transition] == r.to_state for r in rows)

    @invariant()
    def valid_means_confirmed_by_every_adult(self):
        """R1; whoever turns 18 later does not undo it (R2), and nobody here does."""
        for one in Application.objects.with_people().filter(state__in=OPEN):
            assert (one.state == "valid") == (one.waits_for == [])

    @invariant()
    def one_valid_application_per_adult(self):
        """R9"""
        valid = Application.objects.with_people().filter(state="valid")
        adults = [a.hetu_index for one in valid for a in one.applicants if a.is_adult]
        assert len(adults) == len(set(adults))

    @invariant()
    def one_confirmation_per_person_and_version(self):
        """R12"""
        pairs = list(Confirmation.objects.values_list("person", "applicant__version"))
        assert len(pairs) == len(set(pairs))

    def picture(self, pk):
        one = Application.objects.get(pk=pk)
        return one.state, one.current_id, one.valid_until, Confirmation.objects.count()


@pytest.mark.django_db
def test_life_keeps_the_rules():
    thorough = settings(
        max_examples=40,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Life, settings=thorough)
