import datetime as dt
import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications import changes, document, invitations, names
from applications.models import Applicant, Application
from counter import id_checks
from counter.desk import lists, paging, today, trail
from mailing.models import Letter
from records.names import staff_chain
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, applicant, application, confirm
from tests.cast import MAIJA, OLLI, OTSO, TEA, VERA, VILLE
from tests.cast import applicant as written
from tests.counter.checks import check as check_at_counter
from tests.counter.checks import confirm_here, doubtful, issue
from tests.counter.desk.arranged import address, checked, entries, text_of
from tests.staff import acting, staff

pytestmark = pytest.mark.django_db

ETHAN = written({"first_names": "Ethan", "last_name": "Evans", "hetu": None}, birth_date="1990-03-14", email=None)
WITHOUT_ADDRESS = written(OLLI, email=None)


def bounce(sent, who, message="invitation"):
    """Let the letter of that kind to somebody of the cast come back."""
    now = timezone.now()
    letters = Letter.objects.filter(about=sent.reference, message=message, to=applicant(sent, who).email)
    assert letters.update(sent_at=now, bounced_at=now) == 1
    return letters.get()


def lost():
    return [(letter.message, letter.to) for letter in lists.not_reached()]


def waiting(missing=""):
    return list(lists.that_wait(missing))


# --- Today's checks --------------------------------------------------------------------------------------


def test_checks_of_today_are_listed_with_their_status(adviser):
    sent = application(MAIJA, OLLI)
    checked(sent, MAIJA)
    id_checks.undo(checked(sent, OLLI), reason="Another person", by=acting("supervisor"))

    page = text_of(adviser.get(address("desk_checks")))

    assert re.search(rf"Maija Liisa Meikäläinen {sent.number} \d+:\d\d Anna Adviser in force", page)
    assert re.search(rf"Olli Öhman {sent.number} \d+:\d\d Anna Adviser undone", page)


@time_machine.travel(dt.datetime(2026, 11, 22, 22, 30, tzinfo=dt.UTC), tick=False)  # 0.30 on Monday in Helsinki
def test_checks_of_yesterday_are_not_listed():
    with time_machine.travel(dt.datetime(2026, 11, 22, 21, 59, tzinfo=dt.UTC), tick=False):
        sent = application(MAIJA, OLLI)
        checked(sent, MAIJA)
    today = checked(sent, OLLI)

    assert list(lists.checks_today()) == [today]


def test_no_checks_today_are_said_to_be_none(adviser):
    assert "No ID check has been made today." in text_of(adviser.get(address("desk_checks")))


# --- Second looks ----------------------------------------------------------------------------------------


def test_second_looks_are_listed_with_why_and_until_when(adviser):
    with time_machine.travel(dt.datetime(2026, 11, 2, 8, tzinfo=dt.UTC), tick=False):
        sent = application(MAIJA, OLLI)
        checked(sent, MAIJA, is_doubtful=True)
        checked(sent, OLLI)

    with time_machine.travel(dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC), tick=False):
        page = text_of(adviser.get(address("desk_second_looks")))

    assert "Maija Liisa Meikäläinen somebody else decides doubtful Anna Adviser 2 December 2026 at 10:00" in page
    assert "Olli" not in page


def test_second_looks_that_were_taken_or_are_too_late_are_not_listed():
    with time_machine.travel(dt.datetime(2026, 11, 2, 8, tzinfo=dt.UTC), tick=False):
        sent = application(MAIJA, OLLI)
        id_checks.decide(checked(sent, MAIJA, is_doubtful=True), accepted=True, reason="Fine", by=acting("supervisor"))
        late = checked(sent, OLLI, is_doubtful=True)

        assert list(lists.second_looks_for(staff("adviser"))) == [late]
    with time_machine.travel(dt.datetime(2026, 12, 2, 8, 1, tzinfo=dt.UTC), tick=False):
        assert list(lists.second_looks_for(staff("adviser"))) == []


# --- Applications that wait ------------------------------------------------------------------------------


def test_applications_that_wait_are_listed_by_their_deadline(adviser):
    later, sooner = application(MAIJA, OLLI), application(VERA)
    Application.objects.filter(pk=sooner.pk).update(valid_until=timezone.localdate())
    confirm(later, MAIJA)
    confirm(application(OTSO), OTSO)

    page = text_of(adviser.get(address("desk_waiting")))

    assert waiting() == [sooner, later]
    assert re.search(rf"{sooner.number} \S+ \S+ \S+ Vera Virtanen {later.number} \S+ \S+ \S+ Olli Öhman", page)


