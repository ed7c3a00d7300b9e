"""What the database server really does for us: `manage.py check --deploy --database default`.

Settings say what is asked for; a pooler, a server or a role may give something else without a word.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from threading import Timer
from typing import Any

import psycopg
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004  # Django's own name
from django.db import DEFAULT_DB_ALIAS, DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler
from psycopg.errors import QueryCanceled

from heka_confirm.databases import LIMITS, POSTGRESQL_ENGINE, configure

READ = """
    SELECT pg_backend_pid(), current_setting('server_encoding'),
        pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on',
        current_setting('client_connection_check_interval'),
        (SELECT client_addr FROM pg_stat_activity WHERE pid = pg_backend_pid()),
        coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false),
        ARRAY(SELECT name FROM pg_settings WHERE setting = '0' AND name = ANY(%s) ORDER BY name),
        current_user, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
        has_schema_privilege('public', 'CREATE') OR EXISTS (
            SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
            AND (pg_has_role(relowner, 'USAGE') OR has_table_privilege(oid, 'TRUNCATE, TRIGGER'))
        )
"""
# By what the server, the pooler or libpq says when it refuses.
HINTS = {
    "startup parameter": "A pooler answers. Set DATABASE_POOLED=true, and leave `options` out of DATABASE_URL.",
    "password": "Check user and password in DATABASE_URL. Signs such as @ and / are percent-encoded there: %40, %2F",
    "certificate": "Let sslrootcert in DATABASE_URL name the authority that has signed the server's certificate, and"
    " the host be the one that stands in it.",
    "SSL": "sslmode in DATABASE_URL and the server do not agree whether the connection is encrypted.",
    "encryption": "The server takes encrypted connections only: add sslmode=verify-full to DATABASE_URL.",
    "does not exist": "Create the database and its roles: docs/databases.md, “Two roles”.",
    "too many": "The connections of the server are used up: docs/databases.md says how many the service takes.",
}
TRY_SECONDS, CANCEL_SECONDS = 0.2, 2.0


@dataclass(frozen=True)
class Facts:
    """What the server says of the connection, the role and itself, in the order of READ."""

    process: int
    encoding: str
    is_read_only: bool
    notices_hang_up: str
    client: Any  # an IP address; None for a socket of the same machine
    is_encrypted: bool
    without_limit: list[str]
    role: str
    is_superuser: bool
    may_change_tables: bool


@register(Tags.database, deploy=True)
def check_database(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Return what is wrong with the connection that a request would have. SQLite is not asked."""
    if DEFAULT_DB_ALIAS not in (databases or ()) or settings.DATABASE["ENGINE"] != POSTGRESQL_ENGINE:
        return []
    database = configure(settings.DATABASE, serves_requests=True, pooled=settings.DATABASE_POOLED)
    del database["OPTIONS"]["pool"]  # it would say only that it has waited
    connection: BaseDatabaseWrapper = ConnectionHandler({DEFAULT_DB_ALIAS: database})[DEFAULT_DB_ALIAS]
    try:
        with connection.cursor() as cursor:
            cursor.execute(READ, [list(LIMITS)])
            facts = Facts(*cursor.fetchone())
        # A pooler names a process of its own making.
        is_behind = connection.connection.info.backend_pid != facts.process
        line = _line(connection.connection, facts, is_behind=is_behind)
        return [*line, *_pooler(connection, is_behind=is_behind), *_server(facts)]
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        hint = next((hint for words, hint in HINTS.items() if words in reason), "Check host and port in DATABASE_URL.")
        return [Error(f"The database cannot be used: {reason}", hint=hint, id="heka_confirm.E020")]
    finally:
        connection.close()


