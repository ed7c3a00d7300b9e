#!/bin/bash
# Babel, polib and translate-toolkit: compiling a translation of which only the singular is written.
# Guess:   the three compile a .po file to the same .mo file; a translation that is not finished is left out.
# Happens: polib leaves the entry out (English for all numbers), Babel mixes (Finnish for one, English for the others),
#          and translate-toolkit writes the empty text: for two days the page shows *nothing*. None of them warns, and
#          Babel's own check of the message finds no fault.
# So:      a test that no plural form of any language is empty.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    Babel==2.18.0 polib==1.2.0 translate-toolkit==3.20.4 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
import gettext
import io
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import polib
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

print(*(f"{name} {version(name)}" for name in ("Babel", "polib", "translate-toolkit")), sep=", ")
folder = Path(__file__).parent
(folder / "fi.po").write_text("""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "one day"
msgid_plural "many days"
msgstr[0] "päivä"
msgstr[1] ""
""")
catalog = read_po(io.BytesIO((folder / "fi.po").read_bytes()), locale="fi")
with (folder / "Babel.mo").open("wb") as file:
    write_mo(file, catalog)
polib.pofile(str(folder / "fi.po")).save_as_mofile(str(folder / "polib.mo"))
pocompile = Path(sys.executable).with_name("pocompile")
subprocess.run([pocompile, "--progress=none", folder / "fi.po", folder / "translate-toolkit.mo"], check=True)
for name in ("Babel", "polib", "translate-toolkit"):
    with (folder / f"{name}.mo").open("rb") as file:
        read = gettext.GNUTranslations(file)
    print(f"{name}:", *(repr(read.ngettext("one day", "many days", n)) for n in (1, 2)))
print("faults that Babel finds:", sum(len(list(message.check())) for message in catalog))
PYTHON
cat > "$folder/expected" <<'SEEN'
Babel 2.18.0, polib 1.2.0, translate-toolkit 3.20.4
Babel: 'päivä' 'many days'
polib: 'one day' 'many days'
translate-toolkit: 'päivä' ''
faults that Babel finds: 0
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
