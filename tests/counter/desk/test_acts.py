"""Renewing, withdrawing and declining at the desk: who is offered what, what they read, and what a second tab does."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from applications import changes, document
from applications.models import RecordedAct
from mailing.models import Letter
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, application, confirm, state
from tests.applications.households import edit_elsewhere
from tests.applications.households import sent as household
from tests.cast import MAIJA, OLLI, TEA, VERA, VILLE
from tests.counter.checks import ETHAN, GUN, check, decline_here, renew_here, slot, undo, withdraw_here
from tests.counter.desk.arranged import address, controls, entries, text_of
from tests.staff import sign_in_staff, staff

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 11, 20, 10, tzinfo=dt.UTC)
PAGES = ["desk_renew", "desk_withdraw", "desk_decline"]


def at(name, sent, position=0, language="en"):
    return address(name, sent.reference, position, language=language)


def form(sent, position=0):
    return {"version": slot_at(sent, position).version.digest}


def slot_at(sent, position):
    return type(sent).objects.with_people().get(pk=sent.pk).applicants[position]


def logged_in():
    """Return an adviser's browser that has been idle for no time."""
    return sign_in_staff(Client(), staff("adviser"))


def offered(sent, position):
    """Return which of these acts the person's page offers."""
    actions = logged_in().get(at("desk_applicant", sent, position)).context["actions"]
    return [action.page for action in actions if action.page in PAGES]


@pytest.mark.parametrize(("more", "who"), [({}, "person"), (GUN, "representative")])
@pytest.mark.parametrize(("page", "does"), [*zip(PAGES, ["renews", "withdraws", "declines"], strict=True)])
def test_button_says_who_does_it(valid, page, does, more, who):
    """C6"""
    sent = application(MAIJA, OLLI) if page == "desk_decline" else valid
    check(sent, OLLI, **more)

    assert f"The {who} {does} the application" in controls(logged_in().get(at(page, sent, 1)))


@pytest.fixture
def valid(time_machine):
    """A valid application of Maija and Olli, on the day after it became valid."""
    time_machine.move_to(NOON)
    sent = household(MAIJA, OLLI, language="sv")
    confirm(sent, MAIJA)
    confirm(sent, OLLI)
    time_machine.shift(dt.timedelta(days=1))
    return sent


@pytest.fixture
def waiting():
    return household(MAIJA, OLLI, TEA, language="en")


# --- Who is offered what -------------------------------------------------------------------------------------


def test_nobody_is_offered_anything_before_a_check_of_today(valid, time_machine):
    before = offered(valid, 0)
    check(valid, MAIJA)
    today = offered(valid, 0)
    time_machine.shift(dt.timedelta(days=1))

    assert (before, today, offered(valid, 0)) == ([], ["desk_renew", "desk_withdraw"], [])


def test_co_applicant_is_offered_to_decline_until_they_have(waiting):
    check(waiting, MAIJA)
    check(waiting, OLLI)

    assert offered(waiting, 0) == ["desk_withdraw"]
    assert offered(waiting, 1) == ["desk_decline", "desk_withdraw"]

    decline_here(waiting, OLLI)

    assert offered(waiting, 1) == ["desk_withdraw"]


def test_renewing_is_offered_once_a_day_and_not_while_somebody_who_turned_18_is_missing(time_machine):
    time_machine.move_to("2034-04-20T12:00:00+03:00")  # Tea is 18 on 1 May 2034
    sent = application(MAIJA, TEA)
    confirm(sent, MAIJA)
    time_machine.move_to("2034-05-02T12:00:00+03:00")
    check(sent, MAIJA, document_valid_until=dt.date(2036, 1, 31))
    while_missing = offered(sent, 0)
    confirm(sent, TEA)
    with_all = offered(sent, 0)
    renew_here(sent, MAIJA)

    assert (while_missing, with_all) == (["desk_withdraw"], ["desk_renew", "desk_withdraw"])
    assert offered(sent, 0) == ["desk_withdraw"]


def test_nothing_is_offered_once_it_has_ended(valid):
    check(valid, MAIJA)
    withdraw_here(valid, MAIJA)

    assert offered(valid, 0) == []


# --- What the page says --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "said"),
    [("fi", "Jos perut hakemuksen"), ("sv", "Om du återkallar ansökan"), ("en", "If you withdraw application")],
)
def test_person_reads_in_their_language_that_withdrawing_is_final(adviser, language, said):
    sent = household(MAIJA, language=language)
    check(sent, MAIJA)

    shown = adviser.get(at("desk_withdraw", sent)).content.decode()
    part = " ".join(shown[shown.index('class="customer"') :].split())

    assert f'<div class="customer" lang="{language}">' in shown
    assert said in part
    assert "The person withdraws the application" in shown


@pytest.mark.parametrize(
    ("name", "look"),
    [("desk_renew", "button"), ("desk_withdraw", "button danger"), ("desk_decline", "button danger")],
)
def test_act_that_cannot_be_taken_back_does_not_look_like_one_that_can(adviser, valid, waiting, name, look):
    sent = waiting if name == "desk_decline" else valid
    check(sent, OLLI)

    page = adviser.get(at(name, sent, 1)).content.decode()

    assert re.findall(r'<button class="([^"]*)">The person', page) == [look]


