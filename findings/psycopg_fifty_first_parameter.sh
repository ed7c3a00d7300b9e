#!/bin/bash
# psycopg: one statement, executed again and again with other values.
# Guess:   the driver takes a statement apart once (%s becomes $1) and remembers it, however many parameters it has.
# Happens: with 50 parameters it is remembered, with 51 it is taken apart anew at each execution, and so is one of more
#          than 4096 bytes: some ten times the work before anything is sent. That the server has prepared the
#          statement changes nothing of it.
# So:      many values go into one array (`= ANY(%s)`, `UNNEST`), few rows into one INSERT.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check psycopg==3.3.9 psycopg-binary==3.3.9 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
import psycopg
from psycopg import _queries
from psycopg.adapt import Transformer

print(f"psycopg {psycopg.__version__}, {psycopg.pq.__impl__}")


def remembered(statement: str, values: list[int]) -> int:
    """Return how many of a hundred executions found the statement taken apart."""
    before = _queries._query2pg.cache_info().hits
    for _ in range(100):
        _queries.PostgresQuery(Transformer()).convert(statement, values)
    return _queries._query2pg.cache_info().hits - before


for number in (50, 51):
    print(f"{number} parameters:", remembered("SELECT " + ", ".join(["%s"] * number), [1] * number))
for length in (4096, 4097):
    print(f"{length} bytes:", remembered("SELECT %s".ljust(length), [1]))
PYTHON
cat > "$folder/expected" <<'SEEN'
psycopg 3.3.9, binary
50 parameters: 99
51 parameters: 0
4096 bytes: 99
4097 bytes: 0
SEEN
"$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
