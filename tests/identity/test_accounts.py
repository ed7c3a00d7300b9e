"""Accounts of people without electronic identification, and the links to their passwords (J5, R15)."""

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, transaction

from applications.models import IdCheck
from identity import account_links, accounts
from identity.models import Account, AccountLink, LinkRequest
from mailing import letters
from mailing.letters import NoLongerDue
from mailing.models import Letter
from records.models import Entry
from tests.cast import MAIJA, OLLI
from tests.identity.accounts import (
    CODE_END,
    EMAIL,
    PASSWORD,
    evidence,
    issued,
    last_letter,
    person,
    token_of,
    with_password,
)
from tests.mailing.letters import assert_accessible_and_plain

pytestmark = pytest.mark.django_db
WEEK = dt.timedelta(days=7)
LANGUAGES = ["fi", "sv", "en"]


def refusal(token):
    """Return the kind of refusal that a token meets; None for one that works."""
    try:
        account_links.find_account_link(token)
    except account_links.CannotUseAccountLink as refused:
        return type(refused)
    return None


# --- Issuing ---------------------------------------------------------------------------------------------


def test_account_is_issued_with_a_letter_to_its_address():
    account = issued(email=" Maija@Example.TEST ")

    assert (account.email, account.id_check, account.closed_at) == ("maija@example.test", IdCheck.objects.get(), None)
    assert [letter.to for letter in Letter.objects.all()] == ["maija@example.test"]
    assert not account.user.has_usable_password()


def test_account_needs_an_address_of_its_own():
    issued(MAIJA)

    with pytest.raises(accounts.AddressTaken):
        issued(OLLI, email=EMAIL.upper())

    assert Account.objects.count() == 1
    assert Letter.objects.count() == 1


def test_database_keeps_an_address_to_one_account():
    issued(MAIJA)
    olli = person(OLLI).user

    for email in (EMAIL, EMAIL.upper()):
        with pytest.raises(IntegrityError), transaction.atomic():
            Account.objects.create(user=olli, email=email, id_check_id=evidence(OLLI))


def test_address_of_a_closed_account_is_free():
    accounts.close(issued(MAIJA))

    assert issued(OLLI, email=EMAIL).email == EMAIL


def test_issuing_again_renews_the_account_and_keeps_the_password():
    with_password()

    again = accounts.issue_account(person(), email=EMAIL, id_check=(check := evidence()))

    assert (again.id_check_id, again.closed_at) == (check, None)
    assert again.user.check_password(PASSWORD)
    assert Account.objects.count() == 1


def test_issuing_again_opens_a_closed_account_without_its_password():
    accounts.close(with_password())

    again = issued()

    assert again.closed_at is None
    assert not again.user.has_usable_password()


def test_issuing_at_another_address_forgets_the_password():
    with_password()

    again = accounts.issue_account(person(), email="other@example.test", id_check=evidence())

    assert (again.email, again.verified_at) == ("other@example.test", None)
    assert not again.user.has_usable_password()


def test_issuing_is_undone_with_the_transaction_around_it():
    with transaction.atomic():
        issued()
        transaction.set_rollback(True)

    assert (Account.objects.count(), AccountLink.objects.count(), Letter.objects.count()) == (0, 0, 0)


# --- Another address, another link, the end --------------------------------------------------------------


def test_corrected_address_gets_a_link_and_the_former_is_dead():
    account = issued()
    first = token_of(account)

    accounts.correct_account_address(account, email="Right@example.test", id_check=account.id_check_id)

    account.refresh_from_db()
    assert account.email == "right@example.test"
    assert refusal(first) is account_links.AccountLinkReplaced
    assert refusal(token_of(account)) is None


def test_corrected_address_takes_the_password_from_whoever_set_it_at_the_wrong_one():
    account = with_password()

    accounts.correct_account_address(account, email="right@example.test", id_check=account.id_check_id)

    account = Account.objects.get()
    assert not account.user.has_usable_password()
    assert account.verified_at is None


def test_corrected_address_may_not_be_anothers():
    issued(OLLI, email="olli@example.test")
    account = issued(MAIJA)
    token = token_of(account)

    with pytest.raises(accounts.AddressTaken):
        accounts.correct_account_address(account, email="OLLI@example.test", id_check=account.id_check_id)

    account.refresh_from_db()
    assert account.email == EMAIL
    assert refusal(token) is None


def test_new_link_ends_the_former():
    account = issued()
    first = token_of(account)

    accounts.send_link(account)

    second = token_of(account)
    assert first != second
    assert (refusal(first), refusal(second)) == (account_links.AccountLinkReplaced, None)
    assert AccountLink.objects.filter(used_at=None, replaced_at=None).count() == 1


def test_database_allows_one_live_link():
    account = issued()

    with pytest.raises(IntegrityError), transaction.atomic():
        AccountLink.objects.create(account=account, nonce="1", token_hash="1", created_at=account.issued_at)


def test_closed_account_does_nothing_any_more():
    account = with_password()
    accounts.send_link(account)
    token = token_of(account)

    accounts.close(account)

    account = Account.objects.get()
    assert account.closed_at is not None
    assert not account.user.has_usable_password()
    assert refusal(token) is account_links.AccountLinkClosed
    for change in (
        lambda: accounts.send_link(account),
        lambda: accounts.correct_account_address(account, email="x@example.test", id_check=account.id_check_id),
    ):
        with pytest.raises(accounts.AccountClosed):
            change()


def test_account_that_is_issued_again_waits_for_its_password():
    account = with_password()
    accounts.close(account)

    again = issued()

    assert (again.verified_at, again.user.has_usable_password()) == (None, False)