@pytest.mark.parametrize("how", ["state", "valid_until"])
def test_applications_that_have_ended_do_not_wait(how):
    ended = {"state": "withdrawn", "valid_until": timezone.localdate() - dt.timedelta(days=1)}
    Application.objects.filter(pk=application(MAIJA).pk).update(**{how: ended[how]})

    assert waiting() == []


def test_applications_are_chosen_by_who_is_missing():
    application(MAIJA, OLLI)
    without_address = application(VERA, co_applicants=[WITHOUT_ADDRESS])
    at_counter = application(VILLE, co_applicants=[{**ETHAN, "email": "ethan@example.test"}])

    assert waiting("address") == [without_address]
    assert waiting("counter") == [at_counter]
    assert len(waiting("nonsense")) == 3


@pytest.mark.parametrize("how", ["confirmed", "declined", "under 18"])
def test_applications_are_not_chosen_by_who_is_not_missing(how):
    sent = application(MAIJA, co_applicants=[WITHOUT_ADDRESS, written(TEA, email=None)])
    if how == "confirmed":
        confirm(sent, OLLI)
    elif how == "declined":
        invitations.decline(applicant(sent, OLLI))
    else:
        Applicant.objects.filter(pk=applicant(sent, OLLI).pk).update(birth_date="2016-01-01")

    assert waiting("address") == []


def test_waiting_page_tells_why_somebody_may_need_the_counter(adviser):
    sent = application(MAIJA, co_applicants=[ETHAN, WITHOUT_ADDRESS])
    invitations.decline(applicant(sent, OLLI))

    page = text_of(adviser.get(address("desk_waiting"), {"missing": "counter"}))

    assert (
        "Maija Liisa Meikäläinen Ethan Evans, only at customer service, no email address Olli Öhman, declined" in page
    )


# --- Letters that did not arrive -------------------------------------------------------------------------


def test_letters_that_did_not_arrive_are_listed(adviser):
    sent = application(MAIJA, OLLI)
    bounce(sent, OLLI)
    Letter.objects.exclude(bounced_at=None).update(failure="full")

    page = text_of(adviser.get(address("desk_undeliverable")))

    assert re.search(
        rf"Olli Öhman {sent.number} Invitation \d+ \S+ \d+ at \d+:\d\d The mailbox is full. Ask the person to", page
    )
    chain = staff_chain(staff("adviser").pk, timezone.localdate().year)
    assert entries("letters_opened") == [(chain, "", {"page": 1, "cause": ""})]


@pytest.mark.parametrize(
    ("failure", "cause"),
    [
        ("no_address", "wrong"),
        ("invalid", "wrong"),
        ("suppressed", "refused"),
        ("refused", "refused"),
        ("full", "full"),
        ("busy", "ours"),
        ("quota", "ours"),
        ("", "unknown"),
    ],
)
def test_list_is_read_by_cause(adviser, failure, cause):
    sent = application(MAIJA, OLLI)
    bounce(sent, OLLI)
    Letter.objects.exclude(bounced_at=None).update(failure=failure)

    read = {kind.value for kind in lists.CAUSES if lists.not_reached(kind)}
    page = text_of(adviser.get(address("desk_undeliverable"), {"cause": cause}))

    assert read == {cause}
    assert "Olli Öhman" in page
    assert entries("letters_opened")[-1][2] == {"page": 1, "cause": cause}


def test_cause_that_is_none_shows_all_and_one_of_which_none_came_back_says_so(adviser):
    sent = application(MAIJA, OLLI)
    bounce(sent, OLLI)

    shown = [text_of(adviser.get(address("desk_undeliverable"), {"cause": cause})) for cause in ("junk", "full")]

    assert ["Olli Öhman" in page for page in shown] == [True, False]
    assert "There are no such emails." in shown[1]


def test_letter_that_was_given_up_is_listed():
    sent = application(MAIJA, OLLI)
    Letter.objects.filter(message="invitation").update(dead_at=timezone.now(), failure="refused")

    assert lost() == [("invitation", "olli@example.test")]
    assert sent.is_open


def test_letter_to_an_address_that_was_corrected_is_not_listed():
    sent = application(MAIJA, OLLI)
    bounce(sent, OLLI)

    invitations.correct_address(applicant(sent, OLLI), email="olli.ohman@example.test")

    assert lost() == []


