"""`python -m bench.reconciling`: how long a housing system takes to compare 25,000 open applications with its own.

gunicorn as in production, PostgreSQL, and one client that asks for one page after the other over one connection: it
lists all applications, reconciles what it knows with nothing different and then with everything different, and asks
for all statuses. Each of the households has two adults, of whom one has confirmed.
"""

import argparse
import gzip
import http.client
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from bench.client import HOST
from bench.servers import environment, gunicorn, python
from tests import postgres

APPLICATIONS, QUICK, PAGE = 25_000, 1_000, 500
AIM = 120  # seconds: listing them all, and reconciling them
TOKEN = "heka_benchmark"  # opens nothing but this benchmark

# Copies of the one application that came in, each under numbers of its own.
COPIES = """
SET session_replication_role = replica;
INSERT INTO applications_application SELECT copy.* FROM applications_application a,
    unnest(%(numbers)s::text[]) WITH ORDINALITY AS own(number, n),
    jsonb_populate_record(a, jsonb_build_object(
        'id', a.id + n, 'reference', own.number, 'current_id', a.current_id + n)) copy;
INSERT INTO applications_version SELECT copy.* FROM applications_version v, generate_series(1, %(more)s) n,
    jsonb_populate_record(v, jsonb_build_object(
        'id', v.id + n, 'application_id', v.application_id + n,
        'digest', encode(sha256(n::text::bytea), 'hex'))) copy;
INSERT INTO applications_applicant SELECT copy.* FROM applications_applicant a, generate_series(1, %(more)s) n,
    jsonb_populate_record(a, jsonb_build_object('id', a.id + 2 * n, 'version_id', a.version_id + n)) copy;
INSERT INTO applications_confirmation SELECT copy.* FROM applications_confirmation c, generate_series(1, %(more)s) n,
    jsonb_populate_record(c, jsonb_build_object(
        'id', c.id + n, 'applicant_id', c.applicant_id + 2 * n, 'number', lpad(n::text, 9, '0'))) copy;
INSERT INTO applications_statechange SELECT copy.* FROM applications_statechange s, generate_series(1, %(more)s) n,
    jsonb_populate_record(s, jsonb_build_object('id', s.id + n, 'application_id', s.application_id + n)) copy;
INSERT INTO applications_happening SELECT copy.* FROM applications_happening h, generate_series(1, %(more)s) n,
    jsonb_populate_record(h, jsonb_build_object(
        'id', h.id + n * (SELECT count(*) FROM applications_happening), 'application_id', h.application_id + n,
        'version_id', h.version_id + n, 'change_id', h.change_id + n, 'applicant_id', h.applicant_id + 2 * n)) copy;
INSERT INTO applications_invitation SELECT copy.* FROM applications_invitation i, generate_series(1, %(more)s) n,
    jsonb_populate_record(i, jsonb_build_object(
        'id', i.id + n, 'applicant_id', i.applicant_id + 2 * n, 'token_hash', 't' || n, 'code_hash', 'c' || n)) copy;
INSERT INTO upstream_intake SELECT copy.* FROM upstream_intake i, generate_series(1, %(more)s) n,
    jsonb_populate_record(i, jsonb_build_object(
        'id', i.id + n, 'application_id', i.application_id + n, 'reference', 'HS-' || n)) copy;
"""


