"""Which of many emails leave first (ADR 51)."""

import datetime as dt
import threading

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from applications.letter_names import KINDS_BY_RANK, NAMES
from mailing import outbox, tries
from mailing.enums import Rank
from mailing.models import Letter
from tests.mailing.letters import draft, queued

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


def claimed():
    """Return the keys of all that is due, in the order in which workers take it."""
    keys = []
    while letter := tries.claim_letter():
        keys.append(letter.key)
    return keys


def test_who_waits_at_the_screen_comes_first_then_news_then_waves_then_the_clock():
    for rank in reversed(Rank):
        queued(rank.name, rank=rank)

    assert claimed() == [rank.name for rank in Rank]


def test_of_one_rank_the_longest_due_comes_first():
    queued("hello:1", due_at=timezone.now() - HOUR)
    queued("hello:2", due_at=timezone.now() - 2 * HOUR)
    queued("hello:3", due_at=timezone.now() + HOUR)

    assert claimed() == ["hello:2", "hello:1"]


def test_rank_follows_from_the_kind_unless_it_is_given():
    ranks = [queued(kind, message=kind).rank for kind in ("account_link", "invitation", "reminder", "unheard-of")]
    given = queued("hello:1", message="invitation", rank=Rank.WAVE)
    outbox.queue_letters(draft("hello:2", message="invitation"), rank=Rank.AWAITED)

    assert ranks == [Rank.AWAITED, Rank.NEWS, Rank.BY_CLOCK, Rank.NEWS]
    assert (given.rank, Letter.objects.get(key="hello:2").rank) == (Rank.WAVE, Rank.AWAITED)


def test_every_kind_of_email_has_one_rank():
    ranked = sorted(kind for kinds in KINDS_BY_RANK.values() for kind in kinds)

    assert ranked == sorted(NAMES)


def test_what_has_been_due_for_a_day_waits_for_no_more_news():
    """Nothing starves, however much comes in every day; who waits at the screen does not wait for it."""
    old, young = dt.timedelta(days=1, minutes=1), dt.timedelta(hours=23)
    queued("reminder, young", rank=Rank.BY_CLOCK, due_at=timezone.now() - young)
    queued("reminder, old", rank=Rank.BY_CLOCK, due_at=timezone.now() - old)
    queued("wave, old", rank=Rank.WAVE, due_at=timezone.now() - old - HOUR)
    queued("news", rank=Rank.NEWS)
    queued("awaited", rank=Rank.AWAITED)

    tries.raise_old_letters()

    assert claimed() == ["awaited", "wave, old", "reminder, old", "news", "reminder, young"]


def test_what_is_not_to_leave_is_not_raised():
    long_ago = timezone.now() - dt.timedelta(days=3)
    for number, columns in enumerate([{"sent_at": Now()}, {"held_at": Now()}, {"dropped_at": Now()}]):
        letter = queued(f"hello:{number}", rank=Rank.BY_CLOCK, due_at=long_ago)
        Letter.objects.filter(pk=letter.pk).update(**columns)

    tries.raise_old_letters()

    assert set(Letter.objects.values_list("rank", flat=True)) == {Rank.BY_CLOCK}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="on SQLite one transaction writes at a time")
@pytest.mark.django_db(transaction=True)
def test_emails_of_one_transaction_stay_together_though_another_is_stored_in_between():
    """A household's emails are stored one after the other, and other workers store theirs at the same time."""

    def another_household():
        outbox.queue_letters(draft("other:1"), draft("other:2"))
        connection.close()

    with transaction.atomic():
        outbox.queue_letters(draft("one:1"))
        thread = threading.Thread(target=another_household)
        thread.start()
        thread.join()
        outbox.queue_letters(draft("one:2"))

    assert claimed() == ["one:1", "one:2", "other:1", "other:2"]