def test_address_that_somebody_else_in_the_household_has_too_is_nobody_elses():
    """Olli's address was Maija's too: Olli has another one now, and Maija's emails are not Olli's."""
    sent = application(MAIJA, OLLI)
    Applicant.objects.filter(pk=applicant(sent, OLLI).pk).update(email="maija@example.test")
    Letter.objects.filter(message="invitation").update(to="maija@example.test")
    bounce(sent, OLLI)
    assert lost() == [("invitation", "maija@example.test")]

    Applicant.objects.filter(pk=applicant(sent, OLLI).pk).update(email="olli.ohman@example.test")

    assert lost() == []


def test_letter_to_the_slot_of_a_former_version_is_its_persons():
    sent = application(MAIJA, OLLI)
    bounce(sent, OLLI)
    again = document.parse(cast.document(MAIJA, OLLI, VERA))
    changes.put(sent, again, tag=sent.version.digest, by=HOUSING_SYSTEM)
    assert lost() == [("invitation", "olli@example.test")]

    Applicant.objects.filter(version__current_of=sent.pk, position=1).update(email="olli.ohman@example.test")

    assert lost() == []


def test_each_person_is_listed_once_with_the_last_of_their_lost_letters_the_latest_loss_first(adviser):
    now = timezone.now()
    sent, other = application(MAIJA, OLLI), application(VERA)
    confirm(sent, OLLI)
    for who, message, failure, hours in [
        (OLLI, "invitation", "full", 1),
        (OLLI, "receipt", "no_address", 3),
        (MAIJA, "confirmed", "no_address", 2),
    ]:
        letter = bounce(sent, who, message)
        Letter.objects.filter(pk=letter.pk).update(bounced_at=now - dt.timedelta(hours=hours), failure=failure)
    letter = bounce(other, VERA, "arrived")
    Letter.objects.filter(pk=letter.pk).update(bounced_at=now - dt.timedelta(hours=4), failure="full")

    page = text_of(adviser.get(address("desk_undeliverable")))

    assert [name for name, _ in lost()] == ["confirmed", "receipt", "arrived"]
    assert [one.message for one in lists.not_reached("full")] == ["arrived"]
    assert re.search("Maija Liisa Meikäläinen .* Olli Öhman .* Vera Virtanen ", page)
    assert page.count("Olli Öhman") == 1
    assert today.lists_of_today(staff("adviser"))["undeliverable"].number == 3


def test_letter_after_which_another_arrived_is_not_listed():
    sent = application(MAIJA, OLLI)
    bounce(sent, MAIJA, "arrived")
    confirm(sent, MAIJA)
    assert lost() == [("arrived", "maija@example.test")]

    Letter.objects.filter(message="receipt").update(sent_at=timezone.now(), delivered_at=timezone.now())

    assert lost() == []


@pytest.mark.parametrize("state", ["lapsed", "expired", "withdrawn", "replaced"])
def test_letter_of_an_application_that_has_ended_is_not_listed(state):
    sent = application(MAIJA, OLLI)
    bounce(sent, OLLI)

    Application.objects.filter(pk=sent.pk).update(state=state)

    assert lost() == []


def test_list_shows_no_address_to_anybody(adviser, supervisor):
    """R16"""
    sent = application(MAIJA, OLLI)
    bounce(sent, OLLI)

    pages = [browser.get(address("desk_undeliverable")).content.decode() for browser in (adviser, supervisor)]

    assert [("Olli Öhman" in page, "@example.test" in page) for page in pages] == [(True, False)] * 2


@pytest.mark.parametrize(
    ("name", "query", "facts"),
    [
        ("desk", "", {"list": "desk"}),
        ("desk_waiting", "?missing=address", {"list": "waiting", "page": 1, "missing": "address"}),
        ("desk_waiting", "?page=7&missing=x", {"list": "waiting", "page": 7, "missing": ""}),
        ("desk_checks", "", {"list": "checks", "page": 1}),
        ("desk_second_looks", "", {"list": "second_looks", "page": 1}),
        ("desk_accepted", "", {"list": "accepted", "page": 1}),
    ],
)
def test_nobody_reads_a_list_of_people_without_an_entry(adviser, name, query, facts):
    """C1"""
    adviser.get(address(name) + query)

    chain = staff_chain(staff("adviser").pk, timezone.localdate().year)
    assert entries("list_opened") == [(chain, "", facts)]


def test_first_page_shows_no_addresses(adviser):
    sent = application(MAIJA, OLLI)
    bounce(sent, OLLI)

    page = adviser.get(address("desk")).content.decode()

    assert "Invitation" in page
    assert "olli@example.test" not in page
    assert entries("letters_opened") == []


# --- All lists, and the other long tables -----------------------------------------------------------------


