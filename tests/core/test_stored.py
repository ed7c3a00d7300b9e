"""Rows stored by statements that are made once: the same rows as Django stores."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from applications.models import Application, Draft
from core import stored
from identity.models import RateCount, User
from mailing.models import Letter
from tests import cast
from tests.applications import factories

pytestmark = pytest.mark.django_db


def letters(*keys, **more):
    return [Letter(key=key, message="arrived", to=f"{key}@example.com", language="fi", **more) for key in keys]


def as_written(rows):
    """Return all columns of stored rows, but for those that differ in any case."""
    names = [field.attname for field in rows[0]._meta.concrete_fields]
    left_out = {"id", "created_at", "due_at", "message_id", "nonce", "code_hash", "reference"}
    return [
        {name: getattr(type(row).objects.get(pk=row.pk), name) for name in names if name not in left_out}
        for row in rows
    ]


@pytest.mark.parametrize("number", [0, 1, 3, stored.FEW, stored.FEW + 1])
def test_new_rows_are_stored_as_django_stores_them(number, django_assert_num_queries):
    names = [f"letter{n}" for n in range(number)]
    theirs = Letter.objects.bulk_create(letters(*names, parameters={"name": "O’Connor %s", "none": None}))
    expected = as_written(theirs) if theirs else []
    Letter.objects.all().delete()

    with django_assert_num_queries(min(number, 1)):
        ours = stored.insert(letters(*names, parameters={"name": "O’Connor %s", "none": None}))

    assert [letter.key for letter in ours] == names
    assert not any(letter._state.adding for letter in ours)
    assert (as_written(ours) if ours else []) == expected
    assert Letter.objects.count() == number


def test_each_row_has_its_own_values_and_the_defaults_of_the_database():
    given = timezone.now()
    first, second = stored.insert([*letters("a"), *letters("b", due_at=given, recipient="applicant 7")])
    [third] = stored.insert(letters("c", due_at=given))

    read = {letter.key: letter for letter in Letter.objects.all()}
    assert {key: letter.pk for key, letter in read.items()} == {"a": first.pk, "b": second.pk, "c": third.pk}
    assert (read["a"].recipient, read["b"].recipient) == ("", "applicant 7")
    assert read["b"].due_at == read["c"].due_at == given
    assert abs((read["a"].due_at - given).total_seconds()) < 3600


def test_rows_of_which_the_database_makes_nothing_are_stored_too():
    stored.insert([RateCount(key=key, ends=7, count=2) for key in "ab"])

    assert set(RateCount.objects.values_list("key", "ends", "count")) == {("a", 7, 2), ("b", 7, 2)}


def test_a_row_that_is_stored_already_stays_as_it_is():
    [stored_one] = stored.insert(letters("a"), unique="key")

    again, _new = stored.insert([*letters("a", recipient="applicant 7"), *letters("b")], unique="key")

    assert (again.pk, Letter.objects.count()) == (stored_one.pk, 2)
    assert Letter.objects.get(key="a").recipient == ""
    with pytest.raises(IntegrityError), transaction.atomic():
        stored.insert(letters("b"))


def test_what_refers_to_a_row_that_is_not_stored_is_refused():
    with pytest.raises(ValueError, match="unsaved related object"):
        stored.insert([Draft(application=Application())])


def test_fields_are_updated_as_django_updates_them(django_assert_num_queries):
    sent = factories.application(cast.VERA)
    draft = Draft.objects.create(
        data="{}", language="fi", nonce="n", token_hash="t", created_at=timezone.now(), touched_at=timezone.now()
    )
    draft.data, draft.language, draft.sent, draft.warned_at = None, "sv", sent, None

    with django_assert_num_queries(1):
        stored.update(draft, "data", "sent", "warned_at")

    read = Draft.objects.get(pk=draft.pk)
    assert (read.data, read.sent_id, read.warned_at, read.language) == (None, sent.pk, None, "fi")
    draft.data, draft.sent = '{"people": []}', None
    stored.update(draft, "data", "sent", "warned_at")
    assert Draft.objects.get(pk=draft.pk).data == '{"people": []}'


def test_a_row_is_updated_only_as_long_as_it_is_as_it_was():
    user = User.objects.create(username="user", last_name="Virtanen", first_name="Anni")
    user.first_name = "Anna"

    assert not stored.update(user, "first_name", former={"last_name": "Lindqvist"})
    assert User.objects.get().first_name == "Anni"
    assert stored.update(user, "first_name", former={"last_name": "Virtanen", "username": "user"})
    assert User.objects.get().first_name == "Anna"


def test_a_row_that_is_gone_is_not_updated():
    user = User.objects.create(username="user")
    User.objects.all().delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        stored.update(user, "first_name")
