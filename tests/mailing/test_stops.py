"""All letters wait when many different addresses are refused one after the other."""

import datetime as dt
import logging

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from mailing import outbox, sending, stops, tracking, tries, worker
from mailing.enums import Failure, Fate, Rank, Status
from mailing.models import LEAVING, Letter
from mailing.outages import present_outage
from mailing.stops import FORGOTTEN_AFTER, MANY
from tests.mailing.letters import draft, queued

pytestmark = pytest.mark.django_db

NO_USER = "550 5.1.1 No such user"
NO_RELAY = "550 5.7.1 Relaying denied"


def many(count, *, start=0):
    numbers = range(start, start + count)
    outbox.queue_letters(*(draft(f"hello:{number}", to=f"person{number}@example.test") for number in numbers))


def refused(count, *, minutes_ago=0, failure=Failure.SENDER, **columns):
    """Return letters to different addresses, each of which failed once."""
    many(count)
    at = timezone.now() - dt.timedelta(minutes=minutes_ago)
    due_at = timezone.now() + FORGOTTEN_AFTER
    Letter.objects.update(failure=failure, failed_at=at, attempts=1, due_at=due_at, **columns)
    return list(Letter.objects.order_by("pk"))


def rcpt(by_smtp, reply):
    by_smtp.mood = lambda step: reply if step == "RCPT" else None


@pytest.mark.parametrize("reply", [NO_USER, NO_RELAY, "550 Blocked"])
def test_many_addresses_refused_at_once_are_not_blamed_and_all_others_wait(by_smtp, reply, caplog):
    rcpt(by_smtp, reply)
    many(3 * MANY)

    tried = worker.deliver_due_letters()

    assert tried == MANY
    assert {letter.status for letter in Letter.objects.all()} == {Status.DELAYED, Status.WAITING}
    assert not any(outbox.is_unreachable(letter.to) for letter in Letter.objects.all())
    assert present_outage().waiting == 3 * MANY
    told = [record for record in caplog.records if getattr(record, "outcome", "") == "stopped"]
    assert [(record.levelno, record.waiting) for record in told] == [(logging.ERROR, 3 * MANY)]


def test_few_refused_addresses_are_their_own_fault(by_smtp):
    rcpt(by_smtp, NO_USER)
    many(MANY - 1)

    worker.deliver_due_letters()

    assert {letter.status for letter in Letter.objects.all()} == {Status.UNDELIVERABLE}
    assert stops.present_stop() is None


def test_addresses_that_were_refused_after_a_stop_are_no_outage_when_nothing_waits():
    refused(MANY, failure=Failure.REFUSED, dead_at=timezone.now())

    assert present_outage() is None


def test_one_address_refused_many_times_stops_nothing(by_smtp):
    rcpt(by_smtp, NO_USER)
    for number in range(MANY + 1):
        queued(f"hello:{number}")

    worker.deliver_due_letters()

    assert {letter.status for letter in Letter.objects.all()} == {Status.UNDELIVERABLE}


def test_refusals_with_letters_between_them_that_are_taken_stop_nothing(by_smtp):
    number = iter(range(1000))
    by_smtp.mood = lambda step: NO_USER if step == "RCPT" and next(number) % 3 else None
    many(3 * MANY)

    worker.deliver_due_letters()

    assert Letter.objects.dead().count() == 2 * MANY
    assert stops.present_stop() is None


def test_while_all_wait_one_letter_a_minute_is_tried(by_smtp, settings):
    rcpt(by_smtp, NO_RELAY)
    many(3 * MANY)
    worker.deliver_due_letters()

    at_once = worker.deliver_due_letters()
    Letter.objects.exclude(failure="").update(failed_at=timezone.now() - dt.timedelta(seconds=settings.MAILING_PROBE))
    a_minute_later = worker.deliver_due_letters()

    assert (at_once, a_minute_later) == (0, 1)


def test_while_all_wait_one_letter_a_minute_is_tried_also_where_the_server_is_only_busy(by_smtp, settings):
    rcpt(by_smtp, NO_RELAY)
    many(3 * MANY)
    worker.deliver_due_letters()
    rcpt(by_smtp, "451 4.3.0 Try again later")

    Letter.objects.exclude(failure="").update(failed_at=timezone.now() - dt.timedelta(seconds=settings.MAILING_PROBE))
    a_minute_later = worker.deliver_due_letters()
    at_once = worker.deliver_due_letters()

    assert (a_minute_later, at_once) == (1, 0)


def test_letter_that_has_had_all_its_tries_stays_given_up(settings):
    """Otherwise a few wrong addresses, tried together, would take each other back for ever."""
    refused(MANY, failure=Failure.NO_ADDRESS, dead_at=timezone.now())
    Letter.objects.update(attempts=len(settings.MAILING_DELAYS) + 1)

    stops.begin(stops.present_stop())

    assert {letter.status for letter in Letter.objects.all()} == {Status.UNDELIVERABLE}


def test_once_a_letter_is_taken_all_leave(by_smtp, settings):
    rcpt(by_smtp, NO_USER)
    many(3 * MANY)
    worker.deliver_due_letters()
    rcpt(by_smtp, None)
    settings.MAILING_PROBE = 0

    worker.deliver_due_letters()
    within = Letter.objects.filter(LEAVING, due_at__lte=timezone.now() + stops.SPREAD)
    assert (Letter.objects.filter(sent_at__isnull=False).count(), within.count()) == (2 * MANY, MANY)
    within.update(due_at=timezone.now() - dt.timedelta(seconds=1))
    worker.deliver_due_letters()

    assert {letter.status for letter in Letter.objects.all()} == {Status.SENT}
    assert present_outage() is None


