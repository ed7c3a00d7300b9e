import datetime as dt

import pytest
from django.db import IntegrityError
from django.utils import timezone

from counter import account_issue, id_checks
from identity import accounts
from identity.models import Account, Person
from mailing import worker
from mailing.models import Letter
from records.models import Entry
from tests import cast
from tests.applications.factories import application, confirm, person, state
from tests.applications.households import written
from tests.counter.broken_trail import refusing
from tests.counter.checks import (
    EMAIL,
    ETHAN,
    GUN,
    check,
    confirm_by_account,
    confirm_here,
    doubtful,
    issue,
    slot,
    undo,
)
from tests.interleaving import before_lock
from tests.staff import acting, staff

NOON = dt.datetime(2026, 11, 20, 10, tzinfo=dt.UTC)

pytestmark = pytest.mark.django_db


def links():
    """Return to whom links were sent, in order."""
    return [letter.to for letter in Letter.objects.filter(message="account_link").order_by("pk")]


def test_issue_after_the_check_sends_the_link():
    """J5"""
    made = check(application(cast.MAIJA), cast.MAIJA)

    account = issue(made)

    assert (account.email, account.id_check, account.closed_at) == (EMAIL, made, None)
    assert account.user.person.hetu == cast.MAIJA["hetu"]
    assert not account.user.has_usable_password()
    assert links() == [EMAIL]


def test_issue_is_written_to_the_trail():
    sent = application(cast.MAIJA)

    issue(check(sent, cast.MAIJA))

    entry = Entry.objects.get(event="account_issued")
    assert (entry.chain.name, entry.subject) == (f"application {sent.pk}", f"applicant {slot(sent, cast.MAIJA).pk}")
    assert (entry.role, entry.user_id) == ("adviser", staff("adviser").pk)


def test_issue_and_confirming_here_go_together():
    """J4"""
    sent = application(cast.MAIJA, cast.OLLI)
    made = check(sent, cast.OLLI)

    issue(made, email="olli.own@example.test")
    confirm_here(sent, cast.OLLI)

    assert [a.must_confirm for a in (slot(sent, cast.MAIJA), slot(sent, cast.OLLI))] == [True, False]


def test_issue_to_somebody_who_was_identified_at_a_bank_keeps_their_name():
    """R4"""
    known = person({**cast.MAIJA, "last_name": "Meikäläinen-Virtanen"})

    issue(check(application(cast.MAIJA), cast.MAIJA))

    assert str(Person.objects.get(pk=known.pk)) == "Maija Liisa Meikäläinen-Virtanen"


def test_issue_at_the_address_of_another_person_is_refused():
    """R15"""
    sent = application(cast.MAIJA, cast.OLLI)
    issue(check(sent, cast.MAIJA))
    made = check(sent, cast.OLLI)

    with pytest.raises(accounts.AddressTaken):
        issue(made, email=EMAIL.upper())

    assert Account.objects.count() == 1
    assert links() == [EMAIL]


def test_issue_on_a_doubtful_check_is_refused_until_it_is_accepted():
    """C4"""
    made = doubtful(application(cast.MAIJA), cast.MAIJA)

    with pytest.raises(account_issue.NotChecked):
        issue(made)
    id_checks.decide(made, accepted=True, reason="It is her", by=acting("supervisor"))

    assert issue(made).id_check == made


def test_issue_on_a_check_that_was_undone_is_refused():
    """C5"""
    made = check(application(cast.MAIJA), cast.MAIJA)
    undo(made)

    with pytest.raises(account_issue.NotChecked):
        issue(made)


def test_issue_on_a_check_of_long_ago_is_refused(time_machine):
    time_machine.move_to(NOON)
    made = check(application(cast.MAIJA), cast.MAIJA)
    time_machine.shift(dt.timedelta(days=7))

    with pytest.raises(account_issue.NotChecked):
        issue(made)


def test_issue_soon_after_the_second_look_is_possible(time_machine):
    time_machine.move_to(NOON)
    made = doubtful(application(cast.MAIJA), cast.MAIJA)
    time_machine.shift(dt.timedelta(days=20))
    id_checks.decide(made, accepted=True, reason="I know the picture", by=acting("supervisor"))

    assert issue(made).id_check == made


