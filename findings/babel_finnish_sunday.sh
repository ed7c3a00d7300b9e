#!/bin/bash
# Babel: the weekday of a date in Finnish.
# Guess:   the pattern EEEE gives the weekday in one grammatical form, as in English and Swedish.
# Happens: Monday to Saturday come in the essive ("maanantaina", on Monday), Sunday in the nominative
#          ("sunnuntai"). The format "full" gives the nominative for all. The data are CLDR's.
# So:      "You came on {weekday}" is wrong on one day of seven; keep a list of the seven essives.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check Babel==2.18.0 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
import datetime as dt

import babel
from babel.dates import format_date

print("Babel", babel.__version__)
week = [dt.date(2026, 11, 23) + dt.timedelta(days=n) for n in range(7)]
print("EEEE:", *(format_date(day, "EEEE", locale="fi") for day in week))
print("full:", *(format_date(day, "full", locale="fi").split()[0] for day in week))
PYTHON
cat > "$folder/expected" <<'SEEN'
Babel 2.18.0
EEEE: maanantaina tiistaina keskiviikkona torstaina perjantaina lauantaina sunnuntai
full: maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
