"""A doubt is about the person, in whichever application and after any change (C4)."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from applications import changes, document
from applications.models import Applicant, IdCheck
from core import crypto
from counter import account_issue, id_checks
from counter.models import SecondLook
from identity.models import Account
from mailing.models import Letter
from records.models import Entry
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, application, confirm, state
from tests.applications.households import sent as household
from tests.applications.households import written
from tests.counter.checks import ETHAN, check, confirm_here, doubtful, issue, slot, status, undo
from tests.counter.desk.arranged import address, controls, text_of
from tests.staff import acting, sign_in_staff, staff

pytestmark = pytest.mark.django_db

NEW = {"document_valid_until": dt.date(2037, 1, 31), "note": "A new passport"}
NAMESAKE = cast.applicant(
    {"first_names": "maija liisa", "last_name": "Meikäläinen", "hetu": None}, birth_date="1994-05-01"
)


@pytest.fixture
def adviser(db):
    return sign_in_staff(Client(), staff("adviser"))


def decide(made, *, accepted, by="supervisor", reason="Compared with the register"):
    return id_checks.decide(made, accepted=accepted, reason=reason, by=acting(by))


def changed(sent, *people, **more):
    written_anew = document.parse(cast.document(*people, language="sv", **more))
    changes.put(sent, written_anew, tag=slot(sent, people[0]).version.digest, by=HOUSING_SYSTEM)
    return sent


# --- Nothing passes a doubt by -----------------------------------------------------------------------------


def test_doubtful_person_does_not_pass_in_another_application():
    doubtful(application(cast.MAIJA), cast.MAIJA)
    other = application(cast.MAIJA)

    made = check(other, cast.MAIJA, by="supervisor", **NEW)

    assert status(made) == "waiting"
    with pytest.raises(id_checks.SecondLookWaits):
        issue(made)
    assert state(other) == "awaiting"


def test_doubtful_person_does_not_pass_after_a_change():
    sent = application(cast.MAIJA)
    doubtful(sent, cast.MAIJA)

    changed(sent, cast.MAIJA)

    assert status(check(sent, cast.MAIJA, by="supervisor", **NEW)) == "waiting"


def test_doubtful_person_does_not_pass_after_the_index_key_was_changed(settings):
    doubtful(application(cast.MAIJA), cast.MAIJA)
    settings.FIELD_INDEX_KEYS = ["a new key of at least 32 characters", *settings.FIELD_INDEX_KEYS]
    other = application(cast.MAIJA)
    former = Applicant.objects.exclude(hetu_index=crypto.indexes(cast.MAIJA["hetu"])[0])

    assert former.count() == 1
    assert status(check(other, cast.MAIJA, by="supervisor", **NEW)) == "waiting"


def test_doubtful_person_without_a_code_does_not_pass_in_another_application():
    doubtful(application(cast.MAIJA, co_applicants=[ETHAN]), ETHAN)
    other = application(cast.OLLI, co_applicants=[ETHAN])

    assert status(check(other, ETHAN, by="supervisor", **NEW)) == "waiting"


def test_doubtful_person_does_not_pass_by_leaving_out_their_code():
    doubtful(application(cast.MAIJA), cast.MAIJA)
    other = application(cast.OLLI, co_applicants=[NAMESAKE])

    assert status(check(other, NAMESAKE, by="supervisor", **NEW)) == "waiting"


def test_doubt_is_not_about_somebody_else_who_was_born_on_the_same_day():
    twin = {**NAMESAKE, "first_names": "Malla Leena"}
    doubtful(application(cast.OLLI, co_applicants=[NAMESAKE]), NAMESAKE)
    other = application(cast.OLLI, co_applicants=[twin])

    assert status(check(other, twin)) == "sound"


def test_what_was_certain_before_has_no_effect_while_a_later_doubt_waits():
    first, second = application(cast.MAIJA), application(cast.MAIJA)
    made = check(first, cast.MAIJA)
    doubtful(second, cast.MAIJA, by="supervisor")

    with pytest.raises(id_checks.SecondLookWaits):
        confirm_here(first, cast.MAIJA)
    with pytest.raises(id_checks.SecondLookWaits):
        issue(made)

    assert (state(first), Account.objects.count()) == ("awaiting", 0)


def test_account_is_not_moved_while_a_doubt_waits():
    sent = application(cast.MAIJA)
    account = issue(check(sent, cast.MAIJA))
    doubtful(application(cast.MAIJA), cast.MAIJA)

    with pytest.raises(id_checks.SecondLookWaits):
        account_issue.correct_account_address(
            account, email="other@example.test", applicant=slot(sent, cast.MAIJA), by=acting("adviser")
        )


def test_desk_offers_no_confirming_and_no_account_while_a_doubt_waits_elsewhere(adviser):
    sent = application(cast.MAIJA)
    check(sent, cast.MAIJA)
    doubtful(application(cast.MAIJA), cast.MAIJA, by="supervisor")

    offered = controls(adviser.get(address("desk_applicant", sent.reference, 0)))
    told = adviser.post(
        address("desk_confirm", sent.reference, 0),
        {"version": slot(sent, cast.MAIJA).version.digest, "terms": 1},
        follow=True,
    )

    assert not {"Confirm application", "Create account"} & set(offered)
    assert "A check of this person is waiting for a second review." in told.content.decode()
    assert state(sent) == "awaiting"


def test_doubt_is_heard_although_another_adviser_was_certain_today():
    sent = application(cast.MAIJA)
    check(sent, cast.MAIJA)

    doubtful(sent, cast.MAIJA, by="supervisor")

    with pytest.raises(id_checks.SecondLookWaits):
        confirm_here(sent, cast.MAIJA)


# --- Coming back with a better document --------------------------------------------------------------------


def test_better_document_settles_the_doubt_once_a_colleague_accepts_it():
    sent = application(cast.MAIJA)
    first = doubtful(sent, cast.MAIJA)
    second = check(sent, cast.MAIJA, **NEW)
    with pytest.raises(id_checks.OwnCheck):
        decide(second, accepted=True, by="adviser")

    decide(second, accepted=True)
    confirm_here(sent, cast.MAIJA)

    assert (status(first), status(second), state(sent)) == ("settled", "sound", "valid")
    assert Entry.objects.get(event="check_settled").facts["id_check"] == first.pk


def test_better_document_in_another_application_settles_the_doubt_there():
    first = doubtful(application(cast.MAIJA), cast.MAIJA)
    second = check(application(cast.MAIJA), cast.MAIJA, **NEW)

    decide(second, accepted=True)

    assert status(first) == "settled"


def test_better_document_that_is_rejected_leaves_the_doubt():
    sent = application(cast.MAIJA)
    first = doubtful(sent, cast.MAIJA)

    decide(check(sent, cast.MAIJA, **NEW), accepted=False)

    assert (status(first), SecondLook.objects.count()) == ("waiting", 1)


def test_first_check_that_is_accepted_does_not_pass_by_a_later_doubt():
    sent = application(cast.MAIJA)
    first, second = doubtful(sent, cast.MAIJA), check(sent, cast.MAIJA, by="supervisor", **NEW)

    decide(first, accepted=True)

    assert status(second) == "waiting"
    with pytest.raises(id_checks.SecondLookWaits):
        confirm_here(sent, cast.MAIJA)


def test_second_click_on_a_doubt_is_one_check():
    """R12"""
    sent = application(cast.MAIJA)
    doubtful(sent, cast.MAIJA)

    with pytest.raises(id_checks.AlreadyChecked):
        doubtful(sent, cast.MAIJA)

    assert IdCheck.objects.count() == 1


def test_form_of_a_check_says_that_another_waits(adviser):
    sent = application(cast.MAIJA)
    doubtful(application(cast.MAIJA), cast.MAIJA)

    offered = controls(adviser.get(address("desk_applicant", sent.reference, 0)))
    shown = text_of(adviser.get(address("desk_check", sent.reference, 0)))

    assert "Check a better document" in offered
    assert "If they have brought a better document, record it and write a note." in shown


# --- The person is told, and the desk follows --------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "message", "next_step"),
    [
        (True, "check_accepted", "Come to customer service again with the same identity document"),
        (False, "check_rejected", "Come to customer service with another valid identity document"),
    ],
)
def test_person_is_told_what_was_decided_and_what_to_do_next(accepted, message, next_step):
    made = doubtful(household(cast.MAIJA, cast.OLLI, language="en"), cast.OLLI)
    before = Letter.objects.count()

    decide(made, accepted=accepted)

    letter = Letter.objects.latest("pk")
    assert (Letter.objects.count() - before, letter.message, letter.to) == (1, message, "olli@example.test")
    assert next_step in written(letter)[1]


@pytest.mark.parametrize(
    ("accepted", "next_step"), [(True, "renewing or withdrawing the application"), (False, "what you came for")]
)
def test_whoever_has_confirmed_and_came_for_something_else_is_told_what_to_do_next(accepted, next_step):
    sent = household(cast.MAIJA, cast.OLLI, language="en")
    confirm(sent, cast.OLLI)

    decide(doubtful(sent, cast.OLLI), accepted=accepted)

    assert next_step in written(Letter.objects.latest("pk"))[1]


def test_person_is_told_at_the_address_that_they_have_now():
    """The doubt may be about a former version."""
    sent = application(cast.MAIJA)
    made = doubtful(sent, cast.MAIJA)
    changed(sent, cast.MAIJA, main_applicant=cast.applicant(cast.MAIJA, email="new@example.test"))

    decide(made, accepted=True)

    assert Letter.objects.get(message="check_accepted").to == "new@example.test"


@pytest.mark.parametrize("accepted", [True, None])
def test_whoever_waited_for_a_decision_or_was_accepted_hears_that_the_check_is_undone(accepted):
    made = doubtful(application(cast.MAIJA), cast.MAIJA)
    if accepted:
        decide(made, accepted=True)

    undo(made)

    assert Letter.objects.filter(message="check_rejected").count() == 1


def test_nobody_is_told_about_an_application_that_has_ended(time_machine):
    time_machine.move_to("2027-01-04T12:00:00+02:00")
    sent = application(cast.MAIJA)
    time_machine.shift(dt.timedelta(days=80))
    made = doubtful(sent, cast.MAIJA)
    time_machine.shift(dt.timedelta(days=20))

    decide(made, accepted=True)

    assert Letter.objects.filter(message__startswith="check_").count() == 0


def test_accepted_person_stands_in_the_list_until_they_have_confirmed(adviser):
    sent, other = application(cast.MAIJA, cast.OLLI), application(cast.VERA)
    decide(doubtful(sent, cast.OLLI), accepted=True)
    decide(doubtful(other, cast.VERA), accepted=False)

    def listed():
        return text_of(adviser.get(address("desk_accepted"))), text_of(adviser.get(address("desk")))

    before = listed()
    changed(sent, cast.MAIJA, cast.OLLI)
    after_change = listed()
    confirm(sent, cast.OLLI)

    assert ["Olli Öhman" in page for page in (*before, after_change[0])] == [True, True, True]
    assert "Vera" not in before[0]
    assert "Everybody whose check was accepted has confirmed the application." in listed()[0]


def test_list_of_the_accepted_takes_constant_queries(adviser):
    def queries(times):
        for _ in range(times):
            decide(doubtful(application(cast.MAIJA), cast.MAIJA), accepted=True)
        with CaptureQueriesContext(connection) as found:
            adviser.get(address("desk_accepted"))
        return len(found)

    queries(1)

    assert queries(1) == queries(3)


def test_accepted_person_leaves_the_list_when_the_check_is_undone(adviser):
    made = doubtful(application(cast.MAIJA), cast.MAIJA)
    decide(made, accepted=True)

    undo(made)

    assert "Maija" not in text_of(adviser.get(address("desk_accepted")))
