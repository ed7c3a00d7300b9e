import datetime as dt
import logging
import time
import uuid

import pytest
from django.core import mail
from django.db.models.functions import Now
from django.utils import timezone

from core import worker as loop
from core.leases import JITTER, give_back, renew_lease
from mailing import outbox, sending, tries, worker
from mailing.enums import Failure, Status
from mailing.letters import NoLongerDue
from mailing.models import Letter
from tests.mailing.letters import queued

pytestmark = pytest.mark.django_db


def refreshed(letter):
    return Letter.objects.get(pk=letter.pk)


def test_letter_is_claimed_once():
    letter = queued()

    first, second = tries.claim_letter(), tries.claim_letter()

    assert (first, second) == (letter, None)
    assert (refreshed(letter).attempts, refreshed(letter).lease) == (1, first.lease)


def test_letter_of_a_dead_worker_is_free_again_when_its_lease_is_over():
    letter = queued()
    dead = tries.claim_letter()
    Letter.objects.update(leased_until=Now() - dt.timedelta(seconds=1))

    heir = tries.claim_letter()

    assert (heir, heir.attempts) == (letter, 2)
    assert heir.lease != dead.lease


def test_worker_that_comes_back_late_changes_nothing():
    letter = queued()
    late = tries.claim_letter()
    Letter.objects.update(lease=uuid.uuid4())

    assert renew_lease(late, seconds=60) is False
    assert give_back(late, sent_at=Now()) is False
    assert refreshed(letter).status == Status.WAITING


def test_lease_is_over_within_a_minute(settings):
    queued()
    tries.claim_letter()

    held = Letter.objects.get().leased_until - timezone.now()

    assert dt.timedelta(seconds=4 * settings.EMAIL_TIMEOUT) <= held <= dt.timedelta(seconds=61)


def test_oldest_letter_goes_first():
    queued("hello:1", due_at=timezone.now() - dt.timedelta(hours=1))
    oldest = queued("hello:2", due_at=timezone.now() - dt.timedelta(hours=2))

    assert tries.claim_letter() == oldest


def test_letter_that_took_long_to_write_is_sent_only_if_it_is_still_ours(settings):
    settings.MAILING_CONTEXT = {"": "tests.mailing.test_worker.while_it_is_written_another_takes_it"}
    settings.MAILING_LEASE = 4 * settings.EMAIL_TIMEOUT
    letter = queued()

    worker.deliver_due_letters()

    assert mail.outbox == []
    assert refreshed(letter).status == Status.WAITING


def while_it_is_written_another_takes_it(letter):
    Letter.objects.update(lease=uuid.uuid4())
    return {}


# --- Trying again ----------------------------------------------------------------------------------------


def test_tries_go_on_for_two_days_at_least_and_four_days_at_most(settings):
    shortest, longest = (sum(settings.MAILING_DELAYS) * factor for factor in JITTER)

    assert shortest >= 48 * 60 * 60
    assert longest <= 96 * 60 * 60
    assert sorted(settings.MAILING_DELAYS) == settings.MAILING_DELAYS


@pytest.mark.parametrize("attempt", [1, 2, 3, 30])
def test_delay_follows_the_table_with_jitter(settings, attempt):
    letter = queued()
    Letter.objects.update(attempts=attempt - 1)
    letter = tries.claim_letter()

    changes, _ = tries.retry_letter(letter, Failure.BUSY)
    give_back(letter, **changes)

    delay = (refreshed(letter).due_at - timezone.now()).total_seconds()
    expected = settings.MAILING_DELAYS[attempt - 1]
    assert 0.8 * expected - 10 <= delay <= 1.2 * expected + 1


def test_delays_of_letters_that_failed_together_differ():
    letter = Letter(attempts=1)

    assert len({str(tries.retry_letter(letter, Failure.BUSY)[0]["due_at"]) for _ in range(20)}) > 10


