"""People with a password account, and the links that they get, for the tests."""

import re

from django.utils import timezone

from identity import accounts, people
from identity.claims import Identity
from identity.enums import Method
from identity.models import Account
from mailing import letters
from mailing.models import Letter
from tests.cast import MAIJA

PASSWORD = "kolme sanaa peräkkäin"
EMAIL = "maija@example.test"
ID_CHECK = 17
CODE_END = MAIJA["hetu"][-4:]


def person(who=MAIJA):
    """Return somebody of the cast, as a bank or the counter knows them."""
    identity = Identity(**who, method=Method.BANK)
    return people.recognise(identity, language="en", at=timezone.now())


def issued(who=MAIJA, email=EMAIL):
    """Return an account that waits for its password."""
    return accounts.issue_account(person(who), email=email, id_check=ID_CHECK)


def with_password(who=MAIJA, email=EMAIL, password=PASSWORD):
    """Return an account whose holder has set a password."""
    account = issued(who, email)
    accounts.set_password(token_of(account), password=password, code_end=who["hetu"][-4:])
    return Account.objects.get(pk=account.pk)


def last_letter(message="account_link"):
    return Letter.objects.filter(message=message).latest("pk")


def token_of(account):
    """Return the token of the account's last letter, out of the letter itself."""
    letter = Letter.objects.filter(message="account_link", to=account.email).latest("pk")
    return re.search(r"token=([0-9a-f]+)", letters.write_letter(letter).body)[1]
