"""`python -m bench.capacity [SIZE…]`: how large a database becomes, and how fast the pages stay (docs/capacity.md).

Each size is a database of its own: four applications lived through to their receipts, and copies of them. It takes
about 25 KB of disk for an application and its letters, events and entries of the event log, on PostgreSQL alone.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from bench.scripts import run
from tests import postgres

SIZES = (20_000, 2_000_000)
SAMPLE, TIMES = 100, 40  # people who can be looked for, and how often each page is asked for


def main(sizes: list[int]) -> None:
    """Fill a database of each size, and print what it weighs and how long its pages take."""
    with postgres.cluster(settings=["shared_buffers=1GB", "max_wal_size=8GB", "maintenance_work_mem=512MB"]) as url:
        for size in sizes:
            database = url.rpartition("/")[0] + f"/applications{size}"
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE applications{size}")
            with tempfile.TemporaryDirectory() as folder:
                run("manage.py", "collectstatic", "-v0", "--noinput", database=database, folder=folder)
                run("manage.py", "migrate", "-v0", "--skip-checks", database=database, folder=folder)
                started = time.perf_counter()
                run("-m", "bench.capacity", "fill", str(size), database=database, folder=folder)
                print(f"{size:,} applications, filled in {time.perf_counter() - started:.0f} s")
                print(run("-m", "bench.capacity", "measure", database=database, folder=folder), end="", flush=True)
                _dump(database, Path(folder, "dump"))
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE applications{size}")


def _dump(database: str, file: Path) -> None:
    started = time.perf_counter()
    program = (postgres.binaries() or Path()) / "pg_dump"
    subprocess.run([program, "--format=custom", f"--file={file}", database], check=True)
    print(f"  dump: {file.stat().st_size / 1e9:.2f} GB in {time.perf_counter() - started:.0f} s", flush=True)


def fill(size: int) -> None:
    """Live through four applications, one of each kind, and copy them."""
    import django

    django.setup()
    from applications.models import Applicant, Application
    from bench import cloning, rows
    from core import crypto
    from identity.models import Person
    from mailing.models import Letter

    _live()
    Letter.objects.update(sent_at="2026-11-01T10:00Z", delivered_at="2026-11-01T10:01Z")
    each = Application.objects.count()
    cloning.fill(size)
    # Some of the copies are found by real numbers and codes.
    first, person = Application.objects.earliest("pk"), Person.objects.earliest("pk")
    for place in range(1, SAMPLE + 1):
        shift = place * max(size // each // (SAMPLE + 2), 1) * cloning.STRIDE
        found = {"hetu": rows.hetu(rows.FIRST + place), "hetu_index": crypto.indexes(rows.hetu(rows.FIRST + place))[0]}
        Application.objects.filter(pk=first.pk + shift).update(reference=rows.reference(rows.FIRST + place))
        Applicant.objects.filter(version__application=first.pk + shift).update(**found)
        Person.objects.filter(pk=person.pk + shift).update(**found)


def _live() -> None:
    """Let four applications live: of one adult, of two, of two of whom one waits, and of one at the counter."""
    from applications.models import Application
    from bench import rows
    from tests import cast
    from tests.applications import factories
    from tests.counter import checks
    from upstream import clients

    token = clients.issue("Housing system")[1]
    guest = {"first_names": "Gunnel", "last_name": "Gäst", "hetu": rows.hetu(rows.FIRST)}
    households = [[cast.MAIJA], [cast.OLLI, cast.VERA], [cast.VILLE, cast.OTSO], [guest]]
    sent = [_send(token, number, people) for number, people in enumerate(households)]
    for application, confirming in zip(sent, [[cast.MAIJA], [cast.OLLI, cast.VERA], [cast.VILLE]], strict=False):
        for who in confirming:
            factories.confirm(application, who)
    checks.check(sent[-1], guest)
    checks.confirm_here(sent[-1], guest)
    if Application.objects.filter(state="valid").count() != len(households) - 1:
        raise RuntimeError("The applications have not become valid")


def _send(token: str, number: int, people: list[dict[str, str]]) -> Any:
    from django.conf import settings
    from django.test import Client

    from applications.models import Application
    from tests import cast

    headers = {"authorization": f"Bearer {token}", "host": settings.ALLOWED_HOSTS[0], "x-forwarded-proto": "https"}
    body = cast.document(*people, reference=f"HS-{number}")
    answer = Client(headers=headers).post("/api/v1/applications", body, content_type="application/json", secure=True)
    if answer.status_code != 201:
        raise RuntimeError(f"The application is refused: {answer.content.decode()}")
    return Application.objects.latest("pk")


def measure() -> None:
    """Print what the database weighs, and how long pages and commands take."""
    import django

    django.setup()
    from applications.models import Application
    from bench import cloning

    number = Application.objects.count()
    for group, size in _sizes(cloning.copied_models()).items():
        print(f"  {group:<14} {size / 1e9:7.2f} GB, {size / number / 1e3:6.2f} KB an application")
    for name, act in {**_pages(), **_commands()}.items():
        middle, slow = _timed(act)
        print(f"  {name:<32} {1000 * middle:8.1f} ms, 95 of 100 under {1000 * slow:8.1f} ms", flush=True)


def _sizes(copied: list[Any]) -> dict[str, int]:
    from django.db import connection

    found: dict[str, int] = {}
    with connection.cursor() as cursor:
        for model in copied:
            cursor.execute("SELECT pg_total_relation_size(%s)", [model._meta.db_table])
            found[model._meta.app_label] = found.get(model._meta.app_label, 0) + cursor.fetchone()[0]
        cursor.execute("SELECT pg_database_size(current_database())")
        return {**found, "in all": cursor.fetchone()[0]}


def _pages() -> dict[str, Callable[[int], object]]:
    """Return what asks for each page, given a number of the sample."""
    from django.conf import settings
    from django.test import Client

    from bench import rows
    from identity.models import Person
    from tests.staff import sign_in_staff, staff

    headers = {"host": settings.ALLOWED_HOSTS[0], "x-forwarded-proto": "https"}
    supervisor, operator = (sign_in_staff(Client(headers=headers), staff(role)) for role in ("supervisor", "operator"))
    people = [Client(headers=headers) for _ in range(TIMES)]
    for place, client in enumerate(people, 1):
        person = Person.objects.get(hetu_index__in=_indexes(rows.hetu(rows.FIRST + place)))
        _sign_in(client, person)

    def get(client: Client, path: str, data: dict[str, str] | None = None) -> object:
        answer = client.get(path, data, secure=True, follow=True)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answers {answer.status_code}")
        return answer

    return {
        "own applications": lambda place: get(people[place - 1], "/fi/applications/"),
        "an application": lambda place: get(people[place - 1], rows.page(rows.FIRST + place)),
        "the desk": lambda place: get(supervisor, "/fi/admin/desk/"),
        "who waits": lambda place: get(supervisor, "/fi/admin/desk/waiting/"),
        "whom to call": lambda place: get(supervisor, "/fi/admin/desk/to-tell/"),
        "emails that came back": lambda place: get(supervisor, "/fi/admin/desk/undeliverable/"),
        "statistics": lambda place: get(supervisor, "/fi/admin/desk/statistics/"),
        "emails in the admin": lambda place: get(operator, "/fi/admin/mailing/letter/"),
    }


def _sign_in(client: Any, person: Any) -> None:
    from applications import terms
    from identity import proof as identity_proof
    from identity.people import person_actor
    from tests.applications import factories

    client.force_login(person.user, backend="identity.backend.BrokerBackend")
    session = client.session
    identity_proof.remember(session, factories.proof())
    session.save()
    terms.accept(terms.current(), by=person_actor(person, factories.proof()))


def _commands() -> dict[str, Callable[[int], object]]:
    from io import StringIO

    from django.core.management import call_command

    return {
        "emails": lambda place: call_command("emails", stdout=StringIO()),
        "tick, nothing due": lambda place: call_command("tick", stdout=StringIO()),
    }


def _indexes(code: str) -> list[str]:
    from core import crypto

    return crypto.indexes(code)


def _timed(act: Callable[[int], object]) -> tuple[float, float]:
    seconds = []
    act(1)
    for place in range(1, TIMES + 1):
        started = time.perf_counter()
        act(place)
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["fill", size]:
            fill(int(size))
        case ["measure"]:
            measure()
        case given:
            main([int(size.replace("_", "")) for size in given] or list(SIZES))
