"""Whether the database takes writes."""

import os

from django.db import connection


def is_writable() -> bool:
    """Tell whether the database takes writes. Nothing is written, so a full disk is not noticed here.

    A server that another one follows, or that the operator has set to read only, answers every question and refuses
    every change. One query.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT (SELECT query_only FROM pragma_query_only), file FROM pragma_database_list")
            is_read_only, file = cursor.fetchone()
            return not is_read_only and (not file or os.access(file, os.W_OK))
        cursor.execute("SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on'")
        return not cursor.fetchone()[0]
