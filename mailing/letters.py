"""Writes a letter from the templates of its folder, in its language, when it is sent.

A folder holds subject.txt (its words, which are the heading too), body.txt and body.html. Their context is the
letter's parameters, with dates as dates, and what settings.MAILING_CONTEXT adds. That setting names for each message,
and under "" for all others, the dotted path of a function that takes the letter and returns a dict, or raises
NoLongerDue. So tokens are made when a letter leaves, and are stored nowhere. settings.MAILING_SHARED_CONTEXT names a
function without arguments, of which every letter has what it returns.
"""

import datetime as dt
import re
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Any, cast
from urllib.parse import urlsplit

from anymail.message import AnymailMessage
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import utf8_charset_qp
from django.template import Context
from django.template.loader import get_template
from django.urls import reverse
from django.utils import translation
from django.utils.module_loading import import_string

from core.addresses import InvalidAddress, read_address
from core.service_name import SERVICE_NAME
from core.text import has_control
from mailing.letter_codes import display_letter_code
from mailing.models import Letter
from mailing.providers import headers_for, provider_of

DATE = re.compile(r"\d{4}-\d\d-\d\d")
TIME = re.compile(rf"{DATE.pattern}T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
BLANK_LINES = re.compile(r"\n\s*\n\s*\n")


class NoLongerDue(Exception):
    """What the letter would say is no longer true, so it is dropped."""


class Unwritable(Exception):
    """The address is not valid, or the subject or the text holds control characters."""


def write_letter(letter: Letter) -> EmailMultiAlternatives:
    """Return the letter as it leaves. Raises NoLongerDue and Unwritable."""
    try:
        read_address(letter.to)  # some mail servers take any address, and never say that the letter was lost
    except InvalidAddress:
        raise Unwritable from None
    letter.leaves = True
    context = letter_context(letter)
    with translation.override(letter.language):
        # Without "https://", which mail programs would make a link: the page is for those who follow none.
        context["check_page"] = urlsplit(settings.PUBLIC_URL).netloc + reverse(settings.EMAIL_CHECK_URL)
        subject = write_subject(letter, context)
        text, html = (_render(letter, name, {**context, "subject": subject}) for name in ("body.txt", "body.html"))
        sender = Address(str(SERVICE_NAME), addr_spec=parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
    # A line break in a subject could begin a header that somebody else wrote.
    if has_control(subject) or has_control(text + html, allowed="\t\n"):
        raise Unwritable
    return _message(letter, str(sender), subject, text, html)


def write_subject(letter: Letter, context: dict[str, Any]) -> str:
    """Return the subject of a letter: its words, after the application's number if it is about an application.

    A list of emails shows the beginning only, and whoever has two applications tells them apart by it.
    """
    number, words = context.get("number"), _render(letter, "subject.txt", context)
    return f"{number}: {words}" if number else words


def letter_context(letter: Letter) -> dict[str, Any]:
    """Return what the templates of a letter need, in its language. Raises NoLongerDue."""
    path = settings.MAILING_CONTEXT.get(letter.message) or settings.MAILING_CONTEXT.get("")
    computed: dict[str, Any] = import_string(path)(letter) if path else {}
    shared: dict[str, Any] = import_string(settings.MAILING_SHARED_CONTEXT)()
    parameters = _typed(letter.parameters)
    known = {"public_url": settings.PUBLIC_URL, "letter": letter, "letter_code": display_letter_code(letter)}
    return {**shared, **parameters, **computed, **known}


def _message(letter: Letter, sender: str, subject: str, text: str, html: str) -> EmailMultiAlternatives:
    provider = provider_of(settings.EMAIL_BACKEND)
    headers = {
        "Message-ID": letter.message_id,
        "Auto-Submitted": "auto-generated",  # RFC 3834: no holiday notices in return
        "Content-Language": letter.language,
    }
    named = {"metadata": {"letter": letter.message_id.strip("<>")}}
    unfollowed = {"track_opens": False, "track_clicks": False}
    message = AnymailMessage(
        subject=subject,
        body=f"{text}\n",
        from_email=sender,
        to=[read_address(letter.to)],  # as it is stored by now, if not then
        headers=headers_for(provider, headers),
        **(named if provider is None or provider.names_letter else {}),
        **(unfollowed if provider is None or provider.switches_tracking else {}),
    )
    message.attach_alternative(f"{html}\n", "text/html")
    # Quoted-printable: lines of any length pass every server, and none needs 8BITMIME.
    message.encoding = utf8_charset_qp
    return cast("EmailMultiAlternatives", message)


def _render(letter: Letter, name: str, context: dict[str, Any]) -> str:
    template: Any = get_template(f"mailing/{letter.message}/{name}")
    is_html = name.endswith(".html")
    text = template.template.render(Context({**context, "language": letter.language}, autoescape=is_html))
    if not is_html:  # what mail programs break into lines themselves, and people copy
        text = text.replace("\u00a0", " ")
    return BLANK_LINES.sub("\n\n", text.strip())


def _typed(value: Any) -> Any:
    """Return the stored parameters with ISO dates and times parsed, for templates to format."""
    if isinstance(value, dict):
        return {key: _typed(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_typed(each) for each in value]
    return _parse_moment(value) if isinstance(value, str) else value


def _parse_moment(text: str) -> str | dt.date:
    """Return a text as a date or time if it is one, else unchanged: people may write of the 31st of February."""
    try:
        if DATE.fullmatch(text):
            return dt.date.fromisoformat(text)
        return dt.datetime.fromisoformat(text) if TIME.fullmatch(text) else text
    except ValueError:
        return text
