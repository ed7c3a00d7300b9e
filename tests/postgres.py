"""A throw-away PostgreSQL cluster: `python -m tests.postgres COMMAND…` runs a command with its DATABASE_URL.

Reached by a unix socket in its own directory; nothing of it stays, also when the command is interrupted.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

START_TIMEOUT = 30  # seconds
# What a crash would lose is lost on purpose when the tests are over.
NOT_DURABLE = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]


def binaries() -> Path | None:
    """Return the folder of the newest PostgreSQL server installed; None when there is none."""
    debian = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    if debian:
        return max(debian, key=lambda path: float(path.parent.name))
    found = shutil.which("initdb")
    return Path(found).parent if found else None


@contextmanager
def cluster(
    *, durable: bool = False, settings: list[str] | None = None, port: int = 5432, programs: Path | None = None
) -> Iterator[str]:
    """Start a cluster, give the URL of its database, and remove it all in the end.

    `durable` keeps PostgreSQL's own way of writing to disk, for measurements; `settings` are more of its
    settings, `name=value`; `port` is for clusters that listen, too; `programs` is the folder of another server than
    the newest installed one. Raises FileNotFoundError when no server is installed.
    """
    programs = programs or binaries()
    if programs is None:
        raise FileNotFoundError("The PostgreSQL server is not installed")
    with tempfile.TemporaryDirectory(prefix="heka-postgres-", ignore_cleanup_errors=True) as folder:
        owner = _not_root(folder)
        data = Path(folder, "data")
        subprocess.run(
            [
                programs / "initdb",
                "-D",
                data,
                "-U",
                "heka",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=folder,
            **owner,
        )
        options = ["listen_addresses=", f"port={port}", f"unix_socket_directories={folder}", "max_connections=200"]
        options += [*(settings or []), *([] if durable else NOT_DURABLE)]
        with Path(folder, "log").open("w") as log:
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, *[word for option in options for word in ("-c", option)]],
                stdout=log,
                stderr=log,
                cwd=folder,
                start_new_session=True,  # Ctrl-C in the terminal is for the tests; they stop the server
                **owner,
            )
        try:
            _create_database(folder, port, server)
            yield f"postgresql://heka@{quote(folder, safe='')}:{port}/heka"
        finally:
            server.send_signal(signal.SIGINT)  # "fast": without waiting for clients
            server.wait(timeout=START_TIMEOUT)


def _not_root(folder: str) -> dict[str, Any]:
    """Return as whom to run the server, which refuses to run as root; the folder becomes theirs."""
    if os.geteuid() != 0:
        return {}
    postgres = pwd.getpwnam("postgres")
    os.chown(folder, postgres.pw_uid, postgres.pw_gid)
    return {"user": postgres.pw_uid, "group": postgres.pw_gid, "extra_groups": []}


def _create_database(folder: str, port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_TIMEOUT
    while True:
        try:
            with psycopg.connect(
                host=folder, port=port, user="heka", dbname="postgres", autocommit=True
            ) as connection:
                connection.execute("CREATE DATABASE heka")
                return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > until:
                print(Path(folder, "log").read_text(), file=sys.stderr)
                raise
            time.sleep(0.05)


def main(command: list[str]) -> int:
    """Run the command with a cluster of its own and return its exit status."""
    if binaries() is None and os.environ.get("CI") != "true":
        print("Skipped: the tests on PostgreSQL, whose server is not installed")
        return 0
    # An exception, so that the cluster is removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with cluster() as url:
        child = subprocess.Popen(command, env={**os.environ, "DATABASE_URL": url})
        try:
            return child.wait()
        finally:
            if child.poll() is None:
                child.terminate()
                child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
