"""Letters that a backup brings back: which of them left, by the log and by the operator (ADR 57)."""

import datetime as dt

import pytest
from django.utils import timezone

from core.log_lines import LogLine
from mailing import restored_emails
from mailing.enums import Status
from mailing.models import Letter
from tests.mailing.letters import queued

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def letter():
    return queued()


def sent(letter, at, **context):
    return LogLine(at, f"letter {letter.pk}: sent", {"letter": letter.pk, "outcome": "sent", **context})


def found(letter, line):
    return list(restored_emails.sent_by_log([line], Letter.objects.filter(pk=letter.pk)))


def test_letter_in_hand_is_taken_from_its_worker(letter):
    Letter.objects.update(lease="0b5e6c1e-0000-4000-8000-000000000000", leased_until=timezone.now() + HOUR)

    assert restored_emails.hold() == 1

    letter.refresh_from_db()
    assert (letter.lease, letter.status) == (None, Status.HELD)
    assert restored_emails.hold() == 0


def test_what_an_import_holds_stays_held_by_it_and_has_not_been_sent(letter):
    Letter.objects.update(held_at=timezone.now() - HOUR)
    restored_emails.hold()
    assert not Letter.objects.held().exists()

    assert restored_emails.count_as_sent(due_before=timezone.now() + HOUR) == 0
    assert restored_emails.release() == 1

    assert list(Letter.objects.held()) == [letter]
    assert not Letter.objects.due().exists()


def test_letter_that_an_import_released_is_held_and_released_again(letter):
    Letter.objects.update(released_at=timezone.now() - HOUR)
    restored_emails.hold()

    assert restored_emails.release(due_since=timezone.now() - HOUR) == 1

    assert list(Letter.objects.due()) == [letter]


def test_log_knows_a_letter_by_its_event_or_in_former_releases_by_its_number(letter):
    at = timezone.now() + HOUR

    assert found(letter, sent(letter, at, key=letter.key)) == [(letter.pk, at)]
    assert found(letter, sent(letter, at)) == [(letter.pk, at)]
    assert found(letter, sent(letter, at, key="another:event")) == []


def test_letter_that_was_to_be_sent_once_more_has_not_been_sent(letter):
    """A provider gave it back for a fault of ours after the log said that it was sent."""
    Letter.objects.update(created_at=timezone.now() - 3 * HOUR, due_at=timezone.now())

    assert found(letter, sent(letter, timezone.now() - HOUR, key=letter.key)) == []


def test_letter_that_is_made_anew_after_the_restore_was_sent_before_it(letter):
    at = timezone.now() - HOUR

    assert found(letter, sent(letter, at, key=letter.key)) == [(letter.pk, at)]


def test_letter_noted_as_sent_leaves_no_more(letter):
    restored_emails.hold()
    at = timezone.now()

    restored_emails.note_sent(letter.pk, at)

    letter.refresh_from_db()
    assert (letter.sent_at, letter.held_at, letter.status) == (at, None, Status.SENT)
