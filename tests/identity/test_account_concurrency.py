"""Tries in the same second, each over a connection of its own, on either database."""

import pytest

from identity import account_links, accounts
from identity.models import Account
from tests.applications.test_concurrency import at_once
from tests.identity.accounts import CODE_END, PASSWORD, issued, token_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_tries_at_once_are_no_more_than_one_after_another():
    token = token_of(issued())

    refused = at_once(
        *[
            lambda number=number: accounts.set_password(token, password=PASSWORD, code_end=f"{number:03}X")
            for number in range(14)
        ]
    )

    assert {type(each) for each in refused} <= {account_links.WrongCodeEnd, account_links.AccountLinkLocked}
    assert sum(isinstance(each, account_links.WrongCodeEnd) for each in refused) == 10
    with pytest.raises(account_links.AccountLinkLocked):
        accounts.set_password(token, password=PASSWORD, code_end=CODE_END)
    assert not Account.objects.get().user.has_usable_password()
