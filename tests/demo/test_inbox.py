"""The demo's mail server: what becomes of letters to addresses that say it."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from applications import document, intake
from demo.inbox import report_fates
from demo.models import DemoMail, MailState
from demo.odd_addresses import ODD_ADDRESSES, odd_address
from mailing import outbox
from mailing.enums import Failure, Status
from mailing.models import Letter, TrackingEvent
from mailing.worker import deliver_due_letters
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM

pytestmark = pytest.mark.django_db
LATER = dt.timedelta(minutes=2)


@pytest.fixture(autouse=True)
def _worker(settings):
    settings.EMAIL_BACKEND = "demo.inbox.EmailBackend"


@pytest.fixture
def sent_to():
    """Return a function that lets a letter go to an address, and returns what the worker's rounds make of it."""

    def send(address):
        sent = cast.document()
        sent["main_applicant"]["email"] = address
        intake.send(document.parse(sent), by=HOUSING_SYSTEM)
        return rounds(address, after=dt.timedelta())

    return send


def rounds(address, *, after):
    """Return what is known of the letter to an address, and where it is, when the worker has passed so much later."""
    Letter.objects.update(due_at=timezone.now() - LATER)  # they are due by the database's clock
    deliver_due_letters()
    with time_machine.travel(timezone.now() + after, tick=True):
        report_fates()
    return state_of(address)


def state_of(address):
    letter, mail = Letter.objects.get(to__iexact=address), DemoMail.objects.get(mailbox=address.lower())
    return letter.status, mail.state


@pytest.mark.parametrize("address", ["bounce@example.test", "Bounce.maija@example.test", "maija@bounce.example.test"])
def test_letter_to_an_address_that_begins_with_bounce_comes_back_and_staff_hear_of_it(sent_to, address):
    assert sent_to(address) == (Status.UNDELIVERABLE, MailState.RETURNED)
    assert outbox.is_unreachable(address)


def test_letter_that_was_delivered_comes_back_later(sent_to):
    address = "later-bounce@example.test"

    assert sent_to(address) == (Status.DELIVERED, MailState.INBOX)
    assert rounds(address, after=LATER) == (Status.UNDELIVERABLE, MailState.RETURNED)
    assert Letter.objects.get(to=address).failure == Failure.NO_ADDRESS


def test_other_letters_do_not_come_back(sent_to):
    assert sent_to("maija.bounce@example.test") == (Status.SENT, MailState.INBOX)
    assert rounds("maija.bounce@example.test", after=LATER) == (Status.SENT, MailState.INBOX)


def test_bounce_is_reported_once(sent_to):
    sent_to("bounce@example.test")
    report_fates()

    assert TrackingEvent.objects.count() == 1


def test_letter_that_is_reported_as_spam_is_delivered_before(sent_to):
    address = "complains@example.test"

    assert sent_to(address) == (Status.DELIVERED, MailState.INBOX)
    report_fates()
    assert state_of(address) == (Status.DELIVERED, MailState.INBOX)
    assert rounds(address, after=LATER) == (Status.COMPLAINED, MailState.JUNK)


def test_mail_server_that_asks_to_wait_takes_the_letter_at_the_second_try(sent_to):
    address = "slow.maija@example.test"

    assert sent_to(address) == (Status.DELAYED, MailState.WAITING)
    assert Letter.objects.get(to=address).failure == Failure.BUSY
    assert rounds(address, after=LATER) == (Status.SENT, MailState.INBOX)
    assert DemoMail.objects.get(mailbox=address).tries == 2


def test_full_mailbox_takes_the_letter_at_the_third_try(sent_to):
    address = "full@example.test"

    first, why = sent_to(address), Letter.objects.get(to=address).failure
    reached = [first, rounds(address, after=LATER), rounds(address, after=LATER)]

    assert reached == [
        (Status.DELAYED, MailState.WAITING),
        (Status.DELAYED, MailState.WAITING),
        (Status.SENT, MailState.INBOX),
    ]
    assert why == Failure.FULL
    assert not outbox.is_unreachable("full@example.test")


def test_letter_that_is_refused_is_shown_as_refused(sent_to):
    assert sent_to("refuses@example.test") == (Status.UNDELIVERABLE, MailState.REFUSED)
    assert Letter.objects.get(to="refuses@example.test").failure == Failure.REFUSED


def test_letter_is_stored_with_whom_it_is_for_and_whom_it_is_from(sent_to):
    sent_to("maija@example.test")

    mail = DemoMail.objects.get()
    assert (mail.name, mail.sender) == ("Maija Liisa Meikäläinen", "Hekan asuntohakemuksen vahvistaminen")


def test_no_word_hides_another():
    assert [odd_address(f"{odd.word}@example.test") for odd in ODD_ADDRESSES] == list(ODD_ADDRESSES)


def test_worker_of_the_demo_reports_what_becomes_of_letters(settings):
    assert "demo.inbox.report_fates" in settings.WORKER_EVERY_ROUND
