"""What is for today, on the first page of the desk and of the settings."""

import datetime as dt
import re

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications.models import Application
from counter.desk import lists, paging, today, without_password
from counter.models import DocumentType
from identity.models import Account, User
from mailing.models import Letter
from tests.applications.factories import application
from tests.cast import MAIJA, OLLI, VERA, VILLE
from tests.counter.checks import check, doubtful, issue
from tests.counter.desk.arranged import address, entries, text_of
from tests.counter.test_paper_day import enter, sent_before
from tests.staff import sign_in_staff, staff

pytestmark = pytest.mark.django_db

AGO = dt.timedelta(days=2)


def issued(who, *, email, ago=AGO):
    """Return the account of somebody who applies alone, issued some time ago."""
    made = issue(check(application(who), who), email=email)
    Account.objects.filter(pk=made.pk).update(issued_at=timezone.now() - ago)
    return made


def listed():
    """Return the holders of the accounts that are listed."""
    found = without_password.with_holders(list(without_password.accounts_without_password()))
    return [str(each.applicant) for each in found]


# --- The first page --------------------------------------------------------------------------------------


def test_own_checks_are_for_today_and_those_of_others_are_not(adviser):
    sent = application(MAIJA, OLLI)
    check(sent, MAIJA)
    check(sent, OLLI, by="supervisor")

    first, own, everybodys = (
        text_of(adviser.get(place))
        for place in (address("desk"), f"{address('desk_checks')}?whose=own", address("desk_checks"))
    )

    assert "1 Your ID checks today" in first
    assert [["Maija" in page, "Olli" in page] for page in (own, everybodys)] == [[True, False], [True, True]]
    assert "Sari Supervisor" not in first


def test_checks_on_which_the_reader_may_decide_come_first(adviser):
    """C4"""
    own = doubtful(application(MAIJA), MAIJA)
    others = doubtful(application(OLLI), OLLI, by="supervisor")

    rows = today.lists_of_today(staff("adviser"))["second_looks"].rows
    page = text_of(adviser.get(address("desk_second_looks")))

    assert [(each, each.decider) for each in rows] == [(others, ""), (own, "somebody else")]
    assert "Maija Liisa Meikäläinen somebody else decides doubtful" in page
    assert "Olli Öhman doubtful" in page


def test_checks_on_which_a_supervisor_decides_are_marked_for_other_advisers():
    """C3"""
    DocumentType.objects.filter(code="residence-permit-card").update(is_on=True)
    check(application(MAIJA), MAIJA, document_type="residence-permit-card", note="No passport")
    colleague = User.objects.create_user("colleague", is_staff=True)
    colleague.groups.add(Group.objects.get(name="adviser"))

    readers = [colleague, staff("supervisor")]
    deciders = [[each.decider for each in lists.second_looks_for(reader)] for reader in readers]
    page = text_of(sign_in_staff(Client(), colleague).get(address("desk")))

    assert deciders == [["supervisor"], [""]]
    assert "Maija Liisa Meikäläinen a supervisor decides" in page


@pytest.mark.parametrize("is_doubtful", [False, True])
def test_checks_from_paper_are_for_supervisors_in_the_list_as_in_deciding(is_doubtful):
    """ADR 44"""
    enter(sent_before(MAIJA), MAIJA, by="supervisor", is_doubtful=is_doubtful)

    assert [each.decider for each in lists.second_looks_for(staff("adviser"))] == ["supervisor"]


def test_each_list_has_its_rows_or_stands_in_the_line_of_the_empty_ones(adviser):
    issued(MAIJA, email="own@example.test")

    page = adviser.get(address("desk"))

    assert re.findall(r"<h2>(.*?)</h2>", page.text) == ["Your ID checks today", "Accounts without a password"]
    assert [each.page for each in page.context["lists"]["full"]] == [
        "desk_checks",
        "desk_without_password",
        "desk_waiting",
    ]
    assert len(page.context["lists"]["empty"]) == 4


