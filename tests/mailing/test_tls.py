"""Emails leave over a connection that is encrypted and verified, or stay here."""

import ssl

import pytest

from mailing import worker
from mailing.enums import Failure, Status
from tests.mailing import sink as sinks
from tests.mailing.letters import queued
from tests.running.certificates import Authority

pytestmark = pytest.mark.django_db


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path, "authority")


def became_of(sink, settings):
    """Return what becomes of a letter that this server is to take, and how many it has taken."""
    settings.EMAIL_BACKEND, settings.EMAIL_USE_TLS = "django.core.mail.backends.smtp.EmailBackend", True
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "localhost", sink.port, 15
    letter = queued()
    worker.deliver_due_letters()
    letter.refresh_from_db()
    return letter.status, letter.failure, len(sink.taken)


def context_for(authority, host):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue(host))
    return context


@pytest.mark.parametrize(
    ("trusted", "host", "expected"),
    [
        (True, "localhost", (Status.SENT, "", 1)),
        (True, "mail.example.fi", (Status.DELAYED, Failure.TLS, 0)),
        (False, "localhost", (Status.DELAYED, Failure.TLS, 0)),
    ],
)
def test_certificate_of_the_mail_server_must_be_trusted_and_of_its_name(
    authority, settings, trust, trusted, host, expected
):
    if trusted:
        trust(authority)

    with sinks.running(context_for(authority, host)) as sink:
        assert became_of(sink, settings) == expected


def test_letter_never_leaves_unencrypted_where_encryption_was_agreed(sink, settings):
    assert became_of(sink, settings) == (Status.DELAYED, Failure.TLS, 0)
