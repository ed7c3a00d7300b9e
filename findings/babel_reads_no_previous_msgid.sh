#!/bin/bash
# Babel: the former text of a message (#| msgid), which tells a translator what has changed.
# Guess:   what Babel writes when asked to keep it (include_previous, pybabel update --previous) it also reads.
# Happens: it reads such a line as a remark by the translator, beginning with a bar, and writes it back as one
#          ("# | msgid"). From then on no editor shows it as the former text, and it stays when the message is done:
#          the file gathers remarks that nobody made. polib reads the same file as it is meant.
# So:      no --previous with Babel; msgmerge or polib where translators need it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check Babel==2.18.0 polib==1.2.0 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
import io
from importlib.metadata import version

import polib
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

print(f"Babel {version('Babel')}, polib {version('polib')}")


def written(catalog):
    file = io.BytesIO()
    write_po(file, catalog, omit_header=True, include_previous=True)
    return file.getvalue().decode()


catalog, template = Catalog(locale="fi"), Catalog()
catalog.add("Confirm the application", "Vahvista hakemus")
template.add("Confirm this application")
catalog.update(template)
first = written(catalog)
again = written(read_po(io.BytesIO(first.encode()), locale="fi"))
for name, text in (("written", first), ("read and written", again)):
    print(f"{name}:", next(line for line in text.splitlines() if "Confirm the" in line))
    print("    polib finds", repr(polib.pofile(text)[0].previous_msgid))
PYTHON
cat > "$folder/expected" <<'SEEN'
Babel 2.18.0, polib 1.2.0
written: #| msgid "Confirm the application"
    polib finds 'Confirm the application'
read and written: # | msgid "Confirm the application"
    polib finds None
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
