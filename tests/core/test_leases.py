import pytest
from django.db import IntegrityError, transaction

from core.leases import JITTER, claim_first, give_back, is_exhausted, renew_lease, retry_delay
from mailing.models import Letter
from tests.mailing.letters import queued

pytestmark = pytest.mark.django_db

SHORT, LONG = 60, 3600  # seconds


@pytest.fixture
def letter():
    return queued()


def claimed():
    return claim_first(Letter.objects.due(), seconds=SHORT)


def test_claiming_is_one_statement(letter, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert claimed() == letter


def test_claiming_keeps_to_what_is_asked_for(letter):
    assert claim_first(Letter.objects.due().exclude(pk=letter.pk), seconds=SHORT) is None


def test_what_was_given_back_is_free_again(letter):
    first = claimed()

    assert give_back(first, about="matter") is True
    second = claimed()
    assert (second, second.attempts, second.about) == (letter, 2, "matter")


def test_what_was_given_back_is_not_ours_any_more(letter):
    first = claimed()
    give_back(first)
    claimed()

    assert (renew_lease(first, seconds=SHORT), give_back(first)) == (False, False)


def test_renewed_lease_is_longer(letter):
    held = claimed()

    assert renew_lease(held, seconds=LONG) is True
    assert (Letter.objects.get().leased_until - held.leased_until).total_seconds() > LONG - SHORT - 1


def test_half_a_lease_cannot_be_stored(letter):
    claimed()

    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.update(leased_until=None)


@pytest.mark.parametrize(("attempts", "delay"), [(1, 10), (2, 30), (3, 30), (99, 30)])
def test_last_delay_is_repeated(attempts, delay):
    shortest, longest = JITTER

    assert shortest * delay <= retry_delay([10, 30], attempts=attempts) <= longest * delay


@pytest.mark.parametrize(("attempts", "is_over"), [(2, False), (3, True)])
def test_row_is_exhausted_when_it_was_claimed_more_often_than_it_may_be_tried(attempts, is_over):
    assert is_exhausted(Letter(attempts=attempts), tries=2) is is_over
