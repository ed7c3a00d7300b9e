#!/bin/bash
# WeasyPrint: `hyphens: auto` in a language of long words.
# Guess:   a word too long for its column is hyphenated by the rules of its `lang`; where these are missing, a
#          warning says so, as it does of a CSS property that is not known.
# Happens: Swedish and Estonian words are; Finnish ones stick out of the column, without a warning, since Pyphen,
#          which brings the patterns, has none for Finnish among its many.
# So:      soft hyphens in the text, or `overflow-wrap: anywhere` where a cut is better than a word off the paper.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    weasyprint==70.0 pyphen==0.18.1 pypdf==7.1.1 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
import io
import logging

import pypdf
import pyphen
import weasyprint

warned = []
weasyprint.LOGGER.handlers = [logging.NullHandler()]
weasyprint.LOGGER.addFilter(lambda record: warned.append(record) or False)
print(f"WeasyPrint {weasyprint.__version__}, Pyphen 0.18.1 with {len(pyphen.LANGUAGES)} names of languages")
for language, word in (
    ("fi", "asumisoikeusasuntohakemuksemme"),
    ("sv", "hyresbostadsansökningarna"),
    ("et", "üürikorteritaotlused"),
):
    html = f'<html lang="{language}"><p style="hyphens: auto; width: 6em">{word}</p></html>'
    page = pypdf.PdfReader(io.BytesIO(weasyprint.HTML(string=html).write_pdf())).pages[0]
    lines = [line for line in page.extract_text().splitlines() if line.strip()]
    print(language, pyphen.language_fallback(language), "hyphenated" if len(lines) > 1 else "on one line")
print("warnings:", len(warned))
weasyprint.HTML(string='<p style="no-such-property: 1">').write_pdf()
print("warnings of a property that is not known:", len(warned))
PYTHON
cat > "$folder/expected" <<'SEEN'
WeasyPrint 70.0, Pyphen 0.18.1 with 85 names of languages
fi None on one line
sv sv hyphenated
et et hyphenated
warnings: 0
warnings of a property that is not known: 1
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
