"""The life of applications as a state machine: whatever happens in whatever order, the rules hold."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from applications import clock, dates, drafts, invitation_links, invitations, present
from applications.form.change import data_of_change
from applications.models import OPEN, Application, Confirmation, Draft, IdCheck, StateChange
from applications.states import TRANSITIONS
from applications.verification import FAULTS
from identity.enums import Method
from mailing.models import Letter
from tests import cast
from tests.acts import ACTS, Place
from tests.applications.factories import applicant, application, invitation, person
from tests.staff import NAMES, staff
from upstream import clients
from upstream.models import ApiClient, Intake

# Nea turns 18 a month after the beginning; Tea is a child all along.
NEA = {"first_names": "Nea", "last_name": "Nieminen", "hetu": "201208A903S"}
ADULTS = [cast.MAIJA, cast.OLLI, cast.VERA]
EVERYBODY = [*ADULTS, NEA, cast.TEA]
START = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)
PROLONGING = ("sent", "changed", "renewed")
NOWHERE = IdCheck(pk=0)  # where nothing was checked


class Life(RuleBasedStateMachine):
    sent = Bundle("sent")

    @initialize(target=sent, people=st.permutations(ADULTS))
    def begin(self, people):
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.clock = time_machine.travel(START, tick=False)
        self.now = self.clock.start()
        self.ended = {}
        for who in EVERYBODY:
            person(who)
        for role in NAMES:
            staff(role)
        clients.issue("Housing system")
        return self.send(people[:2])

    def teardown(self):
        try:
            clock.tick()
            assert {word: places for word, fault in FAULTS.items() if (places := list(fault.find()))} == {}
        finally:
            self.clock.stop()
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def send(self, people):
        reference = f"HS-{Intake.objects.count()}"
        sent = application(*people, reference=reference)
        Intake.objects.create(client=ApiClient.objects.get(), reference=reference, application=sent)
        return sent.pk

    @rule(target=sent, people=st.permutations(ADULTS), number=st.integers(1, 2), young=st.sampled_from([[], [NEA]]))
    def another_is_sent(self, people, number, young):
        return self.send([*people[:number], *young]) if Intake.objects.count() < 4 else multiple()

    @rule(
        pk=sent,
        name=st.sampled_from(sorted(ACTS)),
        who=st.sampled_from(EVERYBODY),
        by_account=st.booleans(),
        doubts=st.booleans(),
        put=st.permutations(ADULTS),
        number=st.integers(1, 3),
    )
    def somebody_acts(self, pk, name, who, by_account, doubts, put, number):
        read = Application.objects.with_people().filter(pk=pk).first()
        if read is None:  # erased
            return
        main = next(each for each in EVERYBODY if each["last_name"] == read.applicants[0].last_name)
        checks = IdCheck.objects.filter(applicant__version__application=pk).order_by("pk")
        place = Place(
            sent=read,
            who=who,
            main=main,
            made=checks.exclude(account_key=None).last() or NOWHERE,
            doubted=checks.exclude(pending_reason="").last() or NOWHERE,
            put=(*put[:number], NEA),
            method=Method.ACCOUNT if by_account else Method.BANK,
            doubts=doubts,
        )
        if name == "change_by_form":
            self.begin_change(place)
        try:
            act = ACTS[name].prepare(place)
        except ObjectDoesNotExist:  # they do not apply, were not checked, or have no account
            return
        before = self.picture(pk)
        try:
            act()
        except ACTS[name].refusals:
            assert self.picture(pk) == before

    def begin_change(self, place):
        """Open the form of a change and answer one question otherwise, in place of what was begun."""
        Draft.objects.filter(application=place.sent).delete()
        version = place.sent.version
        data = data_of_change(present.document(version), place.sent.applicants[0])
        data["home"]["rooms"] = str(version.number % 9 + 1)
        drafts.begin_draft(data, language="fi", person=person(place.main), application=place.sent)

    @rule(pk=sent, who=st.sampled_from(ADULTS))
    def somebody_declines_by_the_link(self, pk, who):
        try:
            link = invitation(Application(pk=pk), who)
            invitations.decline_by_link(link)
        except (ObjectDoesNotExist, invitations.CannotDecline, invitation_links.CannotUseInvitation):
            return
        assert applicant(Application(pk=pk), who).declined_at

    @rule(days=st.integers(0, 60), clock_runs=st.booleans())
    def time_passes(self, days, clock_runs):
        self.now.shift(dt.timedelta(days=days))
        if clock_runs:
            clock.tick()

    @invariant()
    def state_follows_from_the_rows(self):
        for one in Application.objects.with_people():
            rows = list(StateChange.objects.filter(application=one).order_by("pk"))
            assert [r.to_state for r in rows[:-1]] == [r.from_state for r in rows[1:]]
            assert rows[-1].to_state == one.state
            assert all(TRANSITIONS[r.from_state or None, r.transition] == r.to_state for r in rows)
            # R5
            since = next(r.at for r in reversed(rows) if r.transition in PROLONGING)
            assert one.valid_until == dates.valid_until(since)

    @invariant()
    def valid_means_confirmed_by_every_adult(self):
        """R1; whoever turned 18 later does not undo it (R2)."""
        for one in Application.objects.with_people().filter(state__in=OPEN):
            if one.state == "awaiting":
                assert one.waits_for
            else:
                since = self.valid_since(one)
                assert not [a for a in one.waits_for if dates.is_adult(a.birth_date, on=since)]

    @invariant()
    def ended_is_ended(self):
        """R8"""
        ended = dict(Application.objects.exclude(state__in=OPEN).values_list("pk", "state"))
        kept = set(Application.objects.values_list("pk", flat=True))
        assert {pk: state for pk, state in self.ended.items() if pk in kept}.items() <= ended.items()
        self.ended = ended

    @invariant()
    def one_valid_application_per_adult(self):
        """R9; whoever turned 18 since may apply in two (ADR 4)."""
        valid = Application.objects.with_people().filter(state="valid")
        adults = [
            a.hetu_index
            for one in valid
            for a in one.applicants
            if dates.is_adult(a.birth_date, on=self.valid_since(one))
        ]
        assert len(adults) == len(set(adults))

    @invariant()
    def one_confirmation_and_one_receipt_per_person_and_version(self):
        """R6, R10, R12"""
        counting = Confirmation.objects.filter(undone_at=None).select_related("applicant__version")
        pairs = [(c.person_id, c.applicant.version_id) for c in counting]
        assert len(pairs) == len(set(pairs))
        assert all(c.digest == c.applicant.version.digest and c.applicant.declined_at is None for c in counting)
        receipts = Letter.objects.filter(message="receipt").values_list("recipient", flat=True)
        given = Confirmation.objects.exclude(applicant__email="")
        assert sorted(receipts) == sorted(f"applicant {c.applicant_id}" for c in given)

    def valid_since(self, one):
        made = StateChange.objects.filter(application=one, transition__in=["confirmed", "renewed"])
        return timezone.localdate(made.latest("pk").at)

    def picture(self, pk):
        one = Application.objects.filter(pk=pk).first()
        return one and (one.state, one.current_id, one.valid_until, Confirmation.objects.count())


@pytest.mark.django_db
def test_life_keeps_the_rules():
    thorough = settings(
        max_examples=25,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Life, settings=thorough)