def test_closing_twice_is_closing_once():
    account = issued()

    accounts.close(account)
    closed_at = Account.objects.get().closed_at
    accounts.close(account)

    assert Account.objects.get().closed_at == closed_at
    assert Letter.objects.filter(message="account_closed").count() == 1


# --- The link and the password ---------------------------------------------------------------------------


def test_token_is_stored_nowhere():
    account = issued()
    token = token_of(account)

    stored = [str(vars(row)) for model in (Account, AccountLink, Letter) for row in model.objects.all()]

    assert len(token) == 40
    assert [row for row in stored if token in row] == []


def test_link_sets_the_password_once_and_verifies_the_address():
    account = issued()
    token = token_of(account)

    accounts.set_password(token, password=PASSWORD, code_end=CODE_END)

    account = Account.objects.get()
    assert account.user.check_password(PASSWORD)
    assert account.verified_at is not None
    assert refusal(token) is account_links.AccountLinkUsed
    with pytest.raises(account_links.AccountLinkUsed):
        accounts.set_password(token, password="another password", code_end=CODE_END)


def test_setting_a_password_is_in_the_trail_without_the_address():
    account = with_password()

    [entry] = Entry.objects.all()

    assert (entry.event, entry.role, entry.user_id) == ("account_password_set", "applicant", account.user_id)
    assert EMAIL not in str(vars(entry))


def test_link_works_for_seven_days():
    with time_machine.travel(dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC), tick=False) as clock:
        token = token_of(issued())
        clock.shift(WEEK - dt.timedelta(seconds=1))
        last = refusal(token)
        clock.shift(1)

        assert (last, refusal(token)) == (None, account_links.AccountLinkExpired)


@pytest.mark.parametrize("token", ["", "0" * 40, "x", "\0", "ä" * 1000])
def test_unknown_token(token):
    issued()
    assert refusal(token) is account_links.UnknownAccountLink


def test_token_works_under_an_older_key_and_not_without_it(settings):
    token = token_of(issued())
    old = settings.FIELD_INDEX_KEYS

    settings.FIELD_INDEX_KEYS = ["a new key of at least thirty-two characters", *old]
    under_both = refusal(token)
    settings.FIELD_INDEX_KEYS = settings.FIELD_INDEX_KEYS[:1]

    assert (under_both, refusal(token)) == (None, account_links.UnknownAccountLink)


# --- Letters ---------------------------------------------------------------------------------------------


def test_letter_tells_a_first_link_from_one_for_a_forgotten_password():
    account = issued()
    first = letters.write_letter(last_letter())
    accounts.set_password(token_of(account), password=PASSWORD, code_end=CODE_END)
    accounts.send_link(Account.objects.get())
    second = letters.write_letter(last_letter())

    assert first.subject == "Heka housing application: create a password for your account"
    assert "The rental apartment search advisory service has created an account for you." in first.body
    assert second.subject == "Heka housing application: create a new password for your account"
    assert "Your current password still works" in second.body


def test_letter_of_a_replaced_link_is_no_longer_due():
    account = issued()
    first = last_letter()

    accounts.send_link(account)

    with pytest.raises(NoLongerDue):
        letters.write_letter(first)


def test_letter_is_not_written_once_its_key_is_gone(settings):
    issued()
    settings.FIELD_INDEX_KEYS = ["a new key of at least thirty-two characters"]

    with pytest.raises(NoLongerDue):
        letters.write_letter(last_letter())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("message", ["account_link", "account_password_set", "account_closed"])
def test_letter_is_accessible_and_plain_in_each_language(message, language):
    account = with_password()
    accounts.send_link(account)
    if message == "account_closed":
        accounts.close(account)
    letter = last_letter(message)
    letter.language = language

    written = letters.write_letter(letter)

    assert_accessible_and_plain(written)
    assert "Meikäläinen" not in written.body  # nobody else has an account at the address (R15)
    assert "010594" not in written.body
    assert f"http://testserver/{language}/" in written.body


# --- Asking for a link -----------------------------------------------------------------------------------


def asked(email):
    """Return how many letters with a link follow from asking for one."""
    before = Letter.objects.filter(message="account_link").count()
    accounts.request_link(email)
    accounts.answer_requests()
    return Letter.objects.filter(message="account_link").count() - before


def test_link_is_sent_to_the_address_of_an_open_account_only():
    account = issued(MAIJA)
    known, unknown = asked(f" {EMAIL.upper()} "), asked("nobody@example.test")
    accounts.close(account)

    assert (known, unknown, asked(EMAIL)) == (1, 0, 0)
    assert LinkRequest.objects.count() == 0


def test_link_goes_to_the_address_of_the_counter_whatever_was_typed():
    issued(email="kaisa@example.test")

    accounts.request_link("\u212aaisa@example.test")  # the sign for kelvin, a small k to databases
    accounts.answer_requests()

    assert {letter.to for letter in Letter.objects.all()} == {"kaisa@example.test"}


def test_asking_does_the_same_whoever_is_asked_for(django_assert_num_queries):
    issued(MAIJA)
    accounts.close(issued(OLLI, email="olli@example.test"))

    for email in (EMAIL, "olli@example.test", "nobody@example.test"):
        with django_assert_num_queries(1) as queries:
            accounts.request_link(email)
        assert queries[0]["sql"].startswith('INSERT INTO "identity_linkrequest"')


def test_letters_of_an_account_are_found_by_its_name():
    account = issued()
    accounts.close(account)

    assert set(Letter.objects.values_list("message", "recipient")) == {
        ("account_link", f"account {account.pk}"),
        ("account_closed", f"account {account.pk}"),
    }
