"""Hands a letter to the mail server or provider, and tells what went wrong."""

import smtplib
from http import HTTPStatus
from typing import Any

import requests
from anymail.exceptions import (
    AnymailAPIError,
    AnymailError,
    AnymailRecipientsRefused,
)
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from core.text import storable
from mailing.enums import Failure

LONGEST_MESSAGE_ID = 300  # characters of a provider's id, as letters and reports keep it
# What a provider answers when the letter itself is at fault, unlike our key or a limit.
LETTER_AT_FAULT = {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY}


class NotSent(Exception):
    """The letter was not taken. It is `final` if another try would not change that."""

    def __init__(self, failure: Failure, *, final: bool = False) -> None:
        super().__init__(failure)
        self.failure = failure
        self.final = final


def open_connection(connection: BaseEmailBackend) -> None:
    """Open the connection unless it is open. Raises NotSent."""
    try:
        connection.open()
    except OSError as error:
        raise _of_connecting(error) from None


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
    if status and status.status == {"failed"}:
        raise NotSent(Failure.BUSY)
    if not status:
        return {}
    # As tracking.py reads it: a longer one could not be recorded, and the letter would be sent again and again.
    return {"provider": provider, "provider_message_id": storable(str(status.message_id or ""))[:LONGEST_MESSAGE_ID]}


def judge(error: Exception) -> NotSent:
    """Return why a letter was not taken and whether to try again, given what sending raised."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            return _of_reply(max(code for code, _ in error.recipients.values()))
        case smtplib.SMTPConnectError() | smtplib.SMTPHeloError() | smtplib.SMTPAuthenticationError():
            return _of_connecting(error)
        case smtplib.SMTPResponseException():
            return _of_reply(error.smtp_code)
        case AnymailRecipientsRefused():
            return NotSent(Failure.REFUSED, final=True)
        case AnymailAPIError(status_code=HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN):
            return NotSent(Failure.LOGIN)
        case AnymailAPIError(status_code=int(code)):
            is_final = code in LETTER_AT_FAULT
            return NotSent(Failure.REFUSED if is_final else Failure.BUSY, final=is_final)
        case AnymailAPIError() | OSError():
            return NotSent(Failure.TIMEOUT if _is_timeout(error) else Failure.CONNECTION)
        case _:  # ValueError, AnymailInvalidAddress: nothing was sent, and another try would not change that
            return NotSent(Failure.INVALID, final=True)


def _of_connecting(error: OSError) -> NotSent:
    """Never final: what the server says before it has seen a letter is not about the letter."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return NotSent(Failure.LOGIN)
    return NotSent(Failure.TIMEOUT if _is_timeout(error) else Failure.CONNECTION)


def _is_timeout(error: Exception) -> bool:
    """Tell whether the server was silent, not gone; smtplib calls both disconnected."""
    return any(isinstance(each, TimeoutError | requests.Timeout) for each in (error, error.__context__))


def _of_reply(code: int) -> NotSent:
    """Judge a reply of the mail server (RFC 5321 § 4.2.1)."""
    is_final = 500 <= code < 600
    return NotSent(Failure.REFUSED if is_final else Failure.BUSY, final=is_final)
