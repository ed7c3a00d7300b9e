#!/bin/bash
# holidays: the public holidays of Finland in Swedish, one of the country's two official languages.
# Guess:   language="sv" gives Swedish names, or is refused.
# Happens: only the exact code "sv_FI" is known; any other falls back, without a word, to the language of the
#          process (its LANG), so that one program says "Independence Day" on a server and Finnish on a desktop.
# So:      write "sv_FI", and test the names, not only the dates.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check holidays==0.109 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
import datetime as dt
import os
import subprocess
import sys

import holidays

print("holidays", holidays.__version__)
if len(sys.argv) == 1:
    for language in ("fi", "sv_FI", "sv"):
        print(f"{language}:", holidays.Finland(years=2026, language=language)[dt.date(2026, 12, 6)])
    again = subprocess.run(
        [sys.executable, __file__, "sv"], env={**os.environ, "LANG": "fi_FI.UTF-8", "LANGUAGE": "fi"},
        capture_output=True, text=True, check=True,
    )
    print("sv, in a Finnish process:", again.stdout.splitlines()[-1])
else:
    print(holidays.Finland(years=2026, language="sv")[dt.date(2026, 12, 6)])
PYTHON
cat > "$folder/expected" <<'SEEN'
holidays 0.109
fi: Itsenäisyyspäivä
sv_FI: Självständighetsdagen
sv: Independence Day
sv, in a Finnish process: Itsenäisyyspäivä
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
