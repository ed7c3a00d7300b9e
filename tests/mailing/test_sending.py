"""What each answer of a mail server or provider means for a letter."""

import datetime as dt
import json
import smtplib
import ssl

import pytest
from django.utils import timezone

from mailing import worker
from mailing.enums import Failure, Status
from mailing.models import Letter
from mailing.sending import judge
from tests import egress, servers
from tests.mailing.letters import queued
from tests.mailing.sink import DROP

pytestmark = pytest.mark.django_db

RETRIED, DEAD = Status.DELAYED, Status.UNDELIVERABLE


@pytest.mark.parametrize(
    ("step", "reply", "status", "failure"),
    [
        ("EHLO", "421 Too many connections", RETRIED, Failure.CONNECTION),
        ("MAIL", "451 Try later", RETRIED, Failure.BUSY),
        ("MAIL", "550 We do not take letters of yours", RETRIED, Failure.SENDER),
        ("MAIL", "550 5.4.5 Daily sending quota exceeded", RETRIED, Failure.QUOTA),
        ("MAIL", "530 5.7.0 Authentication required", RETRIED, Failure.LOGIN),
        ("RCPT", "550 5.7.1 Relaying denied", RETRIED, Failure.SENDER),
        ("RCPT", "550 5.1.1 No such mailbox", DEAD, Failure.NO_ADDRESS),
        ("RCPT", "452 4.2.2 Mailbox full", RETRIED, Failure.FULL),
        ("RCPT", "552 5.2.2 Mailbox full", RETRIED, Failure.FULL),
        ("RCPT", "421 Try later", RETRIED, Failure.BUSY),
        ("RCPT", "450 Greylisted", RETRIED, Failure.BUSY),
        ("RCPT", "550 No such mailbox", DEAD, Failure.REFUSED),
        ("DATA", "451 Try later", RETRIED, Failure.BUSY),
        ("DATA", "452 Disk full", RETRIED, Failure.BUSY),
        ("DATA", "554 Looks like advertising", DEAD, Failure.REFUSED),
        ("EHLO", DROP, RETRIED, Failure.CONNECTION),
        ("MAIL", DROP, RETRIED, Failure.CONNECTION),
        ("RCPT", DROP, RETRIED, Failure.CONNECTION),
        ("DATA", DROP, RETRIED, Failure.CONNECTION),
    ],
)
def test_reply_of_the_mail_server_decides(by_smtp, step, reply, status, failure):
    by_smtp.mood = lambda now: reply if now == step else None
    letter = queued()

    worker.deliver_due_letters()

    letter.refresh_from_db()
    assert (letter.status, letter.failure, letter.attempts, letter.lease) == (status, failure, 1, None)
    assert by_smtp.taken == []


