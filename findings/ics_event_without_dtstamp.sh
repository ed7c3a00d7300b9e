#!/bin/bash
# ics (PyPI): an event for a calendar.
# Guess:   what a library for RFC 5545 writes has what the RFC requires of every event, and keeps to its length of
#          lines.
# Happens: no DTSTAMP (required by section 3.6.1) unless `created` is set by hand, and lines of any length (section
#          3.1: 75 octets). A naive time is taken for UTC and marked with Z: nine in the morning shows as eleven in
#          Helsinki. icalendar's Event.new does all three otherwise.
# So:      icalendar, or `created` set by hand; times with their zone.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check ics==0.7.3 icalendar==7.3.2 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
import datetime as dt
from importlib.metadata import version

import icalendar
import ics

print(f"ics {version('ics')}, icalendar {version('icalendar')}")
nine, text = dt.datetime(2026, 12, 7, 9, 0), "Hakemus pitää vahvistaa. " * 6
of_ics = ics.Calendar(events=[ics.Event(name="Vahvista", begin=nine, description=text)]).serialize()
event = icalendar.Event.new(summary="Vahvista", start=nine, description=text)
for name, written in (("ics", of_ics), ("icalendar", event.to_ical().decode())):
    lines = written.splitlines()
    start = next(line for line in lines if line.startswith("DTSTART"))
    longest = max(len(line.encode()) for line in lines)
    print(f"{name}: {start}, DTSTAMP {'DTSTAMP' in written}, longest line {longest}")
PYTHON
cat > "$folder/expected" <<'SEEN'
ics 0.7.3, icalendar 7.3.2
ics: DTSTART:20261207T090000Z, DTSTAMP False, longest line 174
icalendar: DTSTART:20261207T090000, DTSTAMP True, longest line 75
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
