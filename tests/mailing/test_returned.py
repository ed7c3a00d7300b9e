"""Bounces and complaints that mail servers write to the sender's address (RFC 3464, 5965, 6522)."""

import io
import sys

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.db.models.functions import Now
from django.utils import timezone

from core.leases import give_back
from mailing import outbox, returned, tries
from mailing.enums import Failure, Status
from mailing.models import Letter, TrackingEvent
from tests.mailing.letters import queued

pytestmark = pytest.mark.django_db

DATE = "Sat, 21 Nov 2026 10:00:00 +0000"
ADDRESS = "maija@example.test"


def sent():
    letter = queued()
    give_back(tries.claim_letter(), sent_at=Now())
    return letter


def report(letter, *, block, kind="delivery-status", original="message/rfc822", date=DATE, top=""):
    """Return a report as a mail server writes it: words, the fields, and the message that it is about."""
    known = f"Message-ID: {letter.message_id}\n" if letter else ""
    return f"""From: MAILER-DAEMON@mx.example.test
To: no-reply@confirm.example.fi
Date: {date}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type={kind}; boundary="b"

--b
Content-Type: text/plain

Your message could not be delivered.

--b
Content-Type: message/{kind}

{top}{block}
--b
Content-Type: {original}

Subject: Hello
{known}To: {ADDRESS}

Text
--b--
""".encode()


def status(action, code, diagnostic=""):
    said = f"Diagnostic-Code: smtp; {diagnostic}\n" if diagnostic else ""
    return f"Final-Recipient: rfc822; {ADDRESS}\nAction: {action}\nStatus: {code}\n{said}"


TOP = "Reporting-MTA: dns; mx.example.test\nArrival-Date: Sat, 21 Nov 2026 09:59:00 +0000\n\n"


@pytest.mark.parametrize(
    ("block", "expected", "failure"),
    [
        (status("failed", "5.1.1", "550 5.1.1 Unknown"), Status.UNDELIVERABLE, Failure.NO_ADDRESS),
        (status("failed", "5.0.0", "550 5.1.1 Unknown"), Status.UNDELIVERABLE, Failure.NO_ADDRESS),
        (status("failed", "5.1.2"), Status.UNDELIVERABLE, Failure.NO_ADDRESS),
        (status("failed", "5.2.2"), Status.UNDELIVERABLE, Failure.FULL),
        (status("failed", "4.2.2"), Status.UNDELIVERABLE, Failure.FULL),
        (status("failed", "4.4.7"), Status.UNDELIVERABLE, Failure.BUSY),
        (status("failed", "5.7.1", "554 5.7.1 Spam"), Status.UNDELIVERABLE, Failure.REFUSED),
        (status("failed", "5.0.0"), Status.UNDELIVERABLE, ""),
        (status("failed", "5.7.1", "550 5.7.1 Relaying denied"), Status.DELAYED, Failure.SENDER),
        (status("failed", "5.7.26"), Status.DELAYED, Failure.SENDER),
        (status("delayed", "4.4.1"), Status.DELAYED, Failure.BUSY),
        (status("delayed", "4.0.0", "554 5.7.1 Relaying denied"), Status.DELAYED, Failure.BUSY),
        (status("delayed", "4.2.2"), Status.DELAYED, Failure.FULL),
        (status("delivered", "2.0.0"), Status.DELIVERED, ""),
        (status("relayed", "2.0.0"), Status.SENT, ""),
        (status("expanded", "2.0.0"), Status.SENT, ""),
    ],
)
@pytest.mark.parametrize("original", ["message/rfc822", "text/rfc822-headers"])
def test_report_of_a_mail_server_says_what_became_of_the_letter(block, expected, failure, original):
    letter = sent()

    returned.take_in(report(letter, block=block, original=original, top=TOP))

    letter.refresh_from_db()
    assert (letter.status, letter.failure) == (expected, failure)


