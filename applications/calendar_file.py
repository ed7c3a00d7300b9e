"""Days as a calendar file (.ics): whole-day events as RFC 5545 has them, for programs to take over.

Written by hand: these few lines take no time of day, so they need no time zones and no repetition (ADR 36).
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

CONTENT_TYPE = "text/calendar; charset=utf-8"
PRODUCT = "-//City of Helsinki//Heka Confirm//EN"
LONGEST_LINE = 75  # bytes, without the line's end (RFC 5545, section 3.1)
ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


@dataclass(frozen=True)
class WholeDay:
    """An event of one day. `uid` stays the same when the day moves, so that programs move the event too."""

    uid: str
    day: dt.date
    summary: str
    description: str
    url: str


def calendar_file(events: Iterable[WholeDay], *, at: dt.datetime) -> bytes:
    """Return a calendar of these events, as it is published at a moment; it has one event at least."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "METHOD:PUBLISH"]
    for event in events:
        lines += _event_lines(event, at)
    return b"".join(piece + b"\r\n" for line in [*lines, "END:VCALENDAR"] for piece in _folded(line))


def _event_lines(event: WholeDay, at: dt.datetime) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{event.uid}",
        f"DTSTAMP:{at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{event.day + dt.timedelta(days=1):%Y%m%d}",  # the day after, as the standard counts
        f"SUMMARY:{event.summary.translate(ESCAPED)}",
        f"DESCRIPTION:{event.description.translate(ESCAPED)}",
        f"URL:{event.url}",
        "TRANSP:TRANSPARENT",  # nobody is busy because an application ends
        "END:VEVENT",
    ]


def _folded(line: str) -> Iterator[bytes]:
    """Yield the lines into which one is folded; each after the first begins with a blank. No character is split."""
    piece = b""
    for character in line:
        encoded = character.encode()
        if len(piece) + len(encoded) > LONGEST_LINE:
            yield piece
            piece = b" "
        piece += encoded
    yield piece