def test_person_who_renews_learns_where_to_edit_instead(adviser, valid):
    """J6.4"""
    edit_elsewhere(valid)
    check(valid, MAIJA)

    shown = adviser.get(at("desk_renew", valid)).content.decode()

    assert "Du kan redigera den här ansökan bara i en annan tjänst, Asuntohaku." in shown


@pytest.mark.parametrize("name", ["desk_renew", "desk_withdraw"])
def test_page_for_the_customer_has_nothing_that_is_for_staff(adviser, valid, name):
    check(valid, MAIJA)

    shown = adviser.get(at(name, valid) + "?show=customer").content.decode()

    assert '<html lang="sv">' in shown
    assert [part for part in ("<form", "<a ", "Anna") if part in shown] == []


def test_page_names_what_a_renewal_replaces_and_to_the_person_only_their_own(time_machine):
    """ADR 24"""
    time_machine.move_to("2034-04-20T12:00:00+03:00")  # Tea is 18 on 1 May 2034
    other, sent = application(OLLI, TEA), household(MAIJA, TEA, language="en")
    confirm(other, OLLI)
    confirm(sent, MAIJA)
    time_machine.move_to("2034-05-02T12:00:00+03:00")
    confirm(other, TEA)
    confirm(sent, TEA)

    to_maija, to_tea = (text_of(logged_in().get(at("desk_renew", sent, position))) for position in (0, 1))

    assert [other.number in text for text in (to_maija, to_tea)] == [True, True]
    assert ["these valid applications of yours" in text for text in (to_maija, to_tea)] == [False, True]


def test_page_names_the_guardian(adviser, waiting):
    """C6"""
    check(waiting, OLLI, **GUN)

    text = text_of(adviser.get(at("desk_decline", waiting, 1)))

    assert "Gun Gran (guardian) is here instead of Olli Öhman." in text
    assert "Gun Gran (guardian) acts for Olli Öhman." in text


def test_without_a_check_the_page_leads_to_it(adviser, valid):
    page = adviser.get(at("desk_renew", valid))
    answer = adviser.post(at("desk_renew", valid), form(valid))

    assert "The person renews the application" not in controls(page)
    assert (answer.status_code, RecordedAct.objects.count()) == (409, 0)
    for each in (page, answer):
        assert "Check the identity" in controls(each)
        assert "Check the identity of the person first." in text_of(each)


def test_opening_is_recorded(adviser, valid):
    """C1"""
    adviser.get(at("desk_withdraw", valid, 1))

    assert [subject for _, subject, _ in entries("applicant_opened")] == [f"applicant {slot(valid, OLLI).pk}"]


@pytest.mark.parametrize("name", PAGES)
def test_queries_are_as_many_for_one_as_for_four(adviser, name, time_machine):
    time_machine.move_to(NOON)
    counted = []
    for people in ([MAIJA, OLLI], [cast.OTSO, VERA, VILLE]):
        sent = application(*people)
        if name == "desk_renew":
            for who in people:
                confirm(sent, who)
        check(sent, people[1])
        time_machine.shift(dt.timedelta(minutes=1))
        adviser.get(at(name, sent, 1))
        with CaptureQueriesContext(connection) as queries:
            adviser.get(at(name, sent, 1))
        counted.append(len(queries))

    assert counted[0] == counted[1]


# --- Doing it ------------------------------------------------------------------------------------------------


def test_person_renews_withdraws_and_the_adviser_is_told(adviser, valid):
    check(valid, MAIJA)

    renewed = adviser.post(at("desk_renew", valid), form(valid), follow=True)
    withdrawn = adviser.post(at("desk_withdraw", valid), form(valid), follow=True)

    assert renewed.redirect_chain == withdrawn.redirect_chain == [(at("desk_applicant", valid), 302)]
    assert "The renewal has been recorded." in text_of(renewed)
    assert "The withdrawal has been recorded. The application has ended" in text_of(withdrawn)
    assert state(valid) == "withdrawn"


def test_person_without_a_code_declines(adviser):
    """R3"""
    sent = application(MAIJA, co_applicants=[ETHAN])
    check(sent, ETHAN)

    answer = adviser.post(at("desk_decline", sent, 1), form(sent, 1), follow=True)

    assert "It has been recorded that this person declines the application." in text_of(answer)
    assert slot(sent, ETHAN).declined_at


@pytest.mark.parametrize("name", PAGES)
def test_second_click_is_one_act_and_no_error_page(adviser, valid, waiting, name):
    """R12"""
    sent = waiting if name == "desk_decline" else valid
    check(sent, OLLI)

    answers = [adviser.post(at(name, sent, 1), form(sent, 1), follow=True) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.redirect_chain for answer in answers] == [[(at("desk_applicant", sent, 1), 302)]] * 2
    assert RecordedAct.objects.count() == 1


