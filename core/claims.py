"""A name that one transaction at a time may claim: what a unique constraint cannot say (ADR 56)."""

import hashlib
from collections.abc import Iterable

from django.db import connection


def claim(names: Iterable[str]) -> None:
    """Wait until no other transaction has claimed one of these names, and have them until this transaction ends.

    On SQLite nothing needs to be claimed: one transaction writes at a time.
    """
    if connection.vendor != "postgresql":
        return
    digests = (hashlib.sha256(name.encode()).digest() for name in names)
    numbers = {int.from_bytes(digest[:8], "big", signed=True) for digest in digests}
    with connection.cursor() as cursor:
        for number in sorted(numbers):  # in one order, so that nobody waits in a ring
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
