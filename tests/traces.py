"""What is stored, as far as it can hang together wrongly: two databases with one trace are sound or spoiled alike.

Random values are left out, and each moment is replaced by its place in the order of all moments.
"""

import re
from typing import Any

from django.apps import apps
from django.db import connection

RANDOM = [
    *("content", "salt", "digest", "hetu", "nonce", "token_hash", "code_hash", "message_id", "password"),
    *("mac", "previous", "seal", "head", "account_key", "parameters", "id_check_id", "number"),
]
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*\+\d\d:\d\d")
ROOMS = ("applications", "counter", "identity", "mailing", "records", "upstream")


def _statement() -> str:
    tables = [model._meta.db_table for room in ROOMS for model in apps.get_app_config(room).get_models()]
    names = ", ".join(f"'{name}'" for name in RANDOM)
    rows = [f"SELECT '{table}' || (to_jsonb(t) - ARRAY[{names}])::text AS row FROM {table} t" for table in tables]
    return f"SELECT string_agg(row, E'\\n' ORDER BY row) FROM ({' UNION ALL '.join(rows)}) AS every"


def trace(connection_: Any = connection) -> str:
    """Return the trace of the database."""
    [text] = connection_.connection.execute(_statement()).fetchone()
    places = {moment: str(place) for place, moment in enumerate(sorted(set(MOMENT.findall(text))))}
    return MOMENT.sub(lambda found: places[found.group()], text)
