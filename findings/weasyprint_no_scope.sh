#!/bin/bash
# WeasyPrint: a table in a tagged PDF for accessibility (PDF/UA-1).
# Guess:   <th scope="row"> becomes a heading cell with its Scope, which PDF/UA-1 (ISO 14289-1 § 7.5) asks for, and
#          <p lang="sv"> keeps its language.
# Happens: the cell is tagged TH without any Scope, the passage loses its language, and a document without `lang`
#          gets an empty /Lang, while the file says of itself that it conforms.
# So:      no row spans, `lang` on the html element always, and a look by a human (applications/receipt_pdf.py).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check weasyprint==70.0 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
import re

import weasyprint

print("WeasyPrint", weasyprint.__version__)
HTML = """<html lang="fi"><head><title>Kuitti</title></head><body>
<table><tr><th scope="row">Numero</th><td>1</td></tr></table><p lang="sv">Kvitto</p></body></html>"""
for html in (HTML, HTML.replace(' lang="fi"', "")):
    made = weasyprint.HTML(string=html).write_pdf(pdf_variant="pdf/ua-1", uncompressed_pdf=True).decode("latin-1")
    print("TH", "/TH" in made, "- Scope", "/Scope" in made, "-", *re.findall(r"/Lang ?\([^)]*\)", made))
PYTHON
cat > "$folder/expected" <<'SEEN'
WeasyPrint 70.0
TH True - Scope False - /Lang (fi)
TH True - Scope False - /Lang ()
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
