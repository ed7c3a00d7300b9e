"""What rests on which check, and what an undoing takes down: exactly that (C5)."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from applications import invitations
from applications.models import Confirmation
from counter import account_issue, undoing
from identity import proof
from identity.enums import Language, Method
from identity.models import Account
from identity.people import person_actor
from mailing.models import Letter
from tests import cast
from tests.applications.factories import application, confirm, person, state
from tests.applications.households import sent as household
from tests.counter.checks import EMAIL, GUN, check, confirm_by_account, confirm_here, issue, slot, undo
from tests.counter.desk.arranged import address, text_of
from tests.staff import acting, sign_in_staff, staff

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 11, 20, 10, tzinfo=dt.UTC)
MOVED = "somebody.else@example.test"


def move(account, sent, who=cast.MAIJA, email=MOVED):
    account_issue.correct_account_address(account, email=email, applicant=slot(sent, who), by=acting("adviser"))
    account.refresh_from_db()


def in_use(account):
    account.user.set_password("seven green herons")
    account.user.save()
    Account.objects.filter(pk=account.pk).update(verified_at=timezone.now())
    account.refresh_from_db()
    return account


def correct_contact_details(sent, method):
    by = person_actor(person(cast.MAIJA), proof.Proof(method=method, provider="any", level="", at=""))
    mine = slot(sent, cast.MAIJA)
    invitations.correct_own_contact_details(mine, email=MOVED, phone="", language=Language("fi"), by=by)


@pytest.fixture
def moved(time_machine):
    """An account of Maija's that was moved after a second check, the application, and both checks."""
    time_machine.move_to(NOON)
    sent = application(cast.MAIJA, cast.OLLI)
    first = check(sent, cast.MAIJA)
    account = in_use(issue(first))
    time_machine.shift(dt.timedelta(days=1))
    second = check(sent, cast.MAIJA)
    move(account, sent)
    return account, sent, first, second


def test_whoever_took_an_account_over_on_a_wrong_check_loses_it_when_that_check_is_undone(moved):
    account, sent, _, second = moved
    client = Client()
    client.force_login(in_use(account).user)
    confirm_by_account(sent, cast.MAIJA)
    confirm(sent, cast.OLLI)
    assert state(sent) == "valid"

    assert undo(second) == [sent]

    account.refresh_from_db()
    assert (account.closed_at is None, state(sent)) == (False, "awaiting")
    assert not account.user.has_usable_password()
    assert client.get("/en/applications/").status_code == 302  # logged out
    assert [letter.to for letter in Letter.objects.filter(message="account_closed")] == [MOVED]


def test_account_that_was_moved_on_a_sound_check_outlives_the_check_that_it_was_issued_on(moved):
    account, sent, first, second = moved
    confirm_by_account(sent, cast.MAIJA)

    assert undo(first) == []

    account.refresh_from_db()
    assert (account.id_check, account.closed_at) == (second, None)
    assert Confirmation.objects.get(undone_at=None).id_check == second


def test_what_was_confirmed_before_the_account_was_moved_stands_when_the_second_check_is_undone(time_machine):
    time_machine.move_to(NOON)
    sent = application(cast.MAIJA)
    first = check(sent, cast.MAIJA)
    account = in_use(issue(first))
    confirm_by_account(sent, cast.MAIJA)
    time_machine.shift(dt.timedelta(days=1))
    second = check(sent, cast.MAIJA)
    move(account, sent)

    assert undo(second) == []

    assert state(sent) == "valid"
    assert Confirmation.objects.get(undone_at=None).id_check == first


def test_confirmation_names_the_check_on_which_the_account_rests_at_that_moment(moved):
    """The session may be older than the check."""
    _, sent, _, second = moved

    assert confirm_by_account(sent, cast.MAIJA).id_check == second


def test_account_that_nobody_used_yet_is_not_moved_on_a_telephone_call(time_machine):
    time_machine.move_to(NOON)
    sent = application(cast.MAIJA)
    account = issue(check(sent, cast.MAIJA))
    time_machine.shift(dt.timedelta(days=8))

    with pytest.raises(account_issue.MoveNotChecked):
        move(account, sent)

    assert Account.objects.get().email == EMAIL


def test_account_is_not_moved_for_a_guardian_or_proxy(time_machine):
    """C6: they would confirm online for good."""
    time_machine.move_to(NOON)
    sent = application(cast.MAIJA)
    account = in_use(issue(check(sent, cast.MAIJA)))
    time_machine.shift(dt.timedelta(days=1))
    check(sent, cast.MAIJA, **GUN)

    with pytest.raises(account_issue.Represented):
        move(account, sent)

    assert Account.objects.get().email == EMAIL


def test_open_account_without_a_check_is_refused_by_the_database():
    account = issue(check(application(cast.MAIJA), cast.MAIJA))

    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(pk=account.pk).update(id_check=None)


@pytest.mark.parametrize("method", ["counter", "account"])
def test_confirmation_of_the_counter_or_an_account_without_a_check_is_refused_by_the_database(method):
    sent = application(cast.MAIJA)
    made = confirm(sent, cast.MAIJA)
    mine = {name: getattr(made, name) for name in ("person", "digest", "terms", "provider", "level", "confirmed_at")}

    with pytest.raises(IntegrityError):
        Confirmation.objects.create(
            **mine, applicant=slot(application(cast.MAIJA), cast.MAIJA), method=method, staff=staff("adviser")
        )


def test_what_the_account_did_is_shown_before_its_check_is_undone(moved):
    _, sent, first, second = moved
    correct_contact_details(sent, Method.ACCOUNT)
    confirm_by_account(sent, cast.MAIJA)
    supervisor = sign_in_staff(Client(), staff("supervisor"))

    shown = text_of(supervisor.get(address("desk_undo", second.pk)))

    assert "anybody who is logged in with it will be logged out." in shown
    assert f"Contact details changed ( {sent.number} )" in shown
    assert f"Confirmation by Maija Liisa Meikäläinen (email address and password), application {sent.number}" in shown
    assert "Nothing depends on this check yet." in text_of(supervisor.get(address("desk_undo", first.pk)))


def test_what_was_done_at_a_bank_is_not_shown_as_done_through_the_account(moved):
    _, sent, _, second = moved

    correct_contact_details(sent, Method.BANK)

    assert undoing.what_falls(second).contact_details == []


def test_whoever_turned_18_while_it_was_valid_is_invited_when_it_waits_again(time_machine):
    """R2: the clock does not look back to a birthday on which nobody was awaited."""
    time_machine.move_to("2034-04-20T12:00:00+03:00")  # Tea is 18 on 1 May 2034
    sent = household(cast.MAIJA, cast.TEA)
    made = check(sent, cast.MAIJA, document_valid_until=dt.date(2036, 1, 31))
    confirm_here(sent, cast.MAIJA)
    time_machine.move_to("2034-05-02T12:00:00+03:00")
    assert (state(sent), Letter.objects.filter(message="invitation").count()) == ("valid", 0)

    undo(made)

    invited = Letter.objects.get(message="invitation")
    assert (state(sent), invited.parameters["recipient"]) == ("awaiting", str(slot(sent, cast.TEA)))


def test_undoing_sends_no_second_invitation_to_whoever_has_one_that_works():
    sent = household(cast.MAIJA, cast.OLLI)
    made = check(sent, cast.MAIJA)
    confirm_here(sent, cast.MAIJA)

    undo(made)

    assert Letter.objects.filter(message="invitation").count() == 1
