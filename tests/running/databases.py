"""PostgreSQL as in production: over TLS, with the roles of deploy/roles.sql, and PgBouncer with deploy/pgbouncer.ini.

It is started when a test of this process first asks for it, and serves them all.
"""

import atexit
import functools
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import psycopg
import pytest

from tests import postgres
from tests.ports import free_port
from tests.processes import PRODUCTION, ROOT, python
from tests.running.certificates import Authority

T = TypeVar("T")
PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
MUST_RUN = os.environ.get("CI") == "true"
needs_postgres = pytest.mark.skipif(
    postgres.binaries() is None and not MUST_RUN, reason="the PostgreSQL server is not installed"
)
needs_pgbouncer = pytest.mark.skipif(
    (PGBOUNCER is None or postgres.binaries() is None) and not MUST_RUN, reason="PgBouncer is not installed"
)
PASSWORDS = {"heka_owner": "p@ss/word #1", "heka_service": "0123 ä?"}
HBA = """
local all heka trust
host all all 127.0.0.1/32 scram-sha-256
"""
START_SECONDS = 30


@dataclass(frozen=True)
class Installation:
    """A cluster with the two roles, migrated by the owner, through PgBouncer where that is installed."""

    folder: Path
    port: int
    authority: Authority
    superuser: str  # a URL, by the socket

    def url(self, role: str, *, host: str = "localhost", **options: str) -> str:
        """Return the URL for a role, encrypted and verified unless told otherwise."""
        said = {"sslmode": "verify-full", "sslrootcert": str(self.authority.root), **options}
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in said.items())
        return f"{address(role, self.port, host=host)}?{query}"

    def sql(self, statement: str, *, database: str = "heka") -> list[tuple]:
        """Return the rows of a statement of the superuser."""
        with psycopg.connect(self.superuser, dbname=database, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []


def address(role: str, port: int, *, host: str = "localhost", database: str = "heka") -> str:
    """Return a URL with the password of a role, and without options."""
    return f"postgres://{role}:{quote(PASSWORDS[role], safe='')}@{host}:{port}/{database}"


def manage(url: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command of manage.py, or with `-m` or `-c` something else, in an installation with that database."""
    own = {**PRODUCTION, "STAGING": "true", "LOG_LEVEL": "ERROR", "DATABASE_URL": url, **environment}
    return python(*(arguments if arguments[0].startswith("-") else ("manage.py", *arguments)), **own)


def do_everything(url: str, **environment: str) -> str:
    """Return what everything.py says in the end: "done: withdrawn", or the errors."""
    done = manage(url, "-m", "tests.running.everything", DEBUG="true", **environment)  # static files uncollected
    return (done.stdout.splitlines() or [""])[-1] if done.returncode == 0 else done.stderr


@functools.cache
def installation() -> Installation:
    """Return the one cluster of this process."""
    return _until_the_end(_installed())


@functools.cache
def pooler() -> int:
    """Return the port of a PgBouncer before that cluster."""
    return _until_the_end(pooled(installation()))


def _until_the_end(server: AbstractContextManager[T]) -> T:
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(server)


@contextmanager
def _installed() -> Iterator[Installation]:
    with tempfile.TemporaryDirectory(prefix="heka-running-") as name:
        folder, port = Path(name), free_port()
        authority = Authority(folder, "authority")
        certificate, key = authority.issue("localhost")
        hba = folder / "pg_hba.conf"
        hba.write_text(HBA)
        hand_over(folder, key)
        files = {"ssl_cert_file": certificate, "ssl_key_file": key, "hba_file": hba}
        settings = ["listen_addresses=127.0.0.1", "ssl=on", *(f"{name}={file}" for name, file in files.items())]
        settings.append("timezone=Europe/Helsinki")  # another than Django's
        with postgres.cluster(settings=settings, port=port) as superuser:
            made = Installation(folder, port, authority, superuser)
            run_roles(superuser)
            for role, password in PASSWORDS.items():
                made.sql(f"ALTER ROLE {role} PASSWORD '{password}'")
            _migrate(made)
            made.sql("CREATE DATABASE pristine TEMPLATE heka")  # for tests that write into copies of it
            yield made


def _migrate(made: Installation) -> None:
    with ExitStack() as stack:
        if PGBOUNCER:
            url = address("heka_owner", stack.enter_context(pooled(made)))
            done = manage(url, "migrate", "-v0", DATABASE_POOLED="true")
        else:
            done = manage(made.url("heka_owner"), "migrate", "-v0")
    assert done.returncode == 0, done.stderr


def run_roles(superuser: str) -> None:
    """Run deploy/roles.sql as its first lines say."""
    psql = postgres.binaries() / "psql"
    subprocess.run([psql, "-q", "-d", superuser, "-f", ROOT / "deploy/roles.sql"], check=True)


@contextmanager
def pooled(database: Installation, **changed: str) -> Iterator[int]:
    """Start PgBouncer before a cluster, with deploy/pgbouncer.ini but for paths and ports and what is `changed`.

    Gives its port.
    """
    port, folder = free_port(), Path(tempfile.mkdtemp(dir=database.folder))
    users, settings, log = folder / "userlist.txt", folder / "pgbouncer.ini", folder / "log"
    secrets = database.sql("SELECT rolname, rolpassword FROM pg_authid WHERE rolpassword IS NOT NULL")
    users.write_text("".join(f'"{role}" "{secret}"\n' for role, secret in secrets))
    lines = {
        "heka": f"host=localhost port={database.port} dbname=heka\n* = host=localhost port={database.port}",
        "listen_port": port,
        "server_tls_ca_file": database.authority.root,
        "auth_file": users,
        **changed,
    }
    text = (ROOT / "deploy/pgbouncer.ini").read_text()
    for name, value in lines.items():
        text, found = re.subn(rf"(?m)^{name} =.*", f"{name} = {value}", text)
        assert found == 1, name
    settings.write_text(text)
    hand_over(folder, users, settings)
    with log.open("w") as told:
        owner = postgres._not_root(str(folder))
        server = subprocess.Popen([PGBOUNCER, settings], cwd=folder, stderr=told, start_new_session=True, **owner)
    try:
        wait_for(server, address("heka_service", port), log)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=START_SECONDS)


def hand_over(*files: Path) -> None:
    """Let the system's user of the servers, which refuse to run as root, own the files."""
    if os.geteuid() == 0:
        for file in files:
            os.chown(file, pwd.getpwnam("postgres").pw_uid, -1)


def wait_for(server: subprocess.Popen, url: str, log: Path) -> None:
    """Wait until the server, which writes that log, takes a connection."""
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            assert server.poll() is None, log.read_text()
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return
