"""Hands a letter to the mail server or provider, and tells what went wrong."""

import smtplib
import ssl
from typing import Any

import requests
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailInvalidAddress
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

from core.egress import set_way_out, tls
from core.text import storable
from mailing.answers import number_of_taken, reason_of_answer, reason_of_error
from mailing.enums import Failure
from mailing.reasons import OF_ADDRESS, Step, reason_of_reply

LONGEST_MESSAGE_ID = 300  # characters of a provider's id, as letters and reports keep it


class NotSent(Exception):
    """The letter was not taken."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure

    @property
    def final(self) -> bool:
        """Whether another try would not change that. A full mailbox is emptied some day."""
        return self.failure in OF_ADDRESS and self.failure != Failure.FULL


def open_connection(connection: BaseEmailBackend) -> None:
    """Open the connection unless it is open. Raises NotSent."""
    if isinstance(connection, EmailBackend):
        connection.ssl_context = tls()
    try:
        connection.open()
    except OSError as error:
        raise _of_connecting(error) from None
    session = getattr(connection, "session", None)  # of anymail's providers that are called by requests
    if isinstance(session, requests.Session):
        set_way_out(session)
        session.max_redirects = 0  # nobody leads emails elsewhere


def send_message(connection: BaseEmailBackend, message: EmailMultiAlternatives) -> dict[str, str]:
    """Send over an open connection. Return the provider and its id of the message as columns of the letter, if known.

    Raises NotSent.
    """
    try:
        connection.send_messages([message])
    except (OSError, AnymailError, ValueError) as error:
        raise judge(error) from None
    provider = getattr(connection, "esp_name", "")
    status: Any = message.anymail_status if provider else None  # type: ignore[attr-defined]  # set by anymail
    if not status:
        return {}
    number = number_of_taken(status)
    if number is None:
        raise NotSent(reason_of_answer(provider, status.esp_response))
    # As tracking.py reads it: a longer one could not be recorded, and the letter would be sent again and again.
    return {"provider": provider, "provider_message_id": storable(number)[:LONGEST_MESSAGE_ID]}


def judge(error: Exception) -> NotSent:
    """Return why a letter was not taken, given what sending raised."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, text = max(error.recipients.values())
            return _of_reply(code, text, Step.RECIPIENT)
        case smtplib.SMTPConnectError() | smtplib.SMTPHeloError() | smtplib.SMTPAuthenticationError():
            return _of_connecting(error)
        case smtplib.SMTPSenderRefused():
            return _of_reply(error.smtp_code, error.smtp_error, Step.SENDER)
        case smtplib.SMTPResponseException():
            return _of_reply(error.smtp_code, error.smtp_error, Step.TEXT)
        case AnymailError(response=answer) if answer is not None:
            return NotSent(reason_of_error(error))
        case AnymailAPIError() | OSError():
            return _of_connecting(error)
        case AnymailError() if not isinstance(error, AnymailInvalidAddress):
            return NotSent(Failure.ERROR)
        case _:  # ValueError, AnymailInvalidAddress: nothing was sent, and another try would not change that
            return NotSent(Failure.INVALID)


def _of_connecting(error: Exception) -> NotSent:
    """Never final: what the server says before it has seen a letter is not about the letter."""
    for each in (error, error.__context__):  # smtplib calls a silent server disconnected, anymail wraps what it met
        match each:
            case smtplib.SMTPAuthenticationError():
                return NotSent(Failure.LOGIN)
            case Exception() if "Credentials" in type(each).__name__:  # botocore's, which need not be installed
                return NotSent(Failure.LOGIN)
            case Exception() if "TimeoutError" in type(each).__name__:
                return NotSent(Failure.TIMEOUT)
            case TimeoutError() | requests.Timeout():
                return NotSent(Failure.TIMEOUT)
            case ssl.SSLError() | requests.exceptions.SSLError() | smtplib.SMTPNotSupportedError():
                return NotSent(Failure.TLS)
    return NotSent(Failure.CONNECTION)


def _of_reply(code: int, text: bytes | str, step: Step) -> NotSent:
    """Judge a reply of the mail server by its first line: the enhanced code is repeated on each."""
    said = text.decode(errors="replace") if isinstance(text, bytes) else text
    return NotSent(reason_of_reply(code, said.partition("\n")[0], step=step))
