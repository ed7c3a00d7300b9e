"""SQLite, the embedded default: many people confirm at once, and nobody gets an error."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bench import rows
from bench.client import drive, request
from bench.measures import CLIENTS
from bench.report import Aim
from bench.servers import environment, gunicorn, python

LONGEST = 30  # seconds


def confirm_at_once(folder: Path, csrf_token: str, size: int) -> Iterator[Aim]:
    """Let every confirmable application be confirmed, CLIENTS at a time; count answers and rows."""
    path, layout = folder / "heka.sqlite3", rows.Layout(size)
    variables = environment(f"sqlite:///{path}", folder)
    python("manage.py", "migrate", "-v0", "--skip-checks", environment=variables)
    python("-m", "bench.load", str(size), environment=variables)
    before = _confirmations(path)
    with closing(sqlite3.connect(path)) as connection:
        digests = dict(connection.execute("SELECT id, digest FROM applications_version"))
    posts = (
        request(
            rows.page(n, "confirm/"),
            person=n,
            form={"csrfmiddlewaretoken": csrf_token, "version": digests[n]},
        )
        for n in layout.confirmable
    )
    with gunicorn(variables, folder / "gunicorn.log") as server:
        load = drive(server.port, posts, connections=CLIENTS, seconds=LONGEST)
    stored = _confirmations(path) - before
    failed = sum(count for status, count in load.statuses.items() if status >= 500)
    note = f"{load.rate:.0f}/s, median {load.latency(50):.0f} ms, slowest {load.latency(100):.0f} ms"
    met = failed == 0 and stored == load.statuses[302] == load.count
    result = f"{failed} of {load.count}; {stored} stored"
    yield Aim(f"SQLite, {CLIENTS} clients confirm at once: answers 5xx", "0", result, met=met, note=note)


def _confirmations(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM applications_confirmation").fetchone()
        return int(count)
