#!/bin/bash
# icalendar: an event at a time with a fixed offset, as Django and databases give them.
# Guess:   the time is written in UTC, or with a time zone that stands in the calendar (RFC 5545 § 3.2.19 wants a
#          VTIMEZONE for every TZID).
# Happens: TZID="UTC+02:00", of which there is no definition; calendars then guess, and some show another hour.
# So:      convert to UTC, or to a zone with a name, before the event is made.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check icalendar==7.3.2 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
import datetime as dt
from importlib.metadata import version

from icalendar import Calendar, Event

print("icalendar", version("icalendar"))
event = Event()
event.add("dtstart", dt.datetime(2026, 12, 1, 9, tzinfo=dt.timezone(dt.timedelta(hours=2))))
calendar = Calendar()
calendar.add_component(event)
text = calendar.to_ical().decode()
print(next(line for line in text.splitlines() if line.startswith("DTSTART")))
print("VTIMEZONE:", "VTIMEZONE" in text)
PYTHON
cat > "$folder/expected" <<'SEEN'
icalendar 7.3.2
DTSTART;TZID="UTC+02:00":20261201T090000
VTIMEZONE: False
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
