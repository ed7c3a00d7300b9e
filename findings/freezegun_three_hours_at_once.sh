#!/bin/bash
# freezegun: the local hour of a frozen summer day, in a process whose time zone is Europe/Helsinki.
# Guess:   however a program asks for the local time, it is told the same: noon, for nine o'clock UTC.
# Happens: three answers. datetime.now() gives 9 (UTC as if it were local), time.localtime() 11 (the winter's offset in
#          summer), datetime.now(timezone.utc).astimezone() 12, which is right. In winter the last two agree, so a test
#          that is written in winter does not show it. time-machine gives 12 three times for the same moment.
# So:      time-machine, and times with their zone; a naive "now" compared with a log or a database is off by hours.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check freezegun==1.5.5 time-machine==3.6.0 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
import datetime as dt
import time
from importlib.metadata import version

import freezegun
import time_machine


def hours():
    return dt.datetime.now().hour, time.localtime().tm_hour, dt.datetime.now(dt.timezone.utc).astimezone().hour


for moment in ("2026-07-01T09:00:00+00:00", "2026-12-01T09:00:00+00:00"):
    with freezegun.freeze_time(moment):
        print(moment[:10], "freezegun", version("freezegun"), *hours())
    with time_machine.travel(moment, tick=False):
        print(moment[:10], "time-machine", version("time-machine"), *hours())
PYTHON
cat > "$folder/expected" <<'SEEN'
2026-07-01 freezegun 1.5.5 9 11 12
2026-07-01 time-machine 3.6.0 12 12 12
2026-12-01 freezegun 1.5.5 9 11 11
2026-12-01 time-machine 3.6.0 11 11 11
SEEN
TZ=Europe/Helsinki LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
