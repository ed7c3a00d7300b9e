"""Removing people who have no applications left, and what signing in leaves behind (R18)."""

import datetime as dt
from collections.abc import Collection, Iterator

from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet

from identity import account_letters
from identity.models import Account, LinkRequest, Person, User
from records.models import Entry

BATCH = 200  # people


def identified_before(moment: dt.datetime) -> Iterator[list[Person]]:
    """Return the people who were last identified before a moment, in batches, starting with the longest known."""
    after = 0
    people = Person.objects.filter(identified_at__lt=moment).order_by("pk")
    while batch := list(people.filter(pk__gt=after)[:BATCH]):
        after = batch[-1].pk
        yield batch


def lock_unidentified(people: Collection[Person], *, before: dt.datetime) -> list[Person]:
    """Lock and return the people who have not been identified in the meantime."""
    keys = [person.pk for person in people]
    return list(Person.objects.select_for_update().filter(pk__in=keys, identified_at__lt=before).order_by("pk"))


def remove_accounts(people: Collection[Person], *, with_notices: bool) -> None:
    """Remove the accounts of people and the letters about them. People who are logged in are logged out.

    Without `with_notices` the letters stay that tell of an account's end or move.
    """
    users = [person.user_id for person in people]
    accounts = Account.objects.filter(user__in=users)
    LinkRequest.objects.filter(email__in=accounts.values("email")).delete()
    account_letters.remove_account_letters(accounts.values_list("pk", flat=True), with_notices=with_notices)
    accounts.delete()
    User.objects.filter(pk__in=users).update(password=make_password(None))


def remove_people(people: Collection[Person]) -> None:
    """Remove people with their accounts and sign-ins. A sign-in that the trail names stays, but empty."""
    users = [person.user_id for person in people]
    remove_accounts(people, with_notices=False)
    Person.objects.filter(pk__in=[person.pk for person in people]).delete()
    remove_empty_users(users)


def remove_empty_users(users: Collection[int]) -> None:
    """Remove the users who are neither a person nor staff, and whom the trail does not name."""
    named = Entry.objects.filter(user=OuterRef("pk"))
    nobody = {"is_staff": False, "is_superuser": False, "first_name": "", "last_name": "", "email": "", "groups": None}
    User.objects.filter(~Exists(named), pk__in=users, person=None, **nobody).delete()


def ended_sessions(now: dt.datetime) -> QuerySet[Session]:
    """Return the sessions that have expired."""
    return Session.objects.filter(expire_date__lt=now)