def _line(link: psycopg.Connection[Any], facts: Facts, *, is_behind: bool) -> Iterator[CheckMessage]:
    """Yield what is wrong with the way to the server, or to the pooler and from there."""
    address = link.info.hostaddr
    if address and not ip_address(address.partition("%")[0]).is_loopback:
        mode = next((option.val or b"" for option in link.pgconn.info if option.keyword == b"sslmode"), b"")
        if not link.pgconn.ssl_in_use:
            yield Warning(
                f"What people write goes to the database at {link.info.host} unencrypted.",
                hint="Add sslmode=verify-full and sslrootcert=/path/of/the/authority.pem to DATABASE_URL.",
                id="heka_confirm.W010",
            )
        elif mode not in {b"verify-full", b"verify-ca"}:
            yield Warning(
                f"Nobody verifies that the database at {link.info.host} is ours (sslmode={mode.decode()}).",
                hint="Add sslmode=verify-full and sslrootcert=/path/of/the/authority.pem to DATABASE_URL.",
                id="heka_confirm.W011",
            )
    if is_behind and not (facts.is_encrypted or facts.client is None or facts.client.is_loopback):
        yield Warning(
            "The pooler sends what people write to the database unencrypted.",
            hint="Set server_tls_sslmode = verify-full and server_tls_ca_file, as deploy/pgbouncer.ini does.",
            id="heka_confirm.W012",
        )


def _pooler(connection: BaseDatabaseWrapper, *, is_behind: bool) -> Iterator[CheckMessage]:
    """Yield where what is said of a pooler is not so, or it does too little."""
    if is_behind and not settings.DATABASE_POOLED:
        yield Error(
            "The database is reached through a pooler: limits of time are lost, and prepared statements are others'.",
            hint="Set DATABASE_POOLED=true wherever DATABASE_URL names the pooler.",
            id="heka_confirm.E021",
        )
    if settings.DATABASE_POOLED and not is_behind:
        yield Warning(
            "DATABASE_POOLED is on, and no pooler was found: limits of time and prepared statements are given away.",
            hint="Take DATABASE_POOLED away, or let DATABASE_URL name the pooler.",
            id="heka_confirm.W013",
        )
    if settings.DATABASE_POOLED and is_behind and not _can_end_statement(connection):
        yield Warning(
            "The pooler does not tell the server that nobody waits for a statement any more.",
            hint="Take a pooler that passes on cancel requests, such as PgBouncer, or connect without one.",
            id="heka_confirm.W017",
        )


def _server(facts: Facts) -> Iterator[CheckMessage]:
    """Yield what is wrong with the server itself, the role, and its limits of time."""
    if facts.encoding != "UTF8":
        yield Error(
            f"The database holds texts as {facts.encoding}, which lacks letters of names.",
            hint="Create it anew with ENCODING 'UTF8' TEMPLATE template0.",
            id="heka_confirm.E022",
        )
    if facts.is_read_only:
        yield Warning(
            "The database is read-only.",
            hint="Let DATABASE_URL name the primary server; with several hosts add target_session_attrs=read-write.",
            id="heka_confirm.W014",
        )
    if facts.is_superuser or facts.may_change_tables:
        may = "everything" if facts.is_superuser else "drop tables, and the triggers that keep the event log"
        yield Warning(
            f"The role {facts.role} may do more than the service needs: {may}.",
            hint="Run deploy/roles.sql. The owner migrates; web server, worker and commands use the other role.",
            id="heka_confirm.W015",
        )
    if facts.without_limit and not settings.DATABASE_POOLED:
        yield Warning(
            f"Requests have no time limit by {', '.join(facts.without_limit)}.",
            hint="Take it out of `options` in DATABASE_URL; the service sets its own.",
            id="heka_confirm.W016",
        )
    if facts.notices_hang_up == "0":
        yield Warning(
            f"Statements of the role {facts.role} go on after whoever asked has gone.",
            hint="Run deploy/roles.sql, which sets client_connection_check_interval for the role.",
            id="heka_confirm.W018",
        )


def _can_end_statement(connection: BaseDatabaseWrapper) -> bool:
    """Give up a statement, and tell whether the server has ended it."""

    def give_up() -> None:
        with suppress(psycopg.Error):
            connection.connection.cancel_safe(timeout=CANCEL_SECONDS)

    timer = Timer(TRY_SECONDS, give_up)
    timer.start()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(%s)", [CANCEL_SECONDS])
    except DatabaseError as error:
        return isinstance(error.__cause__, QueryCanceled)
    finally:
        timer.join()
    return False