def test_addresses_that_were_reached_before_are_tried_first_while_all_wait(by_smtp, settings):
    """Whoever types one wrong address a minute into the form would otherwise have all others wait for ever."""
    queued("before:1", to="known@example.test")
    worker.deliver_due_letters()
    rcpt(by_smtp, NO_USER)
    many(MANY)
    worker.deliver_due_letters()
    rcpt(by_smtp, None)
    settings.MAILING_PROBE = 0
    queued("nobody:1", to="nobody@example.test", rank=Rank.AWAITED)
    queued("known:1", to="known@example.test", rank=Rank.BY_CLOCK)

    assert tries.claim_probe().key == "known:1"
    assert tries.claim_probe().key == "nobody:1"
    assert tries.claim_probe() is None


def test_few_wrong_addresses_do_not_stop_the_others_again_and_again(monkeypatch, settings, caplog):
    """Anybody may type them into the form, and what they wait for at the screen is tried first."""

    def send(backend, message):
        if message.to[0].startswith("nobody"):
            raise sending.NotSent(Failure.NO_ADDRESS)
        return {}

    monkeypatch.setattr(sending, "send_message", send)
    nobody = (draft(f"nobody:{number}", to=f"nobody{number}@example.test") for number in range(MANY))
    outbox.queue_letters(*nobody, rank=Rank.AWAITED)
    outbox.queue_letters(*(draft(f"hello:{n}", to=f"person{n}@example.test") for n in range(30)), rank=Rank.BY_CLOCK)
    settings.MAILING_PROBE = 0

    worker.deliver_due_letters()

    assert Letter.objects.filter(sent_at__isnull=False).count() == 30
    assert len([record for record in caplog.records if getattr(record, "outcome", "") == "stopped"]) == 1


def taken(count, *, start=0):
    """Return letters that a provider took, the newest last."""
    many(count, start=start)
    letters = list(Letter.objects.order_by("pk"))[-count:]
    for letter in letters:
        number = f"p-{letter.pk}"
        Letter.objects.filter(pk=letter.pk).update(sent_at=Now(), provider="P", provider_message_id=number, attempts=1)
    return letters


def report(letter, fate, reason=None):
    tracking.keep(
        "P",
        f"p-{letter.pk}",
        fate=fate,
        reason=reason,
        recipient=letter.to,
        occurred_at=timezone.now(),
        letter=letter.message_id.strip("<>"),
    )


@pytest.mark.parametrize("reason", [Failure.SENDER, Failure.QUOTA, Failure.REFUSED])
def test_what_a_provider_takes_and_reports_back_later_makes_all_wait_until_one_arrives(reason):
    """That the provider takes one more says nothing then."""
    letters = taken(3 * MANY)
    for letter in letters[:MANY]:
        report(letter, Fate.BOUNCED, reason)
    [more] = taken(1, start=100)
    during = stops.present_stop()
    statuses = {Letter.objects.get(pk=letter.pk).status for letter in letters[:MANY]}

    report(more, Fate.DELIVERED)

    assert during
    assert statuses == {Status.DELAYED}
    assert stops.present_stop() is None
    assert not Letter.objects.filter(dead_at=None, sent_at=None, due_at__gt=timezone.now() + stops.SPREAD).exists()


def test_few_refusals_among_many_that_were_taken_make_nobody_wait():
    """Some providers report what comes back, and no arrivals."""
    letters = taken(stops.LEAST_SHARE * MANY + 2 * MANY)
    for letter in letters[:MANY]:
        report(letter, Fate.BOUNCED, Failure.REFUSED)

    assert stops.present_stop() is None


def test_refusals_between_letters_that_arrive_make_nobody_wait():
    for number, letter in enumerate(taken(3 * MANY)):
        report(letter, *((Fate.DELIVERED,) if number % 3 == 2 else (Fate.BOUNCED, Failure.REFUSED)))

    assert stops.present_stop() is None
    assert Letter.objects.undeliverable().count() == 2 * MANY


@pytest.mark.parametrize("failure", [Failure.NO_ADDRESS, Failure.SUPPRESSED, Failure.FULL])
def test_bounces_that_come_after_a_wave_of_emails_stop_nothing(failure):
    sent_at = timezone.now() - dt.timedelta(minutes=5)
    refused(3 * MANY, failure=failure, sent_at=sent_at, bounced_at=timezone.now())

    assert stops.present_stop() is None


@pytest.mark.parametrize("failure", [Failure.BUSY, Failure.FULL, Failure.INVALID, Failure.ERROR])
def test_what_says_nothing_of_us_stops_nothing(failure):
    refused(3 * MANY, failure=failure)

    assert stops.present_stop() is None


def test_stop_is_forgotten_after_an_hour_without_a_try():
    refused(MANY, minutes_ago=61)

    assert stops.present_stop() is None


def test_looking_for_a_stop_takes_two_queries_while_few_fail(django_assert_num_queries):
    refused(MANY - 1)

    with django_assert_num_queries(2):
        stops.present_stop()