@pytest.mark.parametrize(
    ("kind", "expected"), [("abuse", Status.COMPLAINED), ("not-spam", Status.SENT), ("other", Status.SENT)]
)
def test_complaint_that_a_mail_provider_passes_on_is_kept(kind, expected):
    letter = sent()
    block = f"Feedback-Type: {kind}\nUser-Agent: Test/1.0\nVersion: 1\n"

    returned.take_in(report(letter, block=block, kind="feedback-report"))

    letter.refresh_from_db()
    assert letter.status == expected
    assert outbox.is_unreachable(ADDRESS) is (expected == Status.COMPLAINED)


def test_same_report_twice_is_one():
    letter = sent()
    raw = report(letter, block=status("failed", "5.1.1"), top=TOP)

    assert [returned.take_in(raw), returned.take_in(raw)] == [1, 1]
    assert TrackingEvent.objects.count() == 1


def test_report_on_somebody_else_s_message_changes_nothing():
    letter = sent()

    returned.take_in(report(Letter(message_id="<other@example.test>"), block=status("failed", "5.1.1"), top=TOP))

    letter.refresh_from_db()
    assert letter.status == Status.SENT


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0\xff",
        b"From: maija@example.test\nSubject: Automatic reply\nAuto-Submitted: auto-replied\n\nOn holiday.",
        report(None, block=status("failed", "5.1.1")),
        report(None, block="", date="yesterday"),
        b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n--b--\n",
        b"Content-Type: multipart/report\n\nNo parts",
    ],
)
def test_what_is_no_report_on_a_letter_changes_nothing(raw):
    letter = sent()

    assert returned.take_in(raw) == 0
    letter.refresh_from_db()
    assert letter.status == Status.SENT


@pytest.mark.parametrize(
    "date",
    [
        *("", "yesterday", "Sat, 21 Nov 2026 10:00:00", "Sat, 21 Nov 2026 10:00:00 -0000"),
        *("Sat, 21 Nov 2099 10:00:00 +0000", "Fri, 31 Dec 9999 23:59:59 -1200", "Mon, 01 Jan 0000 00:00:00 +1200"),
        *("Sat, 21 Nov 99999999999999999999 10:00:00 +0000", "Sat, 21 Nov 2026 10:00:00 +99999999999999"),
    ],
)
def test_report_with_an_odd_date_counts(date):
    letter = sent()

    returned.take_in(report(letter, block=status("failed", "5.1.1"), date=date, top=TOP))

    letter.refresh_from_db()
    assert letter.status == Status.UNDELIVERABLE
    assert letter.bounced_at <= timezone.now()


def test_parts_in_parts_in_parts_are_no_report():
    letter = sent()
    deep = "Content-Type: message/rfc822\n\n" * 5000
    status_in_it = report(letter, block=status("failed", "5.1.1"), original="message/rfc822").decode()

    assert returned.take_in(status_in_it.replace("Subject: Hello\n", deep).encode()) == 0


def test_report_on_thousands_of_addresses_is_read_in_part():
    letter = sent()
    block = "\n".join(status("failed", "5.1.1").replace("maija", f"maija{number}") for number in range(1000))

    assert returned.take_in(report(letter, block=block, top=TOP)) == returned.MOST_REPORTS

    letter.refresh_from_db()
    assert letter.status == Status.UNDELIVERABLE


@pytest.fixture
def hand_in(monkeypatch, capsys):
    """Return a function by which the mail server hands a message to the command; it returns what that says."""

    def hand(raw):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        call_command("returned_email")
        return capsys.readouterr().out

    return hand


def test_command_takes_a_message_from_the_mail_server(hand_in):
    letter = sent()

    said = hand_in(report(letter, block=status("failed", "5.1.1"), top=TOP))

    letter.refresh_from_db()
    assert (letter.status, said) == (Status.UNDELIVERABLE, "1 reports\n")
    assert hand_in(b"Subject: Hello\n\n") == "This is no report on an email of ours.\n"


def test_mail_server_keeps_the_message_while_the_database_is_away(hand_in, monkeypatch):
    def away(*arguments, **more):
        raise OperationalError

    monkeypatch.setattr(TrackingEvent.objects, "get_or_create", away)

    with pytest.raises(CommandError) as raised:
        hand_in(report(sent(), block=status("failed", "5.1.1"), top=TOP))

    assert raised.value.returncode == 75