def test_letter_that_is_taken_is_sent(by_smtp):
    letter = queued(parameters={"name": "Äiti Öhman", "number": "K7M"}, language="fi")

    worker.deliver_due_letters()

    letter.refresh_from_db()
    [taken] = by_smtp.taken
    assert (letter.status, letter.failure, letter.lease) == (Status.SENT, "", None)
    assert (taken["Message-ID"], taken["Auto-Submitted"]) == (letter.message_id, "auto-generated")
    assert [part.get_content_type() for part in taken.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert "Äiti Öhman" in taken.get_payload(0).get_payload(decode=True).decode()


def test_letter_whose_fate_is_unknown_is_sent_again_with_the_same_message_id(by_smtp):
    by_smtp.mood = lambda step: DROP if step == "TAKEN" and len(by_smtp.taken) == 1 else None
    letter = queued()

    worker.deliver_due_letters()
    Letter.objects.update(due_at=timezone.now() - dt.timedelta(minutes=1))
    worker.deliver_due_letters()

    assert by_smtp.ids == [letter.message_id, letter.message_id]


def test_server_that_hangs_is_given_up_in_time(by_smtp, settings):
    by_smtp.pause, settings.EMAIL_TIMEOUT = 60, 1
    letter = queued()

    worker.deliver_due_letters()

    letter.refresh_from_db()
    assert (letter.status, letter.failure) == (RETRIED, Failure.TIMEOUT)


def test_server_that_is_not_there_is_tried_later(by_smtp, settings):
    settings.EMAIL_PORT = 1
    letter = queued()

    worker.deliver_due_letters()

    letter.refresh_from_db()
    assert (letter.status, letter.failure) == (RETRIED, Failure.CONNECTION)


def test_refused_letter_keeps_no_other_from_leaving(by_smtp):
    replies = iter(["550 No such mailbox"])
    by_smtp.mood = lambda step: next(replies, None) if step == "RCPT" else None
    for number in range(3):
        queued(f"hello:{number}")

    worker.deliver_due_letters()

    assert [letter.status for letter in Letter.objects.order_by("pk")] == [DEAD, Status.SENT, Status.SENT]


@pytest.mark.parametrize(
    "address",
    [
        *("nobody at all", "@example.test", "a@b@c.test", "maija@", "maija@exa mple.test"),
        *("maija@localhost", "maija@xn--abc.fi", "mäti@example.test", f"{'a' * 65}@example.test"),
    ],
)
def test_address_that_is_none_is_dead_at_once(by_smtp, address):
    letter = queued(to=address)

    worker.deliver_due_letters()

    letter.refresh_from_db()
    assert (letter.status, letter.failure) == (DEAD, Failure.INVALID)


def test_injected_header_reaches_nobody(by_smtp):
    letter = queued(parameters={"name": "Maija\r\nBcc: everybody@example.test", "number": "1"})

    worker.deliver_due_letters()

    letter.refresh_from_db()
    assert (letter.status, letter.failure) == (DEAD, Failure.INVALID)
    assert by_smtp.taken == []


def test_many_letters_share_a_connection(by_smtp):
    greetings = []
    by_smtp.mood = lambda step: greetings.append(step) if step == "EHLO" else None
    for number in range(10):
        queued(f"hello:{number}")

    worker.deliver_due_letters()

    assert (len(by_smtp.taken), len(greetings)) == (10, 1)


def test_wrong_password_is_not_the_letter_s_fault():
    reason = judge(smtplib.SMTPAuthenticationError(535, b"No"))

    assert (reason.failure, reason.final) == (Failure.LOGIN, False)


@pytest.mark.parametrize(
    "error",
    [
        ssl.SSLCertVerificationError("certificate verify failed"),
        smtplib.SMTPNotSupportedError("STARTTLS extension not supported by server."),
    ],
)
def test_connection_that_cannot_be_secured_is_not_the_letter_s_fault(error):
    reason = judge(error)

    assert (reason.failure, reason.final) == (Failure.TLS, False)


# --- A provider behind HTTP ------------------------------------------------------------------------------

TAKEN = {
    "ErrorCode": 0,
    "Message": "OK",
    "MessageID": "p-1",
    "SubmittedAt": "2026-11-21T10:00:00Z",
    "To": "maija@example.test",
}

INACTIVE = (
    "You tried to send to a recipient that has been marked as inactive.\n"
    "Found inactive addresses: maija@example.test.\n"
    "Inactive recipients are ones that have generated a hard bounce, a spam complaint, or a manual suppression."
)


class Provider(servers.Handler):
    answers = (200, b"")
    leads_to = ""
    requests: list[dict] = []

    def do_POST(self):
        self.requests.append(json.loads(self.body()))
        self.answer(*self.answers, {"Location": self.leads_to})


@pytest.fixture
def provider(settings):
    Provider.requests.clear()
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {
        **settings.ANYMAIL,
        "POSTMARK_SERVER_TOKEN": "secret",
        "REQUESTS_TIMEOUT": 15,
    }
    with servers.running(servers.Server(Provider)) as server:
        settings.ANYMAIL["POSTMARK_API_URL"] = f"{server.url}/"
        yield Provider


@pytest.mark.parametrize(
    ("code", "body", "status", "failure"),
    [
        (200, TAKEN, Status.SENT, ""),
        (429, {}, RETRIED, Failure.BUSY),
        (500, {}, RETRIED, Failure.BUSY),
        (503, "<html>gone</html>", RETRIED, Failure.BUSY),
        (200, "<html>garbage</html>", RETRIED, Failure.BUSY),
        (402, {"ErrorCode": 405, "Message": "No credits"}, RETRIED, Failure.QUOTA),
        (422, {"ErrorCode": 412, "Message": "Pending approval"}, RETRIED, Failure.SENDER),
        (401, {"ErrorCode": 10, "Message": "No key"}, RETRIED, Failure.LOGIN),
        (422, {"ErrorCode": 406, "Message": INACTIVE}, DEAD, Failure.SUPPRESSED),
    ],
)
def test_answer_of_the_provider_decides(provider, code, body, status, failure):
    provider.answers = (code, (body if isinstance(body, str) else json.dumps(body)).encode())
    letter = queued()

    worker.deliver_due_letters()

    letter.refresh_from_db()
    assert (letter.status, letter.failure) == (status, failure)


def test_provider_leads_no_letter_elsewhere(provider, settings):
    provider.answers = (307, b"")
    provider.leads_to = f"{settings.ANYMAIL['POSTMARK_API_URL']}elsewhere"
    letter = queued()

    worker.deliver_due_letters()

    letter.refresh_from_db()
    assert (letter.status, letter.failure, len(provider.requests)) == (RETRIED, Failure.CONNECTION, 1)


def test_provider_is_called_by_the_proxy_of_the_setting_and_not_of_the_environment(provider, settings, monkeypatch):
    provider.answers = (200, json.dumps(TAKEN).encode())
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    queued()
    worker.deliver_due_letters()
    queued("hello:2")
    with egress.running() as proxy:
        settings.EGRESS_PROXY = proxy.url
        worker.deliver_due_letters()

    assert [asked[0] for asked in proxy.asked] == ["POST"]
    assert len(provider.requests) == 2


def test_provider_knows_our_letter_and_we_its_number(provider):
    provider.answers = (200, json.dumps(TAKEN).encode())
    letter = queued()

    worker.deliver_due_letters()

    letter.refresh_from_db()
    [asked] = provider.requests
    assert (letter.provider, letter.provider_message_id) == ("Postmark", "p-1")
    assert asked["Metadata"] == {"letter": letter.message_id.strip("<>")}
    assert (asked["TrackOpens"], asked["TrackLinks"]) == (False, "None")


def test_letter_goes_out_once_even_if_the_provider_gives_it_a_long_number(provider):
    provider.answers = (200, json.dumps({**TAKEN, "MessageID": "p" * 400}).encode())
    letter = queued()

    worker.deliver_due_letters()
    worker.deliver_due_letters()

    letter.refresh_from_db()
    assert (letter.status, letter.provider_message_id, len(provider.requests)) == (Status.SENT, "p" * 300, 1)
