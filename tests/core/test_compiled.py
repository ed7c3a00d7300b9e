"""Queries whose SQL is made once: the same rows as the query set that they are made of, for every value."""

import datetime as dt
import threading

import pytest
from django.db import connection, transaction
from django.db.models import F, FilteredRelation, Q
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from applications import reading, rivals
from applications.models import Applicant, Application
from core.compiled import Compiled
from identity.models import User
from tests import cast
from tests.applications import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def users():
    return [User.objects.create(username=f"user{number}", is_active=number != 3) for number in range(5)]


def test_each_value_has_its_own_rows(users):
    by_key = Compiled(lambda key: User.objects.filter(pk=key, is_active=True))
    assert [by_key.rows(key=user.pk) for user in users] == [[users[0]], [users[1]], [users[2]], [], [users[4]]]
    assert by_key.first(key=users[1].pk) == users[1]
    assert by_key.first(key=users[3].pk) is None


@pytest.mark.parametrize("length", range(6))
def test_a_list_may_have_any_length(users, length, django_assert_num_queries):
    among = Compiled(lambda keys: User.objects.filter(pk__in=keys).order_by("pk").values_list("username", flat=True))
    with django_assert_num_queries(1 if length else 0):
        found = among.rows(keys=[user.pk for user in users[:length]])
    assert found == [user.username for user in users[:length]]


def test_a_query_is_made_once_for_all_values():
    made = []

    def build(name):
        made.append(name)
        return User.objects.filter(username=name)

    by_name = Compiled(build)
    for name in ("Maija", "Vera", "%s", "'"):
        assert by_name.rows(name=name) == []
    assert len(made) == 1


def test_few_queries_are_made_for_many_lengths():
    made = []

    def build(keys):
        made.append(len(keys))
        return User.objects.filter(pk__in=keys)

    among = Compiled(build)
    for length in range(1, 33):
        among.rows(keys=list(range(length)))
    assert made == [1, 2, 4, 8, 16, 32]


def test_none_is_refused_since_sql_compares_it_in_another_way():
    with pytest.raises(TypeError, match="name may not be None"):
        Compiled(lambda name: User.objects.filter(username=name)).rows(name=None)


@pytest.mark.parametrize("keys", [(1, 2), {1, 2}, {1: "a"}.keys()])
def test_only_a_list_is_a_list(keys):
    with pytest.raises(TypeError, match="keys is to be a list"):
        Compiled(lambda keys: User.objects.filter(pk__in=keys)).rows(keys=keys)


def test_values_may_be_given_in_any_order(users):
    some = Compiled(lambda keys, name: User.objects.filter(pk__in=keys, username=name))
    keys = [user.pk for user in users]
    assert some.rows(keys=keys, name="user1") == some.rows(name="user1", keys=keys) == [users[1]]
    assert some.rows(name="user2", keys=keys[:1]) == []


@pytest.mark.parametrize(
    "build",
    [
        lambda: User.objects.filter(date_joined__lt=timezone.now()),
        lambda: Applicant.objects.filter(birth_date__lt=timezone.localdate()),
    ],
    ids=["moment", "day"],
)
def test_a_moment_must_be_given_and_not_stay_that_at_which_the_query_was_made(build):
    early = Compiled(build)
    with pytest.raises(TypeError, match="would count for good"):
        early.rows()
    with pytest.raises(TypeError, match="would count for good"):
        early.rows()


def test_moments_and_days_are_compared_as_the_query_set_compares_them(users):
    earlier = Compiled(lambda at: User.objects.filter(date_joined__lte=at))
    assert len(earlier.rows(at=timezone.now())) == 5
    assert earlier.rows(at=timezone.now() - dt.timedelta(days=1)) == []


@pytest.mark.django_db(transaction=True)
def test_a_lock_is_refused_outside_a_transaction_also_once_its_query_is_made(users):
    locked = Compiled(lambda key: User.objects.select_for_update().filter(pk=key))
    with pytest.raises(TransactionManagementError):
        locked.rows(key=users[0].pk)
    with transaction.atomic():
        assert locked.rows(key=users[0].pk) == users[:1]
    with pytest.raises(TransactionManagementError):
        locked.rows(key=users[0].pk)


def test_joined_rows_come_with_theirs(users):
    sent = factories.application(cast.VERA, cast.VILLE)
    confirmed = factories.confirm(sent, cast.VERA)
    counts = FilteredRelation("confirmations", condition=Q(confirmations__undone_at=None))
    people = Compiled(
        lambda version: (
            Applicant.objects.filter(version=version)
            .annotate(counting=counts, counting_id=F("counting__pk"))
            .select_related("counting")
            .order_by("position")
        )
    )
    vera, ville = people.rows(version=sent.current_id)
    assert (vera.counting, getattr(ville, "counting", None)) == (confirmed, None)


def test_each_thread_asks_by_its_own_connection(transactional_db, users):
    by_key, found = Compiled(lambda key: User.objects.filter(pk=key)), []
    by_key.rows(key=users[0].pk)

    def ask():
        try:
            found.extend(by_key.rows(key=users[1].pk))
        finally:
            connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert found == [users[1]]


def _as_read(application):
    """Return all that was fetched of an application and its people, without asking for more.

    What people bring along of their application is left out where it stands with them.
    """
    people = application.version._prefetched_objects_cache["applicants"]
    return [
        {
            name: value
            for name, value in each.__dict__.items()
            if not name.startswith(("_", "terms_")) and (name not in reading.FACTS or each is application)
        }
        for each in (application, application.version, *people, *(a.confirmed for a in people if a.confirmed))
    ]


@pytest.mark.parametrize("who", [cast.MAIJA, cast.VERA, cast.VILLE], ids=lambda who: who["first_names"])
def test_what_pages_read_of_applications_is_what_the_query_set_reads(who):
    """ADR 62: the statements that are made once are those of ApplicationQuerySet."""
    factories.application(cast.MAIJA)
    factories.confirm(factories.application(cast.VERA, cast.VILLE), cast.VERA)
    factories.application(cast.MAIJA, cast.VERA)
    person = factories.person(who)
    fresh = Application.objects.for_person(person).with_people().order_by("-sent_at")

    read = reading.own(person).applications

    assert read == list(fresh)
    for one, other in zip(read, fresh, strict=True):
        extra = _as_read(one)
        assert extra[0].pop("is_reported") is False
        assert extra == _as_read(other)
        (whole,) = reading.own(person, one.reference).applications
        assert set(whole.version.applicants.order_by("pk")) == set(Applicant.objects.filter(version=one.current_id))
        assert whole == one
        held = Application.objects.with_people().with_emails_held().get(pk=one.pk)
        assert {**_as_read(whole)[0], "is_reported": None} == {**_as_read(held)[0], "is_reported": None}
        assert whole.version.get_deferred_fields() == {"content"}


def test_rivals_that_are_asked_for_in_one_statement_are_those_of_the_rule():
    first, second, third = (factories.application(cast.VERA, cast.VILLE) for _ in range(3))
    factories.application(cast.MAIJA)
    application = reading.application(first.pk)

    own = rivals.own_rivals(application, factories.person(cast.VERA))

    assert own == [third, second]
    assert set(rivals.rivals_of(application)) == {second, third}