@pytest.mark.parametrize("name", ["desk_checks", "desk_second_looks", "desk_waiting", "desk_undeliverable"])
def test_list_takes_constant_queries(adviser, name):
    def arrange(times):
        for _ in range(times):
            sent = application(MAIJA, OLLI)
            checked(sent, MAIJA)
            checked(sent, OLLI, is_doubtful=True)
            bounce(sent, OLLI)

    arrange(1)
    adviser.get(address(name))
    with CaptureQueriesContext(connection) as one:
        adviser.get(address(name))
    arrange(29)

    with CaptureQueriesContext(connection) as many:
        page = adviser.get(address(name))

    assert page.content.decode().count('<th scope="row">') >= 30
    assert len(many) == len(one)


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (lists.checks_today, "applications_idcheck_checked_at"),
        (lambda: lists.second_looks_for(staff("adviser")), "applications_idcheck_checked_at"),
        (lists.that_wait, "application_by_state"),
        (lambda: lists.that_wait("address"), "application_by_state"),
        (lists.not_arrived, "letter_undeliverable"),
        (lists.not_reached, "letter_undeliverable"),
        (lambda: lists.not_reached("full"), "letter_undeliverable"),
        (lambda: Letter.objects.filter(about="23456789B").order_by("-pk"), "letter_about"),
        (lambda: names.find("öhman olli"), "name_part"),
        (lambda: trail.accesses_to(Applicant.objects.get(position=0)), "entry_by_subject"),
    ],
)
def test_query_reads_no_table_from_end_to_end(query, index):
    application(MAIJA)

    plan = query()[: paging.PAGE_ROWS].explain()

    assert connection.vendor != "sqlite" or index in plan
    assert connection.vendor != "sqlite" or "SCAN" not in plan


def test_waiting_applications_do_not_ask_whether_they_have_ever_been_valid():
    """PostgreSQL would look at all changes of all applications first."""
    assert "statechange" not in str(lists.that_wait().query)


@pytest.mark.parametrize(
    ("asked", "rows", "ways"),
    [
        ("", 2, ["Next page"]),
        ("1", 2, ["Next page"]),
        ("2", 2, ["Previous page", "Next page"]),
        ("3", 1, ["Previous page"]),
        ("9", 0, ["Previous page"]),
        *[(nonsense, 2, ["Next page"]) for nonsense in ("0", "-1", "x", "1001", "9" * 5000, "²", "\x00")],
    ],
)
def test_list_is_paged(adviser, monkeypatch, asked, rows, ways):
    monkeypatch.setattr(paging, "PAGE_ROWS", 2)
    for _ in range(5):
        application(MAIJA)

    page = adviser.get(address("desk_waiting"), {"page": asked} if asked else {}).content.decode()

    assert page.count('<th scope="row">') == rows
    assert re.findall("(Previous page|Next page)", page) == ways


def test_list_keeps_its_choice_from_page_to_page(adviser, monkeypatch):
    monkeypatch.setattr(paging, "PAGE_ROWS", 1)
    for _ in range(2):
        application(MAIJA, co_applicants=[WITHOUT_ADDRESS])

    page = adviser.get(address("desk_waiting"), {"missing": "address"}).content.decode()

    assert 'href="?page=2&amp;missing=address"' in page


# --- What one adviser did alone --------------------------------------------------------------------------


def test_confirmation_or_account_that_rests_on_one_adviser_alone_is_seen_by_a_supervisor(supervisor):
    sent = application(MAIJA, OLLI, VERA)
    check_at_counter(sent, MAIJA)
    confirm_here(sent, MAIJA)
    issue(check_at_counter(sent, OLLI))
    check_at_counter(sent, VERA)  # nothing rests on it

    page = text_of(supervisor.get(address("desk_acted_alone")))

    assert [name in page for name in ("Maija", "Olli", "Vera")] == [True, True, False]


def test_check_that_somebody_else_saw_is_not_listed():
    sent = application(MAIJA, OLLI)
    doubted = doubtful(sent, MAIJA)
    id_checks.decide(doubted, accepted=True, reason="It is her", by=acting("supervisor"))
    confirm_here(sent, MAIJA)
    check_at_counter(sent, OLLI)
    confirm_here(sent, OLLI, by="supervisor")

    assert list(lists.acted_alone()) == []


def test_check_of_long_ago_is_not_listed(time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 2, 10, tzinfo=dt.UTC))
    sent = application(MAIJA)
    check_at_counter(sent, MAIJA)
    confirm_here(sent, MAIJA)
    assert len(lists.acted_alone()) == 1
    time_machine.move_to(dt.datetime(2026, 11, 10, 10, tzinfo=dt.UTC))

    assert list(lists.acted_alone()) == []
