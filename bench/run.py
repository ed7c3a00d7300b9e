"""The databases, the servers before them, and everything that is measured in rounds."""

import pickle
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import psycopg

from bench import rows, servers
from bench.client import request
from bench.measures import Arm, Stretch
from bench.pages import CONFIRM_POST, PAGES, Page
from bench.servers import Server, environment, gunicorn, python
from bench.statements import Recorded, script

SMALL = 1_000  # applications


@dataclass(frozen=True)
class Size:
    """How thorough a run is."""

    large: int  # applications
    embedded: int  # applications in SQLite
    rounds: int
    seconds: float  # of one stretch
    transactions: int  # of pgbench in one stretch
    starts: int  # of gunicorn, cold


FULL = Size(large=200_000, embedded=5_000, rounds=5, seconds=2.5, transactions=3_200, starts=5)
QUICK = Size(large=10_000, embedded=500, rounds=2, seconds=0.4, transactions=480, starts=2)


class Run:
    """One run, in a folder of its own and with a PostgreSQL server of its own."""

    recorded: Recorded
    servers: dict[str, Server]

    def __init__(self, size: Size, folder: Path, url: str) -> None:
        self.size, self.folder, self.url = size, folder, url
        self.layouts = {"small": rows.Layout(SMALL), "large": rows.Layout(size.large)}
        self.stretch = Stretch(size.seconds, postmaster=servers.postmaster(url))
        self.log = folder / "gunicorn.log"
        self.digests: dict[str, dict[int, str]] = {}  # by database and number

    def database(self, name: str) -> str:
        return servers.sibling(self.url, name)

    def environment(self, name: str, **more: str) -> dict[str, str]:
        return environment(self.database(name), self.folder, **more)

    def prepare(self) -> None:
        """Make and fill the databases, and find out which statements the pages run."""
        python(
            "manage.py", "collectstatic", "-v0", "--noinput", "--skip-checks", environment=self.environment("small")
        )
        for name, layout in self.layouts.items():
            started = time.monotonic()
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")
            python("manage.py", "migrate", "-v0", "--skip-checks", environment=self.environment(name))
            python("-m", "bench.load", str(layout.size), environment=self.environment(name))
            _say(f"{layout.size} applications loaded in {time.monotonic() - started:.0f} s")
        for name in self.layouts:
            with psycopg.connect(self.database(name)) as connection:
                self.digests[name] = dict(connection.execute("SELECT id, digest FROM applications_version").fetchall())
        with psycopg.connect(self.database("small"), autocommit=True) as connection:
            connection.execute("CREATE TABLE bench_session AS SELECT session_key, session_data FROM django_session")
        size = str(self.layouts["large"].size)
        python("-m", "bench.record", str(self.folder), size, environment=self.environment("large"))
        self.recorded = pickle.loads((self.folder / "recorded.pickle").read_bytes())
        # What was recorded names one change of state, each time that it is run again.
        change = "applications_happening_change_id_key"
        with psycopg.connect(self.database("large"), autocommit=True) as connection:
            connection.execute(f"ALTER TABLE applications_happening DROP CONSTRAINT IF EXISTS {change}")
            connection.execute(f"CREATE INDEX {change} ON applications_happening (change_id)")

    def measure(self, stack: ExitStack) -> dict[str, Arm]:
        """Measure everything in turn, every other round backwards, and return it by name."""
        bare = {"DJANGO_SETTINGS_MODULE": "bench.bare_settings", "BARE_FOLDER": str(self.folder)}
        environments = {
            "small": self.environment("small"),
            "large": self.environment("large"),
            "bare": self.environment("large", **bare),
        }
        self.servers = {
            name: stack.enter_context(gunicorn(variables, self.log)) for name, variables in environments.items()
        }
        arms = [*self._confirming(), *self._status(), *self._pages()]
        for number in range(self.size.rounds):
            for arm in reversed(arms) if number % 2 else arms:
                arm.measure()
            _say(f"round {number + 1} of {self.size.rounds}")
        return {arm.name: arm for arm in arms}

    def _confirming(self) -> Iterator[Arm]:
        layout, half = self.layouts["large"], len(self.layouts["large"].scripted) // 2
        # record.py has confirmed the last one.
        ours = (self._confirmation(n) for n in _shuffled(layout.confirmable[:-1]))
        yield Arm(CONFIRM_POST, lambda: self.stretch.http(self.servers["large"], ours, expected=302))

        bare = (self._confirmation(n, f"/fi/bare/confirm/{n}/") for n in _shuffled(layout.scripted[half:]))
        yield Arm(f"{CONFIRM_POST}, bare", lambda: self.stretch.http(self.servers["bare"], bare, expected=302))

        path = self.folder / "confirm.sql"
        path.write_text(script(self.recorded.confirming))
        many = self.size.transactions
        parts = (layout.scripted[i : i + many] for i in range(0, half - many + 1, many))
        yield Arm(f"{CONFIRM_POST}, pgbench", lambda: self.stretch.pgbench(self.database("large"), path, next(parts)))

        again = [self._confirmation(n, of="small") for n in _shuffled(self.layouts["small"].confirmable)]

        def small() -> Iterator[bytes]:
            self._take_back()
            return iter(again)

        yield Arm(f"{CONFIRM_POST}, 1000", lambda: self.stretch.http(self.servers["small"], small(), expected=302))

    def _status(self) -> Iterator[Arm]:
        readers = next(page for page in PAGES if page.name == "status").readers(self.layouts["large"])
        for template in ("bare", "based"):
            requests = cycle([request(f"/fi/bare/{template}/", person=n) for n in readers])
            yield self._reading(f"status, {template}", "bare", requests)

    def _pages(self) -> Iterator[Arm]:
        for page in PAGES:
            for name, suffix in (("large", ""), ("small", ", 1000")):
                yield self._reading(page.name + suffix, name, self._visits(page, name))

    def _reading(self, name: str, server: str, requests: Iterator[bytes]) -> Arm:
        return Arm(name, lambda: self.stretch.http(self.servers[server], requests, expected=200))

    def _visits(self, page: Page, name: str) -> Iterator[bytes]:
        return cycle([request(page.path(n), person=n) for n in page.readers(self.layouts[name])])

    def _confirmation(self, n: int, path: str = "", *, of: str = "large") -> bytes:
        form = {"csrfmiddlewaretoken": self.recorded.csrf_token, "version": self.digests[of][n]}
        return request(path or rows.page(n, "confirm/"), person=n, form=form)

    def _take_back(self) -> None:
        """Undo the confirmations in the small database, which has too few for all rounds."""
        numbers = self.layouts["small"].confirmable
        own = f"BETWEEN {numbers.start} AND {numbers.stop - 1}"
        with psycopg.connect(self.database("small"), autocommit=True) as connection:
            for statement in (
                "SET session_replication_role = replica",  # past the triggers that keep these rows
                f"DELETE FROM applications_confirmation WHERE applicant_id {own}",
                f"DELETE FROM applications_statechange WHERE application_id {own} AND transition = 'confirmed'",
                f"UPDATE applications_application SET state = 'awaiting' WHERE id {own}",
                "UPDATE django_session SET session_data = before.session_data FROM bench_session before"
                " WHERE before.session_key = django_session.session_key",
                "VACUUM",
            ):
                connection.execute(statement)


def _shuffled(numbers: range) -> list[int]:
    return random.Random(0).sample(numbers, len(numbers))


def _say(text: str) -> None:
    print(text, flush=True)
