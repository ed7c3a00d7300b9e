#!/bin/bash
# pypdf and pikepdf: joining a tagged PDF (PDF/UA) with other pages, or copying its pages to a new file.
# Guess:   PdfWriter.append and pages.extend copy what makes the pages readable aloud, as they copy what is seen.
# Happens: the pages look the same, but language, tags and title are gone (Lang, StructTreeRoot, MarkInfo, metadata):
#          for a screen reader the receipt has no headings and no language. Neither library says so.
#          PdfWriter(clone_from=...) and pikepdf.open(...).save() keep all of it.
# So:      start from the tagged file and add to it; test the last file that people get, not the first.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    weasyprint==70.0 pypdf==7.1.1 pikepdf==10.18.0 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
import io
from importlib.metadata import version

import pikepdf
import pypdf
import weasyprint

print(*(f"{name} {version(name)}" for name in ("weasyprint", "pypdf", "pikepdf")), sep=", ")
HTML = '<html lang="fi"><head><title>Kuitti</title></head><body><h1>Kuitti</h1></body></html>'
made = weasyprint.HTML(string=HTML).write_pdf(pdf_variant="pdf/ua-1")


def show(name, write):
    file = io.BytesIO()
    write(file)
    root = pypdf.PdfReader(file).trailer["/Root"]
    print(f"{name}:", *(f"{key} {key in root}" for key in ("/Lang", "/StructTreeRoot", "/MarkInfo", "/Metadata")))


appended, cloned, copied = pypdf.PdfWriter(), pypdf.PdfWriter(clone_from=io.BytesIO(made)), pikepdf.new()
appended.append(io.BytesIO(made))
opened = pikepdf.open(io.BytesIO(made))
copied.pages.extend(opened.pages)
show("made", lambda file: file.write(made))
show("pypdf, append", appended.write)
show("pypdf, clone_from", cloned.write)
show("pikepdf, pages.extend", copied.save)
show("pikepdf, open and save", opened.save)
PYTHON
cat > "$folder/expected" <<'SEEN'
weasyprint 70.0, pypdf 7.1.1, pikepdf 10.18.0
made: /Lang True /StructTreeRoot True /MarkInfo True /Metadata True
pypdf, append: /Lang False /StructTreeRoot False /MarkInfo False /Metadata False
pypdf, clone_from: /Lang True /StructTreeRoot True /MarkInfo True /Metadata True
pikepdf, pages.extend: /Lang False /StructTreeRoot False /MarkInfo False /Metadata False
pikepdf, open and save: /Lang True /StructTreeRoot True /MarkInfo True /Metadata True
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
