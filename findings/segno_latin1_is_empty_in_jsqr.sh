#!/bin/bash
# segno and jsQR: a QR code with a Finnish or Swedish word, drawn by the one and read by the other.
# Guess:   what a library for QR codes writes, another reads; a text that it cannot read is an error or null.
# Happens: segno writes Latin-1 where the text allows it (as the standard has it, without saying so in the code), jsQR
#          reads UTF-8 only: it finds the code and gives the *empty text*. With a sign that is not in Latin-1 segno
#          writes UTF-8, and all is well, so a trial with "€" or Cyrillic does not show it.
# So:      encoding="utf-8" when drawing, or a percent-encoded address; and an empty text is not a text that was read.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check segno==1.6.6 2>/dev/null
cd "$folder"
npm init --yes >/dev/null
npm install --silent --ignore-scripts jsqr@1.4.0
cat > draw.py <<'PYTHON'
import json

import segno

for text, options in (
    ("Hämeentie", {}),
    ("Hämeentie", {"encoding": "utf-8"}),
    ("Åsa", {}),
    ("Hämeentie €", {}),
    ("Hameentie", {}),
):
    rows = [list(row) for row in segno.make_qr(text, **options).matrix_iter(scale=4, border=4)]
    print(json.dumps([f"{text} {options}", rows]))
PYTHON
cat > see.js <<'JS'
const jsQR = require("jsqr");
for (const line of require("fs").readFileSync("drawn", "utf8").trim().split("\n")) {
  const [name, rows] = JSON.parse(line);
  const pixels = Uint8ClampedArray.from(rows.flat().flatMap(dark => [...Array(3).fill(dark ? 0 : 255), 255]));
  const seen = jsQR(pixels, rows[0].length, rows.length);
  console.log(`${name}: ${seen ? "found, " + JSON.stringify(seen.data) : "not found"}`);
}
JS
cat > expected <<'SEEN'
segno 1.6.6, jsqr 1.4.0
Hämeentie {}: found, ""
Hämeentie {'encoding': 'utf-8'}: found, "Hämeentie"
Åsa {}: found, ""
Hämeentie € {}: found, "Hämeentie €"
Hameentie {}: found, "Hameentie"
SEEN
LANG=C.UTF-8 venv/bin/python draw.py > drawn
{
    venv/bin/python -c "import segno; print('segno', segno.__version__, end=', ')"
    node -p '"jsqr " + require("jsqr/package.json").version'
    node see.js
} | tee output
diff expected output && echo "As found."