def test_letter_is_given_up_after_the_last_try(settings):
    settings.MAILING_DELAYS = [60, 60]
    settings.MAILING_CONTEXT = {"": "tests.mailing.test_worker.fails"}
    letter = queued()

    statuses = []
    for _ in range(3):
        Letter.objects.update(due_at=timezone.now() - dt.timedelta(minutes=1))
        worker.deliver_due_letters()
        statuses.append(refreshed(letter).status)

    assert statuses == [Status.DELAYED, Status.DELAYED, Status.UNDELIVERABLE]
    assert refreshed(letter).failure == Failure.ERROR
    assert worker.deliver_due_letters() == 0


def fails(letter):
    raise RuntimeError(f"token=secret for {letter.to}")


def test_letter_over_which_workers_die_is_given_up(settings):
    settings.MAILING_DELAYS = [0, 0]
    letter = queued()
    Letter.objects.update(attempts=3)

    worker.deliver_due_letters()

    assert refreshed(letter).status == Status.UNDELIVERABLE
    assert mail.outbox == []


def test_letter_that_is_no_longer_due_is_dropped(settings):
    settings.MAILING_CONTEXT = {"": "tests.mailing.test_worker.confirmed_meanwhile"}
    letter = queued()

    worker.deliver_due_letters()

    assert refreshed(letter).status == Status.DROPPED
    assert mail.outbox == []


def confirmed_meanwhile(letter):
    raise NoLongerDue


def test_letter_that_cannot_be_written_keeps_no_other_from_leaving():
    broken, fine = queued("hello:1", message="no-such-folder"), queued("hello:2")

    worker.deliver_due_letters()

    assert (refreshed(broken).status, refreshed(fine).status) == (Status.DELAYED, Status.SENT)


# --- Beside the letters ----------------------------------------------------------------------------------

CALLS = []


@pytest.fixture(autouse=True)
def _no_calls_yet():
    CALLS.clear()


def called():
    CALLS.append("called")


def has_more_to_do():
    CALLS.append(len(mail.outbox))
    return True


def raises():
    CALLS.append("raises")
    raise RuntimeError("a secret")


class StopsAfter:
    """Asks to stop at the n-th question."""

    def __init__(self, questions):
        self.left = questions

    @property
    def asked(self):
        self.left -= 1
        return self.left < 0


@pytest.mark.django_db(transaction=True)
def test_worker_calls_what_the_settings_name_once_a_minute(settings, monkeypatch):
    settings.WORKER_EVERY_MINUTE = ["tests.mailing.test_worker.raises", "tests.mailing.test_worker.called"]
    monkeypatch.setattr(loop, "PAUSE_SECONDS", 0)
    queued()

    loop.run_worker(worker.deliver_due_letters, StopsAfter(20))

    assert CALLS == ["raises", "called"]
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_worker_sends_letters_amid_what_has_more_to_do(settings, monkeypatch):
    settings.WORKER_EVERY_MINUTE = ["tests.mailing.test_worker.has_more_to_do", "tests.mailing.test_worker.called"]
    monkeypatch.setattr(loop.time, "sleep", lambda seconds: pytest.fail("there was more to do"))
    queued()

    loop.run_worker(worker.deliver_due_letters, StopsAfter(12))

    assert CALLS[:3] == [0, "called", 1]  # how many letters had left
    assert CALLS.count("called") == 1


@pytest.mark.django_db(transaction=True)
def test_worker_calls_what_the_settings_name_in_every_round(settings, monkeypatch):
    settings.WORKER_EVERY_ROUND = ["tests.mailing.test_worker.raises", "tests.mailing.test_worker.called"]
    monkeypatch.setattr(loop, "PAUSE_SECONDS", 0)
    CALLS.clear()

    loop.run_worker(worker.deliver_due_letters, StopsAfter(8))

    assert len(CALLS) > 2
    assert set(zip(CALLS[::2], CALLS[1::2], strict=True)) == {("raises", "called")}