def test_correct_address_of_an_account_in_use_needs_a_check_today(time_machine):
    """Whoever gets its letters takes it over."""
    time_machine.move_to(NOON)
    sent = application(cast.MAIJA)
    account = issue(check(sent, cast.MAIJA))
    account.verified_at = account.issued_at
    account.save()
    time_machine.shift(dt.timedelta(days=1))
    with pytest.raises(account_issue.AccountInUse):
        account_issue.correct_account_address(
            account, email="other@example.test", applicant=slot(sent, cast.MAIJA), by=acting("adviser")
        )

    check(sent, cast.MAIJA)
    account_issue.correct_account_address(
        account, email="other@example.test", applicant=slot(sent, cast.MAIJA), by=acting("adviser")
    )

    assert links() == [EMAIL, "other@example.test"]
    told = Letter.objects.get(message="account_moved")
    assert told.to == EMAIL
    assert written(told)[0].startswith("Hekan asuntohakemus: tunnuksesi sähköpostiosoite")


def test_issue_for_whoever_was_represented_is_refused():
    """C6"""
    made = check(application(cast.MAIJA), cast.MAIJA, **GUN)

    with pytest.raises(account_issue.Represented):
        issue(made)

    assert Account.objects.count() == 0


def test_issue_for_somebody_without_a_code_is_refused():
    """R3"""
    sent = application(cast.MAIJA, co_applicants=[ETHAN])

    with pytest.raises(account_issue.HolderWithoutCode):
        issue(check(sent, ETHAN))


def test_issue_again_after_undoing_stands_on_the_new_check():
    sent = application(cast.MAIJA)
    undo(first := check(sent, cast.MAIJA))
    second = check(sent, cast.MAIJA)

    account = issue(second)

    assert (account.id_check, account.closed_at) == (second, None)
    assert first != second


def test_address_of_an_account_whose_holder_begins_to_use_it_meanwhile_is_not_moved(time_machine):
    """J5: whoever telephoned could take it over"""
    time_machine.move_to(NOON)
    sent = application(cast.MAIJA)
    account = issue(check(sent, cast.MAIJA))
    time_machine.shift(dt.timedelta(days=1))
    holder = slot(sent, cast.MAIJA)

    def begin_to_use():
        Account.objects.update(verified_at=timezone.now())

    with before_lock(begin_to_use), pytest.raises(account_issue.AccountInUse):
        account_issue.correct_account_address(
            account, email="other@example.test", applicant=holder, by=acting("adviser")
        )

    assert links() == [EMAIL]


def test_address_is_not_moved_on_a_check_that_is_undone_meanwhile():
    """C5"""
    sent = application(cast.MAIJA)
    made = check(sent, cast.MAIJA)
    account = issue(made)
    Account.objects.update(verified_at=timezone.now())
    holder = slot(sent, cast.MAIJA)

    with (
        before_lock(lambda: undo(made)),
        pytest.raises((account_issue.CannotIssue, accounts.AccountClosed)),
    ):
        account_issue.correct_account_address(
            account, email="other@example.test", applicant=holder, by=acting("adviser")
        )

    assert links() == [EMAIL]


def test_correct_address_sends_the_link_there_and_ends_the_former():
    """J4"""
    sent = application(cast.MAIJA)
    account = issue(check(sent, cast.MAIJA))

    account_issue.correct_account_address(
        account, email="right@example.test", applicant=slot(sent, cast.MAIJA), by=acting("adviser")
    )

    assert Account.objects.get().email == "right@example.test"
    assert links() == [EMAIL, "right@example.test"]
    assert account.links.filter(used_at=None, replaced_at=None).count() == 1
    assert Entry.objects.get(event="account_address_changed").user_id == staff("adviser").pk


def test_link_that_waits_for_the_former_address_of_an_account_is_not_sent():
    sent = application(cast.MAIJA)
    account = issue(check(sent, cast.MAIJA))

    account_issue.correct_account_address(
        account, email="right@example.test", applicant=slot(sent, cast.MAIJA), by=acting("adviser")
    )
    worker.deliver_due_letters()

    found = Letter.objects.filter(message="account_link").order_by("pk")
    assert [(letter.to, letter.status) for letter in found] == [(EMAIL, "dropped"), ("right@example.test", "sent")]


