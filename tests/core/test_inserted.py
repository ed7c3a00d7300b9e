"""Rows stored by statements made once are those that bulk_create() would have stored."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from applications.models import Happening, StateChange
from core.inserted import MOST, insert
from identity.models import DirectoryIdentity, DirectorySession, User
from records.models import Entry
from tests import cast
from tests.applications import factories

pytestmark = pytest.mark.django_db


def values(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.fields if not field.primary_key}


def copies(row, number):
    """Return new rows with the values of a stored one, but for what is there once."""
    model = type(row)
    changed = [{"number": 1000 + each} if model is Entry else {} for each in range(number)]
    return [model(**{**values(row), **other}) for other in changed]


@pytest.fixture
def confirmed():
    sent = factories.application(cast.VERA, cast.VILLE)
    for who in (cast.VERA, cast.VILLE):
        factories.confirm(sent, who)
    return sent


@pytest.mark.parametrize("number", [1, 2, 3, MOST, MOST + 1])
@pytest.mark.parametrize("model", [StateChange, Happening, Entry], ids=lambda model: model.__name__)
def test_stored_rows_are_those_of_bulk_create(confirmed, model, number):
    known = model.objects.filter(change=None) if model is Happening else model.objects
    given = copies(known.last(), number)
    stored = insert(given)
    assert [one.pk for one in stored] == sorted({one.pk for one in stored})
    assert [values(one) for one in model.objects.order_by("pk")][-number:] == [values(one) for one in given]
    assert {one._state.adding for one in stored} == {False}


def test_stored_rows_can_be_saved_again(confirmed):
    [change] = insert(copies(StateChange.objects.last(), 1))
    change.refresh_from_db()
    assert change.application == confirmed


def test_no_rows_are_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert insert([]) == []


def test_what_the_database_makes_is_made_by_it():
    user = User.objects.create(username="by database")
    identity = DirectoryIdentity.objects.create(user=user, issuer="https://directory.example.test", subject="s")
    [session] = insert([DirectorySession(identity=identity)])
    session.refresh_from_db()
    assert (session.sid, timezone.now() - session.began_at < dt.timedelta(minutes=1)) == ("", True)


def test_a_row_of_something_that_is_not_stored_is_refused(confirmed):
    change = copies(StateChange.objects.last(), 1)[0]
    change.user = User(username="not stored")
    with pytest.raises(ValueError, match="unsaved related object"):
        insert([change])


def test_what_the_database_refuses_is_refused(confirmed):
    change = copies(StateChange.objects.last(), 1)[0]
    change.name = "both a user and a name"
    with pytest.raises(IntegrityError), transaction.atomic():
        insert([change])
