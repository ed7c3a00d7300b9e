"""`python -m bench.capacity [SIZE…]`: how large a database becomes, and how fast the pages stay (docs/capacity.md).

Each size is a database of its own: four applications lived through to their receipts, and copies of them. It takes
about 25 KB of disk for an application and its letters, events and entries of the event log, on PostgreSQL alone.
"""

import datetime as dt
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg

from bench.scripts import run
from tests import postgres

SIZES = (20_000, 2_000_000)
HOUSEHOLDS = 4  # that are lived through
RARE = 50  # of so many copies, one has letters that came back, and one person without an address
SAMPLE, TIMES = 100, 20  # people who can be looked for, and how often each page is asked for


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
    from django.db.models import F

    from applications.models import Applicant, Application
    from bench import cloning, rows
    from core import crypto
    from identity.models import Person
    from mailing.models import Letter
    from upstream.models import WebhookDelivery

    _live()
    Letter.objects.update(sent_at="2026-11-01T10:00Z", delivered_at="2026-11-01T10:01Z")
    WebhookDelivery.objects.update(delivered_at="2026-11-01T10:01Z")
    each = Application.objects.count()
    cloning.fill(size)
    # Some letters have come back, and some people have no address.
    copy = F("pk") / cloning.STRIDE % RARE
    lost = Letter.objects.annotate(copy=copy)
    lost.filter(copy=1).update(delivered_at=None, bounced_at=F("sent_at"), failure="full", failed_at=F("sent_at"))
    lost.filter(copy=2).update(to="", sent_at=None, delivered_at=None, dropped_at=F("created_at"))
    # Some of the copies are found by real numbers and codes.
    first, person = Application.objects.earliest("pk"), Person.objects.earliest("pk")
    for place in range(1, SAMPLE + 1):
        shift = place * _between(size // each) * cloning.STRIDE
        found = {"hetu": rows.hetu(rows.FIRST + place), "hetu_index": crypto.indexes(rows.hetu(rows.FIRST + place))[0]}
        Application.objects.filter(pk=first.pk + shift).update(reference=rows.reference(rows.FIRST + place))
        Applicant.objects.filter(version__application=first.pk + shift).update(**found)
        Person.objects.filter(pk=person.pk + shift).update(**found)


def _between(copies: int) -> int:
    """Return how many copies lie between two that can be looked for."""
    return max(copies // (SAMPLE + 2), 1)


def _live() -> None:
    """Let four applications live: of one adult, of two, of two of whom one waits, and of one at the counter."""
    from applications.models import Application
    from bench import rows
    from tests import cast
    from tests.applications import factories
    from tests.counter import checks
    from upstream import clients, endpoints, events

    client, token = clients.issue("Housing system")
    endpoints.add(client, "https://housing.example.org/events")
    guest = {"first_names": "Gunnel", "last_name": "Gäst", "hetu": rows.hetu(rows.FIRST)}
    households = [[cast.MAIJA], [cast.OLLI, cast.VERA], [cast.VILLE, cast.OTSO], [guest]]
    sent = [_send(token, number, people) for number, people in enumerate(households)]
    for application, confirming in zip(sent, [[cast.MAIJA], [cast.OLLI, cast.VERA], [cast.VILLE]], strict=False):
        for who in confirming:
            factories.confirm(application, who)
    checks.check(sent[-1], guest)
    checks.confirm_here(sent[-1], guest)
    events.collect()
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
    from django.utils import timezone

    from applications.models import Application
    from bench import cloning
    from counter import day_figures

    Application.objects.filter(due_at__isnull=False).update(due_at=timezone.now() + dt.timedelta(days=1))

    number = Application.objects.count()
    for group, size in _sizes(cloning.copied_models()).items():
        print(f"  {group:<14} {size / 1e9:7.2f} GB, {size / number / 1e3:6.2f} KB an application")
    started = time.perf_counter()
    day_figures.keep()
    print(f"  figures of all days kept in {time.perf_counter() - started:.0f} s")
    print(f"  {'':<36} {'whole':>8} {'95 %':>8} {'database':>8} queries")
    for name, act in {**_pages(), **_commands()}.items():
        middle, slow, within, number = _timed(act)
        print(f"  {name:<36} {middle:8.1f} {slow:8.1f} {within:8.1f} ms {number:4}", flush=True)


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

    from applications.models import Application
    from bench import rows
    from identity.models import Person
    from tests.staff import sign_in_staff, staff

    headers = {"host": settings.ALLOWED_HOSTS[0], "x-forwarded-proto": "https"}
    supervisor, operator = (sign_in_staff(Client(headers=headers), staff(role)) for role in ("supervisor", "operator"))
    people = [Client(headers=headers) for _ in range(TIMES)]
    for place, client in enumerate(people, 1):
        person = Person.objects.get(hetu_index__in=_indexes(rows.hetu(rows.FIRST + place)))
        _sign_in(client, person)

    def get(client: Client, path: str) -> object:
        answer = client.get(path, secure=True, follow=True)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answers {answer.status_code}")
        return answer

    apart = _between(Application.objects.count() // HOUSEHOLDS)
    desk, year = "/fi/admin/desk/", {"since": "1.12.2025", "until": "30.11.2026"}
    of_supervisor = {
        "the desk": "",
        "today’s ID checks": "checks/",
        "second looks": "second-looks/",
        "checks accepted": "accepted/",
        "checks by one adviser": "alone/",
        "who waits": "waiting/",
        "who waits without an address": "waiting/?missing=address",
        "whom to call": "to-tell/",
        "emails that came back": "undeliverable/",
        "accounts without a password": "without-password/",
        "feedback": "feedback/",
        "statistics of 90 days": "statistics/",
        "statistics of a year": f"statistics/?{urlencode(year)}",
    }
    letters, deliveries = "mailing/letter/", "upstream/webhookdelivery/"
    of_operator = {
        "emails": letters,
        "emails of one kind": f"{letters}?message__exact=invitation",
        "emails of a kind that is rare": f"{letters}?message__exact=removed",
        "emails in Swedish": f"{letters}?language__exact=sv",
        "emails that wait": f"{letters}?waiting=waiting",
        "emails with a failure": f"{letters}?failure__exact=full",
        "emails to one address": f"{letters}?q=1.maija@example.test",
        "deliveries of events": deliveries,
        "deliveries given up": f"{deliveries}?status=given_up",
        "deliveries that fail": f"{deliveries}?failure__exact=timeout",
        "staff": "identity/user/",
    }

    def search(text: Callable[[int], str]) -> Callable[[int], object]:
        def ask(place: int) -> None:
            answer = supervisor.post(desk, {"text": text(place), "reason": "here"}, secure=True, follow=True)
            if answer.status_code != 200 or b"error-summary" in answer.content:
                raise RuntimeError(f"The search answers {answer.status_code}")

        return ask

    def on_desk(action: str = "") -> Callable[[int], object]:
        return lambda place: get(supervisor, f"{desk}applications/{rows.reference(rows.FIRST + place)}/{action}")

    return {
        "own applications": lambda place: get(people[place - 1], "/fi/applications/"),
        "an application": lambda place: get(people[place - 1], rows.page(rows.FIRST + place)),
        "desk: search by number": search(lambda place: rows.reference(rows.FIRST + place)),
        "desk: search by personal code": search(lambda place: rows.hetu(rows.FIRST + place)),
        "desk: search by a whole name": search(lambda place: "Maija Meikäläinen"),
        "desk: search by part of a name": search(lambda place: "virta"),
        "desk: search by date of birth": search(lambda place: "4.5.1994"),
        "desk: search by email address": search(lambda place: f"{place * apart}.maija@example.test"),
        "desk: an application": on_desk(),
        "desk: a person": on_desk("0/"),
        "desk: who looked": on_desk("0/trail/"),
        **{f"desk: {name}": partial(_ask, get, supervisor, desk + path) for name, path in of_supervisor.items()},
        **{f"admin: {name}": partial(_ask, get, operator, f"/fi/admin/{path}") for name, path in of_operator.items()},
    }


def _ask(get: Callable[[Any, str], object], client: Any, path: str, _place: int) -> object:
    return get(client, path)


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


def _timed(act: Callable[[int], object]) -> tuple[float, float, float, int]:
    """Return the median and the 95th percentile of the whole, the median of the database's share, and the queries."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from identity.models import RateCount

    RateCount.objects.all().delete()  # nobody searches so often in a minute
    whole, within = [], []
    act(1)
    for place in range(1, TIMES + 1):
        with CaptureQueriesContext(connection) as queries:
            started = time.perf_counter()
            act(place)
            whole.append(1000 * (time.perf_counter() - started))
        within.append(1000 * sum(float(query["time"]) for query in queries))
    return statistics.median(whole), statistics.quantiles(whole, n=20)[-1], statistics.median(within), len(queries)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["fill", size]:
            fill(int(size))
        case ["measure"]:
            measure()
        case given:
            main([int(size.replace("_", "")) for size in given] or list(SIZES))
