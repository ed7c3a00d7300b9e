"""How many emails wait, since when, and until when (ADR 51)."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.utils import timezone

from mailing.backlog import present_backlog
from mailing.enums import Failure, Rank
from mailing.models import Letter
from mailing.stops import MANY
from tests.mailing.letters import queued

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


def waiting(number, *, minutes, rank=Rank.NEWS, **columns):
    """Return an email that has been waiting for so many minutes."""
    letter = queued(f"hello:{number}", rank=rank)
    at = timezone.now() - minutes * MINUTE
    Letter.objects.filter(pk=letter.pk).update(**{"created_at": at, "due_at": at, **columns})
    return Letter.objects.get(pk=letter.pk)


def test_nothing_waits(settings):
    settings.EMAIL_RATE = 60
    backlog = present_backlog()

    assert (backlog.number, backlog.late, backlog.since, backlog.ends_at) == (0, 0, None, None)


def test_backlog_tells_how_many_wait_of_each_rank_and_since_when():
    reminder = waiting(1, minutes=50, rank=Rank.BY_CLOCK)
    waiting(2, minutes=40, rank=Rank.BY_CLOCK)
    young = waiting(3, minutes=5)
    delayed = waiting(4, minutes=30, rank=Rank.AWAITED, failure=Failure.BUSY, due_at=timezone.now() + 20 * MINUTE)
    waiting(5, minutes=60, sent_at=timezone.now())
    waiting(6, minutes=60, dropped_at=timezone.now())
    waiting(7, minutes=60, held_at=timezone.now())

    backlog = present_backlog()

    assert [(each.rank, each.number, each.late, each.since) for each in backlog.ranks] == [
        (Rank.AWAITED, 1, 1, delayed.created_at),
        (Rank.NEWS, 1, 0, young.created_at),
        (Rank.BY_CLOCK, 2, 2, reminder.created_at),
    ]
    assert (backlog.number, backlog.late, backlog.since, backlog.held) == (4, 3, reminder.created_at, 1)


def test_last_one_of_each_rank_leaves_after_all_that_come_before_it(settings, time_machine):
    settings.EMAIL_RATE = 2
    time_machine.move_to(timezone.now(), tick=False)
    for number in range(3):
        waiting(number, minutes=1)
    waiting(3, minutes=90, rank=Rank.BY_CLOCK)

    ends = [each.ends_at - timezone.now() for each in present_backlog().ranks]

    assert ends == [2 * MINUTE, 2 * MINUTE]


def test_without_a_rate_nobody_says_until_when(settings):
    settings.EMAIL_RATE = 0
    waiting(1, minutes=1)

    assert present_backlog().ends_at is None


def test_looking_takes_two_queries(django_assert_num_queries):
    for number in range(9):
        waiting(number, minutes=number, rank=Rank(number % 4))

    with django_assert_num_queries(2):
        assert present_backlog().number == 9


def test_command_tells_the_same(settings, capsys, time_machine):
    settings.EMAIL_RATE = 2
    time_machine.move_to("2027-01-11T10:00:00+02:00", tick=False)
    waiting(1, minutes=75)
    waiting(2, minutes=1, held_at=timezone.now())

    call_command("emails")

    assert capsys.readouterr().out.splitlines() == [
        "Rate (EMAIL_RATE): 2 a minute",
        "No email has left since 2027-01-11 08:45",
        "Emails waiting: 1, late: 1",
        "  News about applications: 1, late: 1, the oldest since 2027-01-11 08:45, "
        "the last one leaves at about 2027-01-11 10:01",
        "Held since an import (release_emails) or a restore (release_restored): 1",
    ]


def test_command_says_that_no_email_leaves(capsys, time_machine):
    time_machine.move_to("2027-01-11T10:00:00+02:00", tick=False)
    waiting(1, minutes=75, failure=Failure.QUOTA, failed_at=timezone.now())

    call_command("emails")

    assert "No email has left since 2027-01-11 08:45" in capsys.readouterr().out.splitlines()


def test_command_says_why_all_wait_and_not_until_when(settings, capsys, time_machine):
    settings.EMAIL_RATE = 2
    time_machine.move_to("2027-01-11T10:00:00+02:00", tick=False)
    for number in range(MANY):
        refused = {"failure": Failure.SENDER, "failed_at": timezone.now(), "to": f"person{number}@example.test"}
        waiting(number, minutes=5, rank=Rank.AWAITED, **refused)

    call_command("emails")

    assert capsys.readouterr().out.splitlines()[1:] == [
        "No email has left since 2027-01-11 10:00: The mail server does not let us send emails",
        "Emails waiting: 5, late: 0",
        "  Emails that somebody is waiting for: 5, late: 0, the oldest since 2027-01-11 09:55",
    ]


def test_command_says_that_no_rate_is_set(settings, capsys):
    settings.EMAIL_RATE = 0

    call_command("emails")

    assert capsys.readouterr().out == (
        "Rate (EMAIL_RATE): as fast as the mail server takes them\nEmails waiting: 0, late: 0\n"
    )
