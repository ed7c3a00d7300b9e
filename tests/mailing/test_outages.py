import datetime as dt

import pytest
from django.utils import timezone

from mailing import outages
from mailing.enums import Failure
from mailing.models import Letter
from mailing.outages import PATIENCE, MailOutage
from tests.mailing.letters import queued

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


def letter(number, *, minutes, **columns):
    """Return an email that was made so many minutes ago, and due at once."""
    at = timezone.now() - minutes * MINUTE
    made = queued(f"hello:{number}")
    Letter.objects.filter(pk=made.pk).update(**{"created_at": at, "due_at": at, **columns})
    return Letter.objects.get(pk=made.pk)


def sent(number, *, minutes):
    at = timezone.now() - minutes * MINUTE
    return letter(number, minutes=minutes, sent_at=at)


def test_no_outage_where_nothing_waits_or_waits_only_since_now():
    nothing = outages.present_outage()
    letter(1, minutes=2)

    assert (nothing, outages.present_outage()) == (None, None)


def test_emails_that_no_worker_takes_are_an_outage_since_the_first_of_them():
    sent(1, minutes=90)
    first = letter(2, minutes=30)
    letter(3, minutes=1)

    assert outages.present_outage() == MailOutage(first.created_at, 2)


@pytest.mark.parametrize("failure", [Failure.CONNECTION, Failure.TIMEOUT, Failure.LOGIN])
def test_server_that_is_away_is_an_outage_until_the_next_try_too(failure):
    later = timezone.now() + MINUTE
    first = letter(1, minutes=30, failure=failure, due_at=later, attempts=3)

    assert outages.present_outage() == MailOutage(first.created_at, 1)


def test_outage_begins_when_the_last_email_left():
    letter(1, minutes=60, failure=Failure.CONNECTION)
    last = sent(2, minutes=20)

    assert outages.present_outage() == MailOutage(last.sent_at, 1)


@pytest.mark.parametrize("failure", [Failure.BUSY, Failure.ERROR])
def test_email_with_a_trouble_of_its_own_is_no_outage(failure):
    letter(1, minutes=60, failure=failure, due_at=timezone.now() + MINUTE)

    assert outages.present_outage() is None


def test_no_outage_while_others_leave():
    letter(1, minutes=60)
    sent(2, minutes=1)

    assert outages.present_outage() is None


def test_what_is_not_to_be_sent_yet_or_ever_is_no_outage():
    letter(1, minutes=60, due_at=timezone.now() + 5 * MINUTE)
    letter(2, minutes=60, dead_at=timezone.now(), failure=Failure.REFUSED)
    letter(3, minutes=60, to="", dropped_at=timezone.now())

    assert outages.present_outage() is None


def test_looking_takes_one_query_if_nothing_waits_and_four_during_an_outage(django_assert_num_queries):
    with django_assert_num_queries(1):
        outages.present_outage()
    for number in (1, 2, 3):
        letter(number, minutes=int(PATIENCE / MINUTE) + 5)
    with django_assert_num_queries(4):
        assert outages.present_outage().waiting == 3
