"""Letters to send, and what holds for every letter that is."""

import re
from email.utils import parseaddr

from django.conf import settings

from mailing.models import Letter
from mailing.outbox import Draft, queue_letters
from tests.mailing.features import not_understood
from tests.service_names import SERVICE_NAMES

LARGEST = 15_000  # bytes of HTML
LONGEST_LINE = 78  # characters of a header, its name among them (RFC 5322, 2.1.1)


def draft(key="hello:1", **different):
    return Draft(
        **{
            "key": key,
            "message": "hello",
            "to": "maija@example.test",
            "language": "en",
            "parameters": {"name": "Maija", "number": "K7M-P3X-Q4T"},
            **different,
        }
    )


def queued(key="hello:1", *, rank=None, **different):
    queue_letters(draft(key, **different), rank=rank)
    return Letter.objects.get(key=key)


def assert_accessible_and_plain(message):
    """Assert of a letter that was sent what holds for all: its language is marked, and nothing is fetched."""
    language = message.extra_headers["Content-Language"]
    [html] = [content for content, kind in message.alternatives if kind == "text/html"]
    elsewhere = re.findall(r"https?://[^\s\"'<]+", html.replace(settings.PUBLIC_URL, ""))
    assert len(html.encode()) <= LARGEST
    assert f'<html lang="{language}">' in html
    assert f'<main>\n<div lang="{language}">' in html  # some mail programs drop html, body and main
    assert not_understood(html) == []
    assert len(re.findall(r"<h1\b", html)) == 1
    assert re.search(r"<title>[^<]+</title>", html)
    assert re.findall(r"<(?:img|link|script|iframe|form|object|video)\b|\sstyle=|url\(", html) == []
    assert elsewhere == []
    assert message.body.startswith(f"{message.subject}\n")
    assert [line for line in message.body.splitlines() if "://" in line and not re.fullmatch(r"\S+", line)] == []
    assert len(f"Subject: {message.subject}") <= LONGEST_LINE
    # Their reader sees the name before anything else, and the last of all.
    assert message.from_email == f"{SERVICE_NAMES[language]} <{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}>"
    assert message.body.splitlines()[-1].startswith(f"{SERVICE_NAMES[language]} – ")
    assert f"<p>{SERVICE_NAMES[language]} – " in html[html.index('class="foot"') :]
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