@pytest.mark.django_db(transaction=True)
def test_worker_answers_in_every_round_though_many_letters_wait(settings, monkeypatch):
    """The link that somebody asks for is not behind thousands of reminders."""
    settings.WORKER_EVERY_ROUND = ["tests.mailing.test_worker.called"]
    monkeypatch.setattr(loop, "ROUND_SECONDS", 0)  # each round is over before its first letter
    monkeypatch.setattr(loop.time, "sleep", lambda seconds: pytest.fail("there was more to do"))
    for number in range(3):
        queued(f"hello:{number}")

    loop.run_worker(worker.deliver_due_letters, StopsAfter(12))

    assert len(CALLS) > 3
    assert len(mail.outbox) == 0


def test_worker_that_is_told_to_stop_takes_no_other_letter():
    for number in range(3):
        queued(f"hello:{number}")

    worker.deliver_due_letters(StopsAfter(1))

    assert len(mail.outbox) == 1


def test_worker_leaves_the_letters_for_what_is_due_every_minute():
    queued()

    assert worker.deliver_due_letters(until=time.monotonic()) == 0
    assert worker.deliver_due_letters() == 1


# --- Logs ------------------------------------------------------------------------------------------------


def test_logs_hold_no_address_no_token_and_no_text(settings, caplog):
    settings.MAILING_CONTEXT = {"": "tests.mailing.test_worker.fails_for_some"}
    for number, name in enumerate(["Maija", "Fails", "Line\nbreak"]):
        queued(f"hello:{number}", parameters={"name": name, "number": "1"})

    with caplog.at_level(logging.DEBUG):
        worker.deliver_due_letters()

    lines = [f"{record.getMessage()} {vars(record)}" for record in caplog.records if record.name == "mailing"]
    assert [record.outcome for record in caplog.records if record.name == "mailing"] == [
        "sent",
        "error",
        "error",
        "invalid",
    ]
    assert [line for line in lines if "@" in line or "secret" in line or "Maija" in line] == []


def fails_for_some(letter):
    if letter.parameters["name"] == "Fails":
        fails(letter)
    return {"link": "https://confirm.example.fi/secret"}


def readdressing(refused=None):
    """Return what sends a letter, and is refused, while it is readdressed."""

    def send(backend, message):
        outbox.readdress(Letter.objects.all(), to="olli@example.test", language="sv")
        if refused:
            raise refused
        return {}

    return send


def test_letter_that_is_readdressed_in_the_hand_of_a_worker_says_where_it_went(monkeypatch):
    letter = queued()
    monkeypatch.setattr(sending, "send_message", readdressing())

    worker.deliver_due_letters()

    assert (refreshed(letter).to, refreshed(letter).status) == ("maija@example.test", Status.SENT)


def test_letter_that_is_readdressed_while_the_former_address_is_refused_leaves_for_the_new_one(monkeypatch):
    """Whoever hears that an address is wrong corrects it just then."""
    letter = queued()
    went = []

    def send(backend, message):
        went.extend(message.to)
        return {} if len(went) > 1 else readdressing(sending.NotSent(Failure.NO_ADDRESS))(backend, message)

    monkeypatch.setattr(sending, "send_message", send)
    worker.deliver_due_letters()

    assert went == ["maija@example.test", "olli@example.test"]
    assert (refreshed(letter).to, refreshed(letter).status) == ("olli@example.test", Status.SENT)


def test_letter_that_is_readdressed_while_it_is_refused_for_now_is_tried_at_the_new_address(monkeypatch):
    letter = queued()

    def send(backend, message):
        outbox.readdress(Letter.objects.all(), to="olli@example.test", language="sv")
        raise sending.NotSent(Failure.BUSY)

    monkeypatch.setattr(sending, "send_message", send)
    worker.deliver_due_letters()

    assert (refreshed(letter).to, refreshed(letter).status) == ("olli@example.test", Status.DELAYED)
