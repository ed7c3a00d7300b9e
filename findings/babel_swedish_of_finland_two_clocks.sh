#!/bin/bash
# Babel: a time of day in the Swedish of Finland (sv_FI), the country's second language.
# Guess:   a locale writes the time in one way: with a full stop, as in Finland, or with a colon, as in Sweden.
# Happens: both. format_time gives the colon, a skeleton for the same hour and minute the full stop, and an interval
#          the colon again. So with dates: the short one is Sweden's (2026-12-07), day and month alone are Finland's
#          (7.12). sv_FI holds only some of its own patterns and takes the rest from Sweden. Finnish is at one.
# So:      patterns of one's own for Swedish in Finland, and one function that everything goes through.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check Babel==2.18.0 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
import datetime as dt

import babel
from babel.dates import format_date, format_interval, format_skeleton, format_time

print("Babel", babel.__version__)
nine, until = dt.datetime(2026, 12, 7, 9, 0), dt.datetime(2026, 12, 7, 15, 30)
for locale in ("fi", "sv_SE", "sv_FI"):
    times = (
        format_time(nine.time(), "short", locale=locale),
        format_skeleton("Hm", nine, locale=locale),
        format_interval(nine, until, "Hm", locale=locale),
    )
    dates = format_date(nine, "short", locale=locale), format_skeleton("Md", nine, locale=locale)
    print(f"{locale}:", " | ".join((*times, *dates)))
PYTHON
cat > "$folder/expected" <<'SEEN'
Babel 2.18.0
fi: 9.00 | 9.00 | 9.00–15.30 | 7.12.2026 | 7.12.
sv_SE: 09:00 | 09:00 | 09:00–15:30 | 2026-12-07 | 7/12
sv_FI: 09:00 | 09.00 | 09:00–15:30 | 2026-12-07 | 7.12
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
