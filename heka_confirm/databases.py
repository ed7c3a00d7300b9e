"""How the service talks to its database: what DATABASE_URL says, and ours beneath it."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import dj_database_url
from environs import ValidationError
from psycopg.pq import Conninfo

EXAMPLE = "postgresql://user:password@host/name, or sqlite:////folder/file"
SQLITE_ENGINE, POSTGRESQL_ENGINE = "django.db.backends.sqlite3", "django.db.backends.postgresql"
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
    "timeout": 5,  # seconds, also while the database answers others
    "max_idle": 5,  # seconds, after which one that nobody needed is closed, until the two are left
    "max_lifetime": 300,  # seconds; after a failover none stays with the former server for longer
    "reconnect_timeout": 5,  # seconds; with more, a database that is back is not noticed
}
# What may stand behind the question mark of DATABASE_URL: settings of Django, its options, and what libpq knows.
OF_DJANGO = {"conn_max_age", "conn_health_checks", "disable_server_side_cursors"}
OF_BACKEND = {"assume_role", "isolation_level", "pool", "prepare_threshold", "server_side_binding"}
OF_LIBPQ = {option.keyword.decode() for option in Conninfo.get_defaults()} - {"client_encoding"} | {"currentSchema"}
OF_SQLITE = {*SQLITE, "cached_statements", "check_same_thread", "detect_types", "isolation_level", "uri"}
KNOWN = {
    SQLITE_ENGINE: OF_DJANGO | OF_SQLITE,
    POSTGRESQL_ENGINE: OF_DJANGO | OF_BACKEND | OF_LIBPQ,
}


def read(url: str) -> dict[str, Any]:
    """Return what DATABASE_URL says, as Django's settings. Raises ValidationError, which never quotes the password."""
    try:
        given: dict[str, Any] = dict(dj_database_url.parse(url))
    except ValueError:
        hint = "A password with signs such as # / @ in it has them as %23 %2F %40."
        raise ValidationError(f"Not the address of a database: {EXAMPLE}. {hint}") from None
    if given["ENGINE"] not in KNOWN:
        raise ValidationError(f"The database is to be PostgreSQL or SQLite: {EXAMPLE}.")
    if not given["NAME"] and "service" not in given.get("OPTIONS", {}):
        raise ValidationError(f"The address names no database: {EXAMPLE}.")
    return {**given, "OPTIONS": options_of(url, given)}


def options_of(url: str, given: dict[str, Any]) -> dict[str, Any]:
    """Return what stands behind the question mark of DATABASE_URL; `given` is what dj_database_url makes of it all.

    Raises ValidationError for what would be dropped silently, or fail at the first query.
    """
    written = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    texts = dict(written)
    if len(texts) < len(written):
        raise ValidationError("It names an option twice.")
    if strange := sorted(texts.keys() - KNOWN[given["ENGINE"]]):
        raise ValidationError(f"It has options that it cannot have: {', '.join(strange)}.")
    options: dict[str, Any] = {**dict.fromkeys(texts, ""), **given.get("OPTIONS", {})}
    if given["ENGINE"] == POSTGRESQL_ENGINE:
        # libpq takes texts; the parser has made numbers of some, without their zeros, and truths of others.
        options |= {name: text for name, text in texts.items() if name in OF_LIBPQ}
        if schema := options.pop("currentSchema", ""):
            options["options"] = f"{texts.get('options', '')} -c search_path={schema}".strip()
    for name, least in {"conn_max_age": 0, "pool": 1}.items():
        number = options.get(name, least)
        if type(number) is not int or number < least:
            raise ValidationError(f"Its {name} is no whole number from {least} on.")
    return options


def configure(given: dict[str, Any], *, serves_requests: bool, pooled: bool) -> dict[str, Any]:
    """Return Django's settings of the database: what DATABASE_URL says wins over ours.

    `serves_requests` is true in a web worker, `pooled` behind a pooler such as PgBouncer in transaction mode.
    """
    own = dict(given.get("OPTIONS", {}))
    named = {name.upper(): own.pop(name) for name in OF_DJANGO & own.keys()}
    if given["ENGINE"] == SQLITE_ENGINE:
        # Whoever is named last wins.
        init_command = SQLITE["init_command"] + own.pop("init_command", "")
        return {**given, **named, "OPTIONS": {**SQLITE, **own, "init_command": init_command}}
    size = own.pop("pool", POOL["max_size"])
    options = {"server_side_binding": True, "prepare_threshold": None if pooled else 2, **LINE, **own}
    if serves_requests:
        options["pool"] = {**POOL, "min_size": min(2, size), "max_size": size}
        if "CONN_MAX_AGE" in named:  # which Django refuses beside a pool
            options["pool"]["max_lifetime"] = named.pop("CONN_MAX_AGE")
        if not pooled:  # no pooler passes them on
            limits = [f"-c {name}={limit}" for name, limit in LIMITS.items()]
            options["options"] = " ".join([*limits, own.get("options", "")]).strip()  # the last one wins
    ours = {
        "CONN_MAX_AGE": 0 if serves_requests else 60,
        "CONN_HEALTH_CHECKS": True,
    }
    return {**given, **ours, **named, "ENGINE": "core.postgresql", "OPTIONS": options}
