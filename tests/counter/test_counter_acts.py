"""Whoever has no bank codes renews, withdraws and declines at the counter (R7, R10, R11), on a check of today."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from applications import application_removal, changes, dates, document, invitations, states
from applications.enums import Transition
from applications.models import Application, RecordedAct, StateChange
from counter import counter_acts, id_checks
from mailing.models import Letter
from records.models import Entry
from tests import cast
from tests.applications.conftest import sign_in  # noqa: F401  # a fixture
from tests.applications.factories import HOUSING_SYSTEM, applicant, application, confirm, state
from tests.applications.households import sent as household
from tests.applications.households import written
from tests.counter.broken_trail import refusing
from tests.counter.checks import (
    ETHAN,
    GUN,
    check,
    confirm_here,
    decline_here,
    doubtful,
    renew_here,
    slot,
    undo,
    withdraw_here,
)
from tests.counter.desk.arranged import text_of
from tests.interleaving import before_lock
from tests.staff import acting, staff

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 11, 20, 10, tzinfo=dt.UTC)
ACTS = [renew_here, withdraw_here, decline_here]


def valid_with_ethan(time_machine):
    """Return a valid application of Maija and of Ethan, who has no code, on the day after it became valid."""
    time_machine.move_to(NOON)
    sent = household(cast.MAIJA, {**ETHAN, "email": "ethan@example.test", "language": "en"}, language="en")
    confirm(sent, cast.MAIJA)
    check(sent, ETHAN)
    confirm_here(sent, ETHAN)
    time_machine.shift(dt.timedelta(days=1))
    return sent


def waiting_with_ethan():
    return household(cast.MAIJA, {**ETHAN, "email": "ethan@example.test", "language": "en"}, language="en")


def last_day(sent):
    return Application.objects.get(pk=sent.pk).valid_until


def declined(sent, who):
    return slot(sent, who).declined_at is not None


def letters_since(number):
    found = Letter.objects.order_by("pk")[number:]
    return {(letter.message, letter.to.split("@")[0]) for letter in found}


# --- Whoever has no bank codes and no account ----------------------------------------------------------------


def test_whoever_has_no_code_renews_and_does_not_lose_the_application(time_machine):
    sent = valid_with_ethan(time_machine)
    made, before = check(sent, ETHAN), Letter.objects.count()

    renew_here(sent, ETHAN)

    change = StateChange.objects.get(transition="renewed")
    assert (state(sent), last_day(sent)) == ("valid", dates.valid_until(timezone.now()))
    assert (change.source, change.user, change.how) == ("counter", staff("adviser"), "")
    assert (change.recorded_act.id_check, change.recorded_act.staff) == (made, staff("adviser"))
    assert letters_since(before) == {("renewed", "maija"), ("renewed", "ethan")}


def test_whoever_has_no_code_withdraws(time_machine):
    sent = valid_with_ethan(time_machine)
    made, before = check(sent, ETHAN), Letter.objects.count()

    withdraw_here(sent, ETHAN)

    assert (state(sent), made.acts.get().change.transition) == ("withdrawn", "withdrawn")
    assert letters_since(before) == {("withdrawn", "maija"), ("withdrawn", "ethan")}


def test_whoever_has_no_code_declines_and_the_others_are_told():
    sent = waiting_with_ethan()
    made, before = check(sent, ETHAN), Letter.objects.count()

    decline_here(sent, ETHAN)

    assert (declined(sent, ETHAN), made.acts.get().kind) == (True, "declined")
    assert letters_since(before) == {("declined", "maija")}


def test_whoever_has_declined_may_still_withdraw():
    """ADR 24"""
    sent = application(cast.MAIJA, cast.OLLI)
    invitations.decline(applicant(sent, cast.OLLI))
    check(sent, cast.OLLI)

    withdraw_here(sent, cast.OLLI)

    assert state(sent) == "withdrawn"


def test_trail_names_the_check_the_person_and_the_adviser():
    sent = waiting_with_ethan()
    made = check(sent, ETHAN)

    decline_here(sent, ETHAN)
    withdraw_here(sent, ETHAN)

    entries = Entry.objects.filter(event__in=["person_declined", "withdrawn"]).order_by("pk")
    assert [(entry.subject, entry.role, entry.facts) for entry in entries] == [
        (f"applicant {slot(sent, ETHAN).pk}", "adviser", {"id_check": made.pk})
    ] * 2


def test_letters_tell_the_others_that_it_was_recorded_at_the_counter(time_machine):
    sent = valid_with_ethan(time_machine)
    check(sent, ETHAN)

    renew_here(sent, ETHAN)
    withdraw_here(sent, ETHAN)

    said = "This was recorded at customer service, where the identity of “Ethan Evans” was checked."
    found = Letter.objects.filter(message__in=["renewed", "withdrawn"])
    assert [said in part for letter in found for part in written(letter)[1:]] == [True] * 8


# --- It rests on a sound check of today ----------------------------------------------------------------------


@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_recorded_without_a_check_of_today(act, time_machine):
    time_machine.move_to("2027-01-04T23:59:00+02:00", tick=False)
    sent = application(cast.MAIJA, cast.OLLI)
    check(sent, cast.OLLI)
    time_machine.move_to("2027-01-05T00:01:00+02:00", tick=False)

    with pytest.raises(id_checks.CheckFirst):
        act(sent, cast.OLLI)

    assert RecordedAct.objects.count() == 0


@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_recorded_on_a_check_that_was_undone_or_is_of_somebody_else(act):
    sent = application(cast.MAIJA, cast.OLLI)
    undo(check(sent, cast.OLLI))
    check(sent, cast.MAIJA)

    with pytest.raises(id_checks.CheckFirst):
        act(sent, cast.OLLI)


@pytest.mark.parametrize("act", ACTS)
def test_doubt_about_the_person_is_passed_by_in_no_act(act):
    """C4"""
    sent = application(cast.MAIJA, cast.OLLI)
    check(sent, cast.OLLI)
    doubtful(sent, cast.OLLI, by="supervisor")

    with pytest.raises(id_checks.SecondLookWaits):
        act(sent, cast.OLLI)


@pytest.mark.parametrize("act", ACTS)
def test_page_of_a_former_version_records_nothing(act):
    sent = application(cast.MAIJA, cast.OLLI)
    check(sent, cast.OLLI)

    with pytest.raises(id_checks.SlotChanged):
        act(sent, cast.OLLI, digest="0" * 64)


@pytest.mark.parametrize(
    ("record", "refusal"),
    [
        (counter_acts.renew_here, changes.NotLatest),
        (counter_acts.withdraw_here, changes.NotLatest),
        (counter_acts.decline_here, invitations.NotInApplication),
    ],
)
def test_change_that_comes_first_is_not_withdrawn_or_declined_unseen(record, refusal):
    """C2: the check holds for the version that the adviser saw."""
    sent = application(cast.MAIJA, cast.OLLI)
    check(sent, cast.OLLI)
    seen = slot(sent, cast.OLLI)
    changed = document.parse(cast.document(cast.MAIJA, cast.OLLI, language="sv"))
    changes.put(sent, changed, tag=seen.version.digest, by=HOUSING_SYSTEM)

    with pytest.raises(refusal):
        record(seen, digest=seen.version.digest, by=acting("adviser"))

    assert RecordedAct.objects.count() == 0


@pytest.mark.parametrize("act", ACTS)
def test_undoing_that_comes_first_leaves_nothing_to_rest_on(act, time_machine):
    sent = waiting_with_ethan() if act == decline_here else valid_with_ethan(time_machine)
    made = check(sent, ETHAN)

    with before_lock(lambda: undo(made)), pytest.raises(id_checks.CheckFirst):
        act(sent, ETHAN)

    assert RecordedAct.objects.count() == 0


@pytest.mark.parametrize("act", ACTS)
def test_end_that_comes_between_check_and_application_is_the_last_word(act, time_machine):
    """R8"""
    sent = waiting_with_ethan() if act == decline_here else valid_with_ethan(time_machine)
    check(sent, ETHAN)

    with (
        before_lock(lambda: changes.withdraw(sent, by=HOUSING_SYSTEM), number=2),
        pytest.raises((changes.CannotChangeEnded, invitations.CannotDeclineEnded)),
    ):
        act(sent, ETHAN)

    assert RecordedAct.objects.count() == 0


def test_staff_renew_and_withdraw_nothing_without_a_check_whatever_calls():
    sent = application(cast.MAIJA)

    with pytest.raises(TypeError):
        changes.withdraw(sent, by=acting("supervisor"))
    with pytest.raises(TypeError):
        states.transition(sent, Transition.RENEWED, by=acting("adviser"), at=timezone.now())


# --- The rules are those of the web --------------------------------------------------------------------------


def test_whoever_has_not_confirmed_renews_nothing():
    """R7"""
    sent = application(cast.MAIJA, cast.OLLI)
    check(sent, cast.OLLI)

    with pytest.raises(changes.MustConfirmFirst):
        renew_here(sent, cast.OLLI)


def test_renewing_replaces_the_other_valid_application_of_an_adult(time_machine):
    """ADR 24"""
    time_machine.move_to("2034-04-20T12:00:00+03:00")  # Tea is 18 on 1 May 2034
    with_olli, with_maija = application(cast.OLLI, cast.TEA), application(cast.MAIJA, cast.TEA)
    confirm(with_olli, cast.OLLI)
    confirm(with_maija, cast.MAIJA)
    time_machine.move_to("2034-05-02T12:00:00+03:00")
    confirm(with_olli, cast.TEA)
    confirm(with_maija, cast.TEA)
    check(with_maija, cast.MAIJA, document_valid_until=dt.date(2036, 1, 31))

    renew_here(with_maija, cast.MAIJA)

    assert (state(with_maija), state(with_olli)) == ("valid", "replaced")


def test_main_applicant_does_not_decline_and_withdraws_instead():
    sent = application(cast.MAIJA, cast.OLLI)
    check(sent, cast.MAIJA)

    with pytest.raises(invitations.CannotDeclineMain):
        decline_here(sent, cast.MAIJA)


def test_whoever_has_confirmed_does_not_decline():
    """R10"""
    sent = application(cast.MAIJA, cast.OLLI)
    confirm(sent, cast.OLLI)
    check(sent, cast.OLLI)

    with pytest.raises(invitations.CannotDeclineConfirmed):
        decline_here(sent, cast.OLLI)


def test_ended_application_is_neither_renewed_nor_withdrawn_nor_declined(time_machine):
    """R8"""
    sent = valid_with_ethan(time_machine)
    check(sent, ETHAN)
    changes.withdraw(sent, by=HOUSING_SYSTEM)

    for act, refusal in zip(
        ACTS, [changes.CannotChangeEnded, changes.CannotChangeEnded, invitations.CannotDeclineEnded], strict=True
    ):
        with pytest.raises(refusal):
            act(sent, ETHAN)


@pytest.mark.parametrize("act", ACTS)
def test_double_click_has_one_effect_and_no_error(act, time_machine):
    """R12"""
    sent = waiting_with_ethan() if act == decline_here else valid_with_ethan(time_machine)
    check(sent, ETHAN)
    act(sent, ETHAN)
    letters = Letter.objects.count()

    act(sent, ETHAN)

    assert (RecordedAct.objects.count(), Letter.objects.count()) == (1, letters)


@pytest.mark.parametrize(
    ("act", "event"), [(renew_here, "renewed"), (withdraw_here, "withdrawn"), (decline_here, "person_declined")]
)
def test_nothing_is_stored_if_the_trail_cannot_be_written(act, event, time_machine):
    sent = waiting_with_ethan() if act == decline_here else valid_with_ethan(time_machine)
    check(sent, ETHAN)
    before = (state(sent), last_day(sent), declined(sent, ETHAN), Letter.objects.count())

    with refusing(event), pytest.raises(IntegrityError):
        act(sent, ETHAN)

    assert (state(sent), last_day(sent), declined(sent, ETHAN), Letter.objects.count()) == before
    assert RecordedAct.objects.count() == 0


# --- A guardian or proxy (C6) --------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "said"), [("fi", "edunvalvoja"), ("sv", "intressebevakare"), ("en", "guardian")])
@pytest.mark.parametrize("act", ACTS)
def test_what_a_guardian_did_is_shown_as_theirs_to_everybody(act, language, said, time_machine):
    time_machine.move_to(NOON)
    sent = household(cast.MAIJA, cast.OLLI, language=language)
    if act != decline_here:
        confirm(sent, cast.MAIJA)
        confirm(sent, cast.OLLI)
    time_machine.shift(dt.timedelta(days=1))
    check(sent, cast.OLLI, **GUN)
    before = Letter.objects.count()

    act(sent, cast.OLLI)

    letters = Letter.objects.order_by("pk")[before:]
    assert letters
    assert [f"Gun Gran ({said})" in part for letter in letters for part in written(letter)[1:]] == [True] * (
        2 * len(letters)
    )
    assert Entry.objects.filter(facts__representative="guardian").latest("pk").event != "check_recorded"


def test_own_data_say_what_a_guardian_did(sign_in):  # noqa: F811
    sent = household(cast.MAIJA, cast.OLLI, language="en")
    check(sent, cast.OLLI, **GUN)
    decline_here(sent, cast.OLLI)

    text = text_of(sign_in(cast.OLLI).get("/en/own-data/"))

    recorded = text[text.index("Recorded for you at customer service") :]
    assert "Gun Gran (guardian)" in recorded


# --- Undoing the check (C5, ADR 27) --------------------------------------------------------------------------


def test_whoever_was_declined_by_somebody_else_is_awaited_again_and_everybody_is_told():
    sent = household(cast.MAIJA, cast.OLLI, language="en")
    made = check(sent, cast.OLLI)
    decline_here(sent, cast.OLLI)
    before = Letter.objects.count()

    undo(made)

    assert (declined(sent, cast.OLLI), made.acts.get().undone_at is None) == (False, False)
    assert letters_since(before) == {("act_undone", "maija"), ("act_undone", "olli")}
    assert "We are waiting for “Olli Öhman” to confirm" in written(Letter.objects.filter(message="act_undone")[0])[1]
    confirm(sent, cast.OLLI)
    confirm(sent, cast.MAIJA)
    assert state(sent) == "valid"


def test_whoever_declined_themselves_still_has_when_the_check_of_another_day_is_undone():
    sent = application(cast.MAIJA, cast.OLLI)
    made = check(sent, cast.OLLI)
    invitations.decline(applicant(sent, cast.OLLI))

    undo(made)

    assert declined(sent, cast.OLLI)


def test_declining_that_a_change_has_answered_stays_history():
    sent = application(cast.MAIJA, cast.OLLI)
    made = check(sent, cast.OLLI)
    decline_here(sent, cast.OLLI)
    changed = document.parse(cast.document(cast.MAIJA, cast.OLLI, language="sv"))
    changes.put(sent, changed, tag=applicant(sent, cast.OLLI).version.digest, by=HOUSING_SYSTEM)
    before = Letter.objects.count()

    undo(made)

    assert letters_since(before) == set()
    assert Entry.objects.filter(event="declining_undone").count() == 1


def test_household_does_not_lose_90_days_because_the_check_behind_their_renewal_was_wrong(time_machine):
    sent = valid_with_ethan(time_machine)
    made = check(sent, ETHAN)
    renew_here(sent, ETHAN)
    before, until = Letter.objects.count(), last_day(sent)

    assert undo(made) == []

    assert (state(sent), last_day(sent)) == ("valid", until)
    assert letters_since(before) == {("act_undone", "maija"), ("act_undone", "ethan")}
    assert "you can withdraw the application" in written(Letter.objects.latest("pk"))[1]


def test_withdrawal_is_final_and_people_are_told_that_they_need_a_new_application(time_machine):
    sent = valid_with_ethan(time_machine)
    made = check(sent, ETHAN)
    withdraw_here(sent, ETHAN)
    before = Letter.objects.count()

    assert undo(made) == []

    assert state(sent) == "withdrawn"
    assert letters_since(before) == {("act_undone", "maija"), ("act_undone", "ethan")}
    assert "send a new application" in written(Letter.objects.latest("pk"))[1]


def test_everybody_hears_once_when_a_confirmation_falls_with_the_check_of_a_renewal(time_machine):
    time_machine.move_to("2034-04-20T12:00:00+03:00")  # Tea is 18 on 1 May 2034
    sent = household(cast.MAIJA, cast.TEA, language="en")
    confirm(sent, cast.MAIJA)
    time_machine.move_to("2034-05-02T12:00:00+03:00")
    made = check(sent, cast.TEA, document_valid_until=dt.date(2036, 1, 31))
    confirm_here(sent, cast.TEA)
    renew_here(sent, cast.TEA)
    before = Letter.objects.count()

    assert undo(made) == [sent]

    assert state(sent) == "awaiting"
    assert {message for message, _ in letters_since(before)} == {"undone", "invitation"}


# --- What the database refuses -------------------------------------------------------------------------------


@pytest.mark.parametrize("different", [{"kind": "withdrawn"}, {"kind": "renewed"}])
def test_withdrawal_without_its_change_of_state_is_refused_by_the_database(different):
    made = check(application(cast.MAIJA), cast.MAIJA)

    with pytest.raises(IntegrityError), transaction.atomic():
        RecordedAct.objects.create(id_check=made, staff=staff("adviser"), at=timezone.now(), **different)


def test_recorded_act_is_not_rewritten():
    sent = waiting_with_ethan()
    check(sent, ETHAN)
    decline_here(sent, ETHAN)

    with pytest.raises(IntegrityError), transaction.atomic():
        RecordedAct.objects.update(staff=staff("supervisor"))


def test_application_goes_with_what_was_recorded_in_it():
    """R18"""
    sent = waiting_with_ethan()
    check(sent, ETHAN)
    decline_here(sent, ETHAN)
    withdraw_here(sent, ETHAN)

    application_removal.remove_applications([sent.pk])

    assert RecordedAct.objects.count() == 0
