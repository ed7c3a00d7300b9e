"""The system check of keys against what is stored, by `check --database default` and `migrate`."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, connection

from applications import kept_under_keys


@register(Tags.database)
def check_stored_keys(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Return an error for each list of keys that lacks one under which something has been stored of late."""
    if not databases:
        return []
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        hint = "What to do about it: manage.py check --deploy --database default"
        return [Error(f"Nothing stored could be read with the keys: {reason}", hint=hint, id="applications.E002")]
    found: list[CheckMessage] = []
    for newest in kept_under_keys.newest():
        try:
            key = newest.key()
        except DatabaseError:  # the schema of another release, which `migrate` is about to change
            continue
        if key and key not in newest.live:
            lacks = f"{newest.setting} lacks the key {key}"
            found.append(
                Error(
                    f"{lacks}, under which the newest {newest.name} is stored: nobody could read it.",
                    hint="Give the keys that belong to this database, or restore the database to which these keys "
                    "belong. How much is under which key: manage.py reencrypt --check",
                    id="applications.E001",
                )
            )
    return found
