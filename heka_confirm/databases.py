"""How the service talks to its database: what DATABASE_URL says, and ours beneath it."""

from typing import Any

# Recursive triggers: without them REPLACE deletes rows that nobody may delete (records/append_only.py).
SQLITE = {
    # Django's own defaults answer most of several confirmations at once with "database is locked".
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON;",
}
# A connection whose other end is gone without a word; a server that is merely paused answers all of these.
LINE = {
    "connect_timeout": 2,  # seconds
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # milliseconds
}
# Of requests only: a migration or a purge takes as long as it takes. Below the time of core/postgresql, so that the
# server itself ends what nobody waits for.
LIMITS = {"statement_timeout": "4s", "lock_timeout": "2s", "idle_in_transaction_session_timeout": "30s"}
POOL = {
    "min_size": 2,
    "max_size": 8,
    "timeout": 4,  # seconds; for requests no longer than core/postgresql/patience.py lets them wait
    "max_idle": 5,  # seconds, after which one that nobody needed is closed, until the two are left
    "max_lifetime": 300,  # seconds; after a failover none stays with the former server for longer
    "reconnect_timeout": 5,  # seconds; with more, a database that is back is not noticed
}


def configure(given: dict[str, Any], *, serves_requests: bool, pooled: bool) -> dict[str, Any]:
    """Return Django's settings of the database: what DATABASE_URL says wins over ours.

    `serves_requests` is true in a web worker, `pooled` behind a pooler such as PgBouncer in transaction mode.
    """
    own = given.get("OPTIONS", {})
    if given["ENGINE"] == "django.db.backends.sqlite3":
        return {**given, "OPTIONS": {**SQLITE, **own}}
    options: dict[str, Any] = {"server_side_binding": True, **LINE}
    if not pooled:
        options["prepare_threshold"] = 2
    if serves_requests:
        options["pool"] = dict(POOL)
        if not pooled:
            options["options"] = " ".join(f"-c {name}={limit}" for name, limit in LIMITS.items())
    ours = {
        "CONN_MAX_AGE": 0 if serves_requests else 60,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": pooled,
    }
    return {**given, **ours, "ENGINE": "core.postgresql", "OPTIONS": {**options, **own}}
