"""A strict reader of calendar files, by RFC 5545: it refuses what a program might not understand."""

import re

ESCAPE = {"\\\\": "\\", "\\;": ";", "\\,": ",", "\\n": "\n", "\\N": "\n"}
NAME = r"[A-Z][A-Z0-9-]*(?:;[A-Z][A-Z0-9-]*=[^;:,\"]+)*"
TEXTS = {"SUMMARY", "DESCRIPTION"}
ONCE_IN_EVENT = ["UID", "DTSTAMP", "DTSTART;VALUE=DATE", "DTEND;VALUE=DATE", "SUMMARY"]


def read_calendar(content):
    """Return the properties of a calendar, and under "events" those of each event."""
    assert content.endswith(b"\r\n")
    raw = content[:-2].split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line or len(line) > 75 for line in raw)
    assert [line.decode() for line in raw]  # each is whole characters
    lines = [line.decode() for line in content.replace(b"\r\n ", b"")[:-2].split(b"\r\n")]
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    calendar, event = {"events": []}, None
    for line in lines[1:-1]:
        found = re.fullmatch(rf"({NAME}):(.*)", line)
        assert found, line
        name, value = found.groups()
        if (name, value) == ("BEGIN", "VEVENT"):
            assert event is None
            event = {}
        elif (name, value) == ("END", "VEVENT"):
            assert [each for each in ONCE_IN_EVENT if each not in event] == []
            calendar["events"].append(event)
            event = None
        else:
            into = calendar if event is None else event
            assert name not in into
            into[name] = _text(value) if name in TEXTS else value
    assert event is None
    assert calendar["events"]
    assert {"VERSION", "PRODID"} <= calendar.keys()
    uids = [each["UID"] for each in calendar["events"]]
    assert len(set(uids)) == len(uids)
    return calendar


def _text(value):
    assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", value)
    return re.sub(r"\\.", lambda found: ESCAPE[found[0]], value)