def test_what_waits_for_the_person_goes_to_the_new_address_of_their_account_too():
    """R20"""
    sent = application(cast.MAIJA)
    account = issue(check(sent, cast.MAIJA))

    account_issue.correct_account_address(
        account, email="right@example.test", applicant=slot(sent, cast.MAIJA), by=acting("adviser")
    )

    assert Letter.objects.get(message="arrived").to == "right@example.test"


def test_correct_address_to_that_of_another_person_is_refused():
    """R15"""
    sent = application(cast.MAIJA, cast.OLLI)
    issue(check(sent, cast.MAIJA))
    account = issue(check(sent, cast.OLLI), email="olli.own@example.test")

    with pytest.raises(accounts.AddressTaken):
        account_issue.correct_account_address(
            account, email=EMAIL, applicant=slot(sent, cast.OLLI), by=acting("adviser")
        )

    assert Entry.objects.filter(event="account_address_changed").count() == 0


def test_send_link_again_ends_the_former_one():
    sent = application(cast.MAIJA)
    account = issue(check(sent, cast.MAIJA))

    account_issue.send_account_link(account, applicant=slot(sent, cast.MAIJA), by=acting("adviser"))

    assert links() == [EMAIL, EMAIL]
    assert account.links.filter(used_at=None, replaced_at=None).count() == 1
    assert Entry.objects.get(event="account_link_sent").role == "adviser"


def test_locked_account_is_opened_by_a_check_today_and_by_nothing_else(time_machine):
    time_machine.move_to(NOON)
    sent = application(cast.MAIJA)
    account = issue(check(sent, cast.MAIJA))
    Account.objects.update(wrong_tries=10)
    account.refresh_from_db()
    time_machine.shift(dt.timedelta(days=1))

    with pytest.raises(account_issue.AccountLocked):
        account_issue.send_account_link(account, applicant=slot(sent, cast.MAIJA), by=acting("adviser"))
    check(sent, cast.MAIJA)
    account_issue.send_account_link(account, applicant=slot(sent, cast.MAIJA), by=acting("adviser"))

    assert Account.objects.get().wrong_tries == 0


def test_send_link_of_a_closed_account_is_refused():
    sent = application(cast.MAIJA)
    account = issue(made := check(sent, cast.MAIJA))
    undo(made)

    with pytest.raises(accounts.AccountClosed):
        account_issue.send_account_link(account, applicant=slot(sent, cast.MAIJA), by=acting("adviser"))


def test_link_of_the_letter_sets_the_password_with_which_the_person_confirms():
    """J5"""
    sent = application(cast.MAIJA)
    made = check(sent, cast.MAIJA)
    issue(made)
    _, text, _ = written(Letter.objects.get(message="account_link"))
    token = text.partition("token=")[2].split()[0]

    accounts.set_password(token, password="correct horse battery", code_end=cast.MAIJA["hetu"][-4:])
    done = confirm_by_account(sent, cast.MAIJA)

    assert Account.objects.get().user.check_password("correct horse battery")
    assert (state(sent), done.method, done.id_check) == ("valid", "account", made)


def test_confirming_with_an_account_that_was_closed_is_refused():
    """C5"""
    sent = application(cast.MAIJA)
    issue(made := check(sent, cast.MAIJA))
    undo(made)

    with pytest.raises(accounts.AccountClosed):
        confirm_by_account(sent, cast.MAIJA)
    confirm(sent, cast.MAIJA)

    assert state(sent) == "valid"


@pytest.mark.parametrize(
    ("act", "event"),
    [("issue", "account_issued"), ("correct", "account_address_changed"), ("send", "account_link_sent")],
)
def test_nothing_is_sent_if_the_trail_cannot_be_written(act, event):
    sent = application(cast.MAIJA)
    made, mine = check(sent, cast.MAIJA), slot(sent, cast.MAIJA)
    account = None if act == "issue" else issue(made)
    before = links()
    acts = {
        "issue": lambda: issue(made),
        "correct": lambda: account_issue.correct_account_address(
            account, email="right@example.test", applicant=mine, by=acting("adviser")
        ),
        "send": lambda: account_issue.send_account_link(account, applicant=mine, by=acting("adviser")),
    }

    with refusing(event), pytest.raises(IntegrityError):
        acts[act]()

    assert links() == before
    assert [each.email for each in Account.objects.all()] == ([EMAIL] if account else [])
