#!/bin/bash
# segno: a QR code of a short text, such as the number of an application.
# Guess:   segno.make draws a QR code that any telephone reads.
# Happens: a short text becomes a *Micro* QR code (one finder pattern), which the cameras of common telephones do
#          not read; a longer text, or the error correction "H", becomes an ordinary one, so tests with other texts
#          do not show it.
# So:      segno.make_qr, or micro=False, whenever people scan it (applications/slip.py).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check segno==1.6.6 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
import segno

print("segno", segno.__version__)
for text, options in (
    ("42", {}),
    ("K7MP3XQ4T", {}),
    ("K7MP3XQ4T", {"error": "h"}),
    ("K7MP3XQ4T", {"micro": False}),
):
    code = segno.make(text, **options)
    print(text, options, code.designator, "micro" if code.is_micro else "QR")
PYTHON
cat > "$folder/expected" <<'SEEN'
segno 1.6.6
42 {} M1 micro
K7MP3XQ4T {} M3-M micro
K7MP3XQ4T {'error': 'h'} 1-H QR
K7MP3XQ4T {'micro': False} 1-H QR
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
