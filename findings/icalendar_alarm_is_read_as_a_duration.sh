#!/bin/bash
# icalendar: a reminder at a fixed moment ("on Monday at nine"), and ical.js, which Thunderbird is made with, reading it.
# Guess:   a datetime given as TRIGGER is written as RFC 5545 (section 3.8.6.3) asks: VALUE=DATE-TIME, since a duration
#          is the default there, and in UTC. DTSTAMP is turned into UTC in the same way.
# Happens: neither: there is no VALUE, and a time in Helsinki keeps its TZID. ical.js takes the moment for a duration
#          and raises an error; the event itself is good, and icalendar reads its own alarm back.
# So:      a trigger relative to the start (a timedelta); or parameters={"VALUE": "DATE-TIME"}, with a time in UTC.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check icalendar==7.3.2 2>/dev/null
cd "$folder"
npm init --yes >/dev/null
npm install --silent --ignore-scripts ical.js@2.2.1
cat > write.py <<'PYTHON'
import datetime as dt
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event

utc = dt.datetime(2026, 12, 7, 7, 0, tzinfo=dt.timezone.utc)
helsinki = utc.astimezone(ZoneInfo("Europe/Helsinki"))
calendar = Calendar.new()
for trigger, parameters in (
    (dt.timedelta(days=-1), {}),
    (utc, {}),
    (helsinki, {}),
    (utc, {"VALUE": "DATE-TIME"}),
):
    event = Event.new(summary="Deadline", start=dt.date(2026, 12, 8))
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", "Deadline")
    alarm.add("trigger", trigger, parameters=parameters)
    event.add_component(alarm)
    calendar.add_component(event)
print(calendar.to_ical().decode(), end="")
PYTHON
cat > read.mjs <<'JS'
import fs from "node:fs";

import ICAL from "ical.js";

const text = fs.readFileSync("calendar.ics", "utf8");
const written = text.split("\r\n").filter(line => line.startsWith("TRIGGER"));
const events = new ICAL.Component(ICAL.parse(text)).getAllSubcomponents("vevent");
events.forEach((event, n) => {
  let seen;
  try {
    seen = String(event.getFirstSubcomponent("valarm").getFirstPropertyValue("trigger"));
  } catch (error) {
    seen = `error: ${error.message}`;
  }
  console.log(`${written[n]} -> ${seen}`);
});
JS
cat > expected <<'SEEN'
icalendar 7.3.2, ical.js 2.2.1
TRIGGER:-P1D -> -P1D
TRIGGER:20261207T070000Z -> error: invalid duration value: Not enough duration components in "070000Z"
TRIGGER;TZID=Europe/Helsinki:20261207T090000 -> error: invalid duration value: Not enough duration components in "090000"
TRIGGER;VALUE=DATE-TIME:20261207T070000Z -> 2026-12-07T07:00:00Z
SEEN
LANG=C.UTF-8 venv/bin/python write.py > calendar.ics
{
    venv/bin/python -c "import icalendar; print('icalendar', icalendar.__version__, end=', ')"
    node -p '"ical.js " + JSON.parse(require("fs").readFileSync("node_modules/ical.js/package.json")).version'
    node read.mjs
} | tee output
diff expected output && echo "As found."
