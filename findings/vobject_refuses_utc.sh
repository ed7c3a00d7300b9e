#!/bin/bash
# vobject: an event at a time in UTC, as Django and Python give it.
# Guess:   UTC is the one zone that needs no name and no definition: it is written with a Z.
# Happens: datetime.timezone.utc raises VObjectError, as it cannot guess a name for it; the same moment with
#          ZoneInfo("UTC") is written with a Z. A time in Helsinki is filed under "EET", Stockholm under "CET":
#          the abbreviation of the winter, not the place.
# So:      ZoneInfo("UTC") instead of timezone.utc; or icalendar.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check vobject==0.9.9 tzdata==2026.6 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
import datetime as dt
from importlib.metadata import version
from zoneinfo import ZoneInfo

import vobject

print("vobject", version("vobject"))
for zone in (dt.timezone.utc, ZoneInfo("UTC"), ZoneInfo("Europe/Helsinki"), ZoneInfo("Europe/Stockholm")):
    calendar = vobject.iCalendar()
    calendar.add("vevent").add("dtstart").value = dt.datetime(2026, 12, 7, 9, 0, tzinfo=zone)
    try:
        written = [line for line in calendar.serialize().splitlines() if line.startswith("DTSTART")]
        print(f"{zone!r}: {written[-1]}")
    except vobject.base.VObjectError as error:
        print(f"{zone!r}: {type(error).__name__}: {error.msg}")
PYTHON
cat > "$folder/expected" <<'SEEN'
vobject 0.9.9
datetime.timezone.utc: VObjectError: Unable to guess TZID for tzinfo UTC
zoneinfo.ZoneInfo(key='UTC'): DTSTART:20261207T090000Z
zoneinfo.ZoneInfo(key='Europe/Helsinki'): DTSTART;TZID=EET:20261207T090000
zoneinfo.ZoneInfo(key='Europe/Stockholm'): DTSTART;TZID=CET:20261207T090000
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