@pytest.mark.parametrize("name", PAGES)
def test_other_tab_in_which_it_was_withdrawn_says_that_it_has_ended(adviser, valid, waiting, name):
    sent = waiting if name == "desk_decline" else valid
    check(sent, OLLI)
    changes.withdraw(sent, by=HOUSING_SYSTEM)

    answers = [
        adviser.get(at(name, sent, 1), follow=True),
        adviser.post(at(name, sent, 1), form(sent, 1), follow=True),
    ]

    assert ["This application has already ended. Nothing was recorded." in text_of(answer) for answer in answers] == [
        True,
        True,
    ]
    assert RecordedAct.objects.count() == 0


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("people", [[MAIJA, OLLI], [MAIJA, VERA], [MAIJA]], ids=["same", "another", "nobody"])
def test_change_while_the_page_was_open_leads_to_the_application_and_records_nothing(adviser, waiting, name, people):
    """Somebody else may have the person's place by then, or nobody."""
    check(waiting, OLLI)
    sent = form(waiting, 1)
    changed = document.parse(cast.document(*people, language="sv"))
    changes.put(waiting, changed, tag=waiting.version.digest, by=HOUSING_SYSTEM)

    answer = adviser.post(at(name, waiting, 1), sent, follow=True)

    assert answer.redirect_chain == [(at_application(waiting), 302)]
    assert "The application has changed in the meantime. Nothing was recorded." in text_of(answer)
    assert RecordedAct.objects.count() == 0


def at_application(sent):
    return address("desk_application", sent.reference)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("desk_decline", "The application is not waiting for this person’s confirmation."),
        ("desk_renew", "The application is already valid for as long as it can be. Renew it later."),
    ],
)
def test_what_cannot_be_done_is_said_about_the_person_and_not_to_the_adviser(adviser, valid, name, said):
    check(valid, OLLI)
    renew_here(valid, OLLI)

    text = text_of(adviser.get(at(name, valid, 1), follow=True))

    assert said in text
    assert "You have confirmed" not in text


def test_doubt_about_the_person_is_said(adviser, valid):
    """C4"""
    check(valid, OLLI)
    check(valid, OLLI, by="supervisor", is_doubtful=True, note="Another face")

    text = text_of(adviser.post(at("desk_withdraw", valid, 1), form(valid, 1), follow=True))

    assert "is waiting for a second review" in text
    assert state(valid) == "valid"


# --- Afterwards ----------------------------------------------------------------------------------------------


def test_history_says_for_whom_staff_acted_and_who_stood_there(adviser, valid):
    check(valid, OLLI, **GUN)
    withdraw_here(valid, OLLI)

    text = text_of(adviser.get(at_application(valid)))

    assert "Anna Adviser, customer service. For Olli Öhman. Represented by Gun Gran (guardian)." in text


def test_history_takes_as_many_queries_for_many_acts(valid, time_machine):
    def number():
        adviser = logged_in()
        adviser.get(at_application(valid))
        with CaptureQueriesContext(connection) as queries:
            adviser.get(at_application(valid))
        return len(queries)

    before = number()
    for _ in range(2):
        check(valid, OLLI)
        renew_here(valid, OLLI)
        time_machine.shift(dt.timedelta(days=1))

    assert number() == before


def test_supervisor_sees_beforehand_what_an_undoing_does_to_each_act(supervisor, valid, waiting):
    renewed, declined = check(valid, MAIJA), check(waiting, OLLI)
    renew_here(valid, MAIJA)
    decline_here(waiting, OLLI)
    withdrawn = check(valid, OLLI)
    withdraw_here(valid, OLLI)

    texts = [text_of(supervisor.get(address("desk_undo", made.pk))) for made in (renewed, declined, withdrawn)]

    assert "has renewed application" in texts[0]
    assert "The renewal will not be undone." in texts[0]
    assert "The application will then wait for this person again, and we will tell everybody concerned." in texts[1]
    assert "A withdrawal is final." in texts[2]
    assert ["Nothing depends on this check yet." in text for text in texts] == [False] * 3


def test_undone_declining_stands_no_more_under_what_rests_on_the_check(supervisor, waiting):
    made = check(waiting, OLLI)
    decline_here(waiting, OLLI)
    undo(made)

    assert "Nothing depends on this check yet." in text_of(supervisor.get(address("desk_undo", made.pk)))


def test_supervisor_sees_what_one_adviser_withdrew_alone(supervisor, valid):
    """ADR 26"""
    check(valid, OLLI)
    before = text_of(supervisor.get(address("desk_acted_alone")))

    withdraw_here(valid, OLLI)

    assert ["Olli Öhman" in text for text in (before, text_of(supervisor.get(address("desk_acted_alone"))))] == [
        False,
        True,
    ]


def test_letters_about_an_undone_check_have_a_name_at_the_desk(supervisor, waiting):
    made = check(waiting, OLLI)
    decline_here(waiting, OLLI)
    undo(made)

    assert Letter.objects.filter(message="act_undone").count() == 2
    assert "An ID check was undone" in text_of(supervisor.get(at_application(waiting)))
