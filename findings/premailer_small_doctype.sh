#!/bin/bash
# premailer: an HTML letter that begins with <!doctype html>.
# Guess:   the letter keeps its doctype however it is written; case does not matter there in HTML.
# Happens: <!DOCTYPE html> is kept, <!doctype html>, as formatters write it, is dropped without a word; browsers and
#          mail programs then lay the letter out in quirks mode, with other line heights and widths.
# So:      capitals in the templates of letters, and a test of the first line of what is sent.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check premailer==3.10.0 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
from importlib.metadata import version

import premailer

print("premailer", version("premailer"))
for doctype in ("<!DOCTYPE html>", "<!doctype html>"):
    html = f"{doctype}<html><head><title>t</title></head><body><p>p</p></body></html>"
    print(doctype, "->", premailer.transform(html).split("<head>")[0].split())
PYTHON
cat > "$folder/expected" <<'SEEN'
premailer 3.10.0
<!DOCTYPE html> -> ['<!DOCTYPE', 'html>', '<html>']
<!doctype html> -> ['<html>']
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
