"""Writes a letter: the templates of its folder, in its language, with what it may know at this moment.

A folder holds subject.txt, body.txt and body.html. They see the letter's parameters, dates as dates, and what
settings.MAILING_CONTEXT adds. That names for each message, and under "" for all others, the dotted path of a
function that takes the letter and returns a dict, or raises NoLongerDue. So tokens are made when a letter leaves
and are stored nowhere.
"""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any, cast

from anymail.message import AnymailMessage
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.template import Context
from django.template.loader import get_template
from django.utils import translation
from django.utils.module_loading import import_string

from core.text import has_control
from mailing.models import Letter

DATE = re.compile(r"\d{4}-\d\d-\d\d")
TIME = re.compile(rf"{DATE.pattern}T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
BLANK_LINES = re.compile(r"\n\s*\n\s*\n")


class NoLongerDue(Exception):
    """What the letter would say is no longer so; it is dropped."""


class Unwritable(Exception):
    """The address is none, or the subject holds what cannot stand in a header, or the text what is no text."""


def write_letter(letter: Letter) -> EmailMultiAlternatives:
    """Return the letter as it leaves. Raises NoLongerDue and Unwritable."""
    _check_address(letter.to)
    context = {**_typed(letter.parameters), **_computed(letter), "public_url": settings.PUBLIC_URL, "letter": letter}
    with translation.override(letter.language):
        subject, text, html = (_render(letter, name, context) for name in ("subject.txt", "body.txt", "body.html"))
    # Ends of lines and of paragraphs in a subject could begin a header of somebody else's.
    if has_control(subject) or has_control(text + html, allowed="\t\n"):
        raise Unwritable
    return _message(letter, subject, text, html)


def _message(letter: Letter, subject: str, text: str, html: str) -> EmailMultiAlternatives:
    message = AnymailMessage(
        subject=subject,
        body=f"{text}\n",
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[letter.to],
        headers={
            "Message-ID": letter.message_id,
            "Auto-Submitted": "auto-generated",  # RFC 3834: no holiday notices in return
            "Content-Language": letter.language,
        },
        metadata={"letter": letter.message_id.strip("<>")},
        track_opens=False,
        track_clicks=False,
    )
    message.attach_alternative(f"{html}\n", "text/html")
    return cast("EmailMultiAlternatives", message)


def _computed(letter: Letter) -> dict[str, Any]:
    path = settings.MAILING_CONTEXT.get(letter.message) or settings.MAILING_CONTEXT.get("")
    compute: Callable[[Letter], dict[str, Any]] | None = import_string(path) if path else None
    return compute(letter) if compute else {}


def _render(letter: Letter, name: str, context: dict[str, Any]) -> str:
    template: Any = get_template(f"mailing/{letter.message}/{name}")
    values = Context({**context, "language": letter.language}, autoescape=name.endswith(".html"))
    return BLANK_LINES.sub("\n\n", template.template.render(values).strip())


def _check_address(address: str) -> None:
    """Refuse what is no address: some mail servers take anything, and never say that it went nowhere."""
    try:
        validate_email(address)
    except ValidationError:
        raise Unwritable from None


def _typed(value: Any) -> Any:
    """Return the stored parameters with their ISO dates and times as such, for templates to format."""
    if isinstance(value, dict):
        return {key: _typed(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_typed(each) for each in value]
    return _parse_moment(value) if isinstance(value, str) else value


def _parse_moment(text: str) -> str | dt.date:
    """Return the date or time that a text is, else the text: people may write of the 31st of February."""
    try:
        if DATE.fullmatch(text):
            return dt.date.fromisoformat(text)
        return dt.datetime.fromisoformat(text) if TIME.fullmatch(text) else text
    except ValueError:
        return text
