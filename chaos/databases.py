"""Databases in trouble: silent, paused, read-only, full, locked, with too few connections, and ending sessions."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial

import psycopg

from chaos.doors import Door
from chaos.health import watched
from chaos.people import Met, Read, crowd, reading, repeatedly
from chaos.run import Run, scenario
from chaos.stage import Stage, stage
from tests.running import web

LIMIT = 6.0  # seconds within which 503 is there
QUIET = 100.0  # milliseconds within which /healthz answers
WITHOUT_QUERY = ("/robots.txt", "/fi/how-to/", "/fi/accessibility/")
FEW = 96  # people who confirm while a database is in trouble


def in_trouble(
    played: Stage,
    server: web.Server,
    what: str,
    trouble: Callable[[], AbstractContextManager[object]],
    *,
    seconds: float,
    share: slice = slice(FEW),
    read: list[Read] | None = None,
) -> tuple[Met, Met]:
    """Let people confirm, first in peace, then while a database is in trouble for so many seconds.

    Print what they met, and readers of the given pages, else of some without a query; nobody may be answered later
    than within LIMIT. Return what both met.
    """
    run, people = played.run, played.people[share]
    door = Door(server.port)
    with watched(server.port) as peace:
        calm = crowd(door, people[: len(people) // 4], Met())
    played.take(calm)
    readers = Met()
    met = Met()
    rest = people[len(people) // 4 :]
    confirming = threading.Thread(target=crowd, args=(door, rest, met), kwargs={"patience": 4})
    workers = server.workers()
    with watched(server.port) as peace:
        time.sleep(1)
    with (
        watched(server.port) as health,
        trouble(),
        reading(read or [partial(door.ask, path) for path in WITHOUT_QUERY], readers),
    ):
        confirming.start()
        time.sleep(seconds)
    confirming.join()
    played.take(met)
    run.figure(what, seconds=seconds, **met.figures(), calm_slowest_s=round(calm.slowest(), 2))
    run.figure("  /healthz meanwhile", **health.figures(), most_ms_in_peace=round(peace.most, 1))
    figures = {f"answers_{name}": number for name, number in readers.answers.items()}
    run.figure("  pages read meanwhile", **figures, slowest_s=round(readers.slowest(), 2))
    played.must_be_well(met, what)
    # What a busy machine adds, it adds in peace as well.
    most = LIMIT + 2 * calm.slowest()
    run.must(met.slowest() < most, f"{what}: an answer after {met.slowest():.1f} s")
    quiet = max(QUIET, 2 * peace.most)
    slow = health.percentile(99)
    run.must(slow < quiet and not health.failed, f"{what}: /healthz p99 {slow:.0f} ms, {health.failed} not answered")
    run.must(set(readers.answers) == {"200"}, f"{what}: readers got {dict(readers.answers)}")
    run.must(server.workers() == workers, f"{what}: web workers were restarted")
    return met, readers


@scenario("silent", "PostgreSQL says nothing for 8 s, and then is paused for 10 s, amid confirmations")
def silent(run: Run) -> None:
    with stage(run, 2 * FEW) as played:
        server = played.serve()
        first, second = slice(FEW), slice(FEW, 2 * FEW)
        in_trouble(played, server, "silent", played.database.silent, seconds=8, share=first)
        in_trouble(played, server, "paused", played.database.silent, seconds=10, share=second)
        played.check(Door(server.port))


@scenario("readonly", "PostgreSQL takes no writes, as while another server takes over; signed-in people read on")
def readonly(run: Run) -> None:
    with stage(run, FEW) as played:
        server = played.serve()
        readers = [partial(person.read, Door(server.port), "") for person in played.people[-8:]]
        met, _ = in_trouble(played, server, "read-only", partial(_read_only, played), seconds=6, read=readers)
        run.must(met.answers["503"], "nobody noticed that the database was read-only")
        played.check(Door(server.port))


@contextmanager
def _read_only(played: Stage) -> Iterator[None]:
    played.database.execute("ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()")
    time.sleep(0.5)
    try:
        yield
    finally:
        with psycopg.connect(played.database.url, autocommit=True) as connection:
            connection.execute("SET default_transaction_read_only = off")
            connection.execute("ALTER SYSTEM RESET default_transaction_read_only")
            connection.execute("SELECT pg_reload_conf()")


@scenario("locks", "somebody holds the applications locked; all sessions of the database are ended again and again")
def locks(run: Run) -> None:
    with stage(run, 2 * FEW) as played:
        server = played.serve()
        in_trouble(played, server, "applications locked", partial(_locked, played), seconds=8, share=slice(FEW))
        ended = partial(_ending, played)
        in_trouble(played, server, "sessions ended", ended, seconds=7, share=slice(FEW, 2 * FEW))
        played.check(Door(server.port))


@contextmanager
def _locked(played: Stage) -> Iterator[None]:
    with psycopg.connect(played.database.url) as connection:
        connection.execute("LOCK TABLE applications_application IN ACCESS EXCLUSIVE MODE")
        yield


@contextmanager
def _ending(played: Stage) -> Iterator[None]:
    """End all sessions every two seconds."""

    def end() -> None:
        with suppress(psycopg.OperationalError):
            played.database.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )

    with repeatedly(end, pause=2):
        yield


@scenario("crowded", "PostgreSQL grants 10 connections, fewer than two web workers would take")
def crowded(run: Run) -> None:
    few = {"max_connections": "10", "superuser_reserved_connections": "0"}
    with stage(run, 2 * FEW, settings=few) as played:
        server = played.serve()
        door = Door(server.port)
        met = crowd(door, played.people, Met(), patience=4)
        played.take(met)
        run.figure("10 connections for all", **met.figures())
        played.must_be_well(met, "10 connections")
        seconds = played.until(played.database.is_free, "commands can connect once nobody asks", seconds=60)
        run.figure("  a command can connect after", seconds=round(seconds, 1))
        readers = Met()
        with reading([partial(person.read, door) for person in played.people[:8]], readers):
            time.sleep(2)
        run.must(set(readers.answers) == {"200"}, f"after a quiet while: {dict(readers.answers)}")
        played.check(Door(server.port))
