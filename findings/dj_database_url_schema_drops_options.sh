#!/bin/bash
# dj-database-url: a URL of PostgreSQL that names a schema and, beside it, a time limit for statements.
# Guess:   both become options of the connection, as each does alone.
# Happens: currentSchema becomes `-c search_path=...` in the place of the options that the URL gives: the time limit
#          is gone without a word.
# So:      put the schema among the options too: ?options=-c search_path=... -c statement_timeout=... (encoded).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check dj-database-url==3.1.2 django==5.2.19 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
from importlib.metadata import version

import dj_database_url

print("dj-database-url", version("dj-database-url"))
LIMIT = "options=-c%20statement_timeout%3D9s"
for query in (LIMIT, "currentSchema=heka", f"currentSchema=heka&{LIMIT}", f"{LIMIT}&currentSchema=heka"):
    read = dj_database_url.parse(f"postgres://user:word@db.example/name?{query}")
    print(f"{query}: {read['OPTIONS']}")
PYTHON
cat > "$folder/expected" <<'SEEN'
dj-database-url 3.1.2
options=-c%20statement_timeout%3D9s: {'options': '-c statement_timeout=9s'}
currentSchema=heka: {'options': '-c search_path=heka'}
currentSchema=heka&options=-c%20statement_timeout%3D9s: {'options': '-c search_path=heka'}
options=-c%20statement_timeout%3D9s&currentSchema=heka: {'options': '-c search_path=heka'}
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
