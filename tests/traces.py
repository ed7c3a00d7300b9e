"""What is stored, as far as it can hang together wrongly: two databases with one trace are sound or spoiled alike.

Random values are left out or named after their row, and each moment is replaced by its place in the order of all.
"""

import json
import re

from django.apps import apps
from django.db import connection

RANDOM = [
    *("content", "salt", "digest", "hetu", "nonce", "token_hash", "code_hash", "message_id", "password"),
    *("mac", "previous", "seal", "head", "parameters"),
]
# The number of a receipt is random, and those of versions and entries are not.
KEPT = """
    to_jsonb(t) - ARRAY[{random}]
    - CASE jsonb_typeof(to_jsonb(t) -> 'number') WHEN 'string' THEN 'number' ELSE '' END
"""
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*\+\d\d:\d\d")
ROOMS = ("applications", "counter", "identity", "mailing", "records", "upstream")
CHECKS = "applications_idcheck "


def _statement() -> str:
    tables = [model._meta.db_table for room in ROOMS for model in apps.get_app_config(room).get_models()]
    kept = KEPT.format(random=", ".join(f"'{name}'" for name in RANDOM))
    rows = [f"SELECT '{table} ' || ({kept})::text AS row FROM {table} t" for table in tables]
    return f"SELECT row FROM ({' UNION ALL '.join(rows)}) AS every ORDER BY row"


def trace() -> str:
    """Return the trace of the database, which is PostgreSQL."""
    rows = [row for (row,) in connection.connection.execute(_statement())]
    text = "\n".join(rows)
    places = {moment: str(place) for place, moment in enumerate(sorted(set(MOMENT.findall(text))))}
    text = MOMENT.sub(lambda found: places[found.group()], text)
    for row in rows:
        if row.startswith(CHECKS):
            check = json.loads(row.removeprefix(CHECKS))
            if check["account_key"]:
                text = text.replace(check["account_key"], f"of check {check['id']}")
    return text
