#!/bin/bash
# segno: a QR code of a short Swedish word, read by another library.
# Guess:   "är" comes back as "är". The library chooses the mode by the text, and Kanji mode is for Japanese.
# Happens: a text of which every pair of bytes in Latin-1 happens to be a Japanese sign in Shift JIS is written as
#          that sign: är, än, åk, åt come back as Chinese characters. "älg" (three bytes) and "är du" do not.
# So:      encoding="utf-8" (or mode="byte") for any text of people.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    segno==1.6.6 zxing-cpp==3.1.1 pillow==13.0.0 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
import io
from importlib.metadata import version

import segno
import zxingcpp
from PIL import Image

print(f"segno {segno.__version__}, zxing-cpp {version('zxing-cpp')}")
for word, options in (
    ("är", {}),
    ("än", {}),
    ("åk", {}),
    ("åt", {}),
    ("älg", {}),
    ("är", {"encoding": "utf-8"}),
):
    code, file = segno.make_qr(word, **options), io.BytesIO()
    code.save(file, kind="png", scale=6)
    (seen,) = zxingcpp.read_barcodes(Image.open(file).convert("L"))
    print(word, options, code.mode, "read as", seen.text)
PYTHON
cat > "$folder/expected" <<'SEEN'
segno 1.6.6, zxing-cpp 3.1.1
är {} kanji read as 舐
än {} kanji read as 舅
åk {} kanji read as 虧
åt {} kanji read as 蚯
älg {} byte read as älg
är {'encoding': 'utf-8'} byte read as är
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
