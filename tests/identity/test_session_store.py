"""The row of a session brings its user and their person along (ADR 65)."""

import pytest
from django.test import Client

from identity import people, session_store
from identity.models import SignedInSession, User
from tests.applications import factories
from tests.cast import MAIJA, OLLI

pytestmark = pytest.mark.django_db


@pytest.fixture
def maija():
    return factories.sign_in(Client(), MAIJA)


@pytest.fixture
def olli():
    return factories.sign_in(Client(), OLLI)


def row_of(client):
    return SignedInSession.objects.filter(pk=client.session.session_key)


def signed_in(client):
    return client.get("/en/applications/").wsgi_request.user


def test_the_row_says_whose_session_it_is(maija):
    assert row_of(maija).get().user == factories.person(MAIJA).user


def test_the_row_of_somebody_who_is_not_signed_in_says_nothing(visitor):
    visitor.accept_cookies()
    visitor.post("/fi/application/new/")
    assert row_of(visitor).get().user_id is None


def test_a_session_without_a_row_gets_its_key_with_the_row(django_assert_num_queries):
    """So whoever signs in has their session stored once, as it is at the end of the request."""
    session = session_store.SessionStore()
    with django_assert_num_queries(0):
        session["seen"] = 1
        session.cycle_key()
    with django_assert_num_queries(1):
        session.save()

    assert session_store.SessionStore(session.session_key)["seen"] == 1


def test_a_stored_session_changes_its_key_at_once_and_keeps_its_data(maija):
    session, former = maija.session, maija.session.session_key
    session.cycle_key()

    assert session_store.SessionStore(session.session_key)["_auth_user_id"] == str(factories.person(MAIJA).user_id)
    assert not SignedInSession.objects.filter(pk=former).exists()


def test_after_logging_out_no_row_says_whose_it_was(maija):
    maija.post("/en/sign-out/")
    assert not SignedInSession.objects.exclude(user_id=None).exists()


def test_a_session_of_the_release_before_goes_on_and_is_known_once_it_is_saved(maija):
    row_of(maija).update(user_id=None)
    assert signed_in(maija).person == factories.person(MAIJA)
    maija.session.save()
    assert row_of(maija).get().user == factories.person(MAIJA).user


def test_two_people_served_by_one_thread_are_never_taken_for_each_other(maija, olli):
    for _ in range(2):
        assert signed_in(maija).person == factories.person(MAIJA)
        assert signed_in(olli).person == factories.person(OLLI)


def test_what_one_request_left_unread_serves_no_other(maija, olli):
    maija.session.load()
    assert signed_in(olli).person == factories.person(OLLI)
    maija.session.load()
    assert people.signed_in_user(factories.person(OLLI).user_id) == factories.person(OLLI).user
    assert session_store.read_along() is None


def test_the_content_of_a_session_counts_whatever_its_row_says(maija):
    row_of(maija).update(user_id=factories.person(OLLI).user_id)
    assert signed_in(maija).person == factories.person(MAIJA)


def test_a_deactivated_user_is_signed_out_with_the_next_page(maija):
    User.objects.filter(pk=factories.person(MAIJA).user_id).update(is_active=False)
    assert not signed_in(maija).is_authenticated


def test_a_session_whose_user_was_removed_is_nobodys(maija):
    row_of(maija).update(user_id=123456789)
    session = maija.session
    session["_auth_user_id"] = "123456789"
    session.save()
    assert not signed_in(maija).is_authenticated