def test_every_table_of_the_first_page_has_a_caption(adviser):
    doubtful(application(OLLI), OLLI)
    issued(MAIJA, email="own@example.test")

    page = adviser.get(address("desk")).text

    assert page.count("<table") == page.count("<caption") == 3


def test_first_page_takes_constant_queries(adviser):
    def queries(times):
        for number in range(times):
            issued(MAIJA, email=f"own{number}@example.test")
            sent = application(VERA, VILLE)
            doubtful(sent, VERA)
            Letter.objects.filter(message="invitation").update(sent_at=timezone.now(), bounced_at=timezone.now())
        with CaptureQueriesContext(connection) as found:
            adviser.get(address("desk"))
        return len(found)

    queries(1)

    assert queries(0) == queries(6)


def test_settings_begin_with_the_desk_and_what_is_for_today_for_whoever_may_use_it(operator):
    both = staff("supervisor")
    both.groups.add(Group.objects.get(name="operator"))
    doubtful(application(MAIJA), MAIJA)

    page = sign_in_staff(Client(), both).get(address("index")).text
    without = operator.get(address("index")).text

    content = page.partition('id="content"')[2]
    assert re.findall(r"<h2[^>]*>(.*?)</h2>", content)[0] == "Desk"
    assert re.search(r"<strong>1</strong> Checks waiting for second review", content)
    assert "second review" not in without
    assert entries("list_opened") == []


# --- Accounts without a password --------------------------------------------------------------------------


def test_account_without_a_password_is_listed_after_two_days(adviser):
    made = issued(MAIJA, email="own@example.test")
    issued(OLLI, email="olli.own@example.test", ago=AGO - dt.timedelta(minutes=5))
    Letter.objects.filter(message="account_link").update(sent_at=timezone.now(), bounced_at=timezone.now())

    page = adviser.get(address("desk_without_password"))

    sent = Application.objects.get(current__applicants__last_name="Meikäläinen")
    assert listed() == ["Maija Liisa Meikäläinen"]
    assert "Came back on" in text_of(page)
    assert address("desk_applicant", sent.reference, 0) in page.text
    assert "own@example.test" not in page.text  # R16
    assert Account.objects.get(pk=made.pk).verified_at is None
    assert [facts for _, _, facts in entries("list_opened")] == [{"list": "without_password", "page": 1}]


@pytest.mark.parametrize("why", ["password", "closed", "withdrawn"])
def test_account_that_needs_nobody_is_not_listed(why):
    made = issued(MAIJA, email="own@example.test")
    assert listed() == ["Maija Liisa Meikäläinen"]

    if why == "withdrawn":
        Application.objects.update(state="withdrawn")
    else:
        column = {"password": "verified_at", "closed": "closed_at"}[why]
        Account.objects.filter(pk=made.pk).update(**{column: timezone.now()})

    assert listed() == []


def test_account_is_listed_with_the_application_that_is_open_now():
    made = issued(MAIJA, email="own@example.test")
    Application.objects.update(state="replaced")
    assert listed() == []

    later = application(MAIJA)

    found = without_password.with_holders([made])
    assert [each.applicant.version.application for each in found] == [later]


def test_list_of_accounts_takes_constant_queries_and_reads_no_table_from_end_to_end(adviser):
    people = [MAIJA, OLLI, VERA, VILLE]

    def queries(some):
        for who in some:
            issued(who, email=f"{who['first_names'].split()[0].lower()}.own@example.test")
        with CaptureQueriesContext(connection) as found:
            adviser.get(address("desk_without_password"))
        return len(found)

    queries(people[:1])

    assert queries([]) == queries(people[1:])
    plan = without_password.accounts_without_password()[: paging.PAGE_ROWS].explain()
    assert connection.vendor != "sqlite" or ("account_without_password" in plan and "SCAN" not in plan)