class HousingSystem:
    """A client that keeps its connection, and takes compressed answers."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.received, self.unpacked = 0, 0  # bytes

    def ask(self, path: str, body: object = None) -> Any:
        headers = {
            "Host": HOST,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "192.0.2.1",
            "Authorization": f"Bearer {TOKEN}",
            "Accept-Encoding": "gzip",
            "Content-Type": "application/json",
        }
        method, content = ("GET", None) if body is None else ("POST", json.dumps(body))
        self.connection.request(method, f"/api/v1/{path}", content, headers)
        answer = self.connection.getresponse()
        packed = answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"{path}: {answer.status} {packed.decode()}")
        plain = gzip.decompress(packed) if answer.headers["Content-Encoding"] == "gzip" else packed
        self.received, self.unpacked = self.received + len(packed), self.unpacked + len(plain)
        return json.loads(plain)


def main(size: int) -> bool:
    """Measure, print, and tell whether the aim is met."""
    with postgres.cluster(durable=True) as url, tempfile.TemporaryDirectory() as folder:
        variables = environment(url, Path(folder))
        python("manage.py", "collectstatic", "-v0", "--noinput", "--skip-checks", environment=variables)
        python("manage.py", "migrate", "-v0", "--skip-checks", environment=variables)
        python("-m", "bench.reconciling", "load", str(size), environment=variables)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        with gunicorn(variables, Path(folder, "log")) as server:
            return compare(HousingSystem(server.port), size)


def compare(client: HousingSystem, size: int) -> bool:
    listed: list[dict[str, Any]] = []

    def list_all() -> int:
        page = {"next": "0", "more": True}
        while page["more"]:
            page = client.ask(f"applications?state=awaiting&state=valid&limit={PAGE}&after={page['next']}")
            listed.extend(page["applications"])
        return len(listed)

    def reconcile(version: int) -> int:
        known = [{"reference": one["reference"], "version": version, "state": one["state"]} for one in listed]
        pages = [known[n : n + PAGE] for n in range(0, size, PAGE)]
        return sum(len(client.ask("reconcile", {"applications": page})["different"]) for page in pages)

    def statuses() -> int:
        numbers = [one["reference"] for one in listed]
        pages = [numbers[n : n + PAGE] for n in range(0, size, PAGE)]
        return sum(len(client.ask("statuses", {"references": page})["applications"]) for page in pages)

    seconds = _timed(client, "list all", list_all, expected=size)
    seconds += _timed(client, "reconcile, nothing different", lambda: reconcile(1), expected=0)
    worst = _timed(client, "reconcile, everything different", lambda: reconcile(2), expected=size)
    _timed(client, "all statuses", statuses, expected=size)
    print(
        f"{size:,} applications listed and reconciled: {seconds:.1f} s (aim: within {AIM} s); {worst:.1f} s at worst"
    )
    return seconds + worst <= AIM


def _timed(client: HousingSystem, name: str, act: Callable[[], int], *, expected: int) -> float:
    client.received = client.unpacked = 0
    started = time.perf_counter()
    found = act()
    seconds = time.perf_counter() - started
    if found != expected:
        raise RuntimeError(f"{name}: {found} instead of {expected}")
    print(f"{name:32} {seconds:6.1f} s  {client.unpacked / 1e6:5.1f} MB, sent as {client.received / 1e6:5.1f} MB")
    return seconds


def load(size: int) -> None:
    """Fill the database: one application of a household of which one of two adults has confirmed, and copies of it."""
    import django

    django.setup()
    import hashlib

    from django.db import connection

    from applications import document, references
    from tests import cast
    from tests.applications.factories import confirm
    from upstream import clients, intake
    from upstream.models import ApiClient

    client, _token = clients.issue("Housing system")
    ApiClient.objects.update(token_hash=hashlib.sha256(TOKEN.encode()).hexdigest())
    intake.receive(document.parse(cast.document(cast.MAIJA, cast.OLLI)), client=client)
    confirm(client.intakes.get().application, cast.MAIJA)
    numbers: set[str] = set()
    while len(numbers) < size - 1:
        numbers.add(references.new())
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for statement in filter(str.strip, COPIES.split(";")):
            cursor.execute(statement, {"more": size - 1, "numbers": sorted(numbers, key=hash)})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.reconciling")
    parser.add_argument("act", nargs="?", choices=["load"])
    parser.add_argument("size", nargs="?", type=int)
    parser.add_argument("--quick", action="store_true", help="whether it works; the numbers say little")
    asked = parser.parse_args()
    if asked.act:
        load(asked.size)
    else:
        sys.exit(not main(QUICK if asked.quick else APPLICATIONS))
