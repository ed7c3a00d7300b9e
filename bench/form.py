"""`python -m bench.form`: saving a step of the form and sending it, against bare views with the same statements.

Each request goes through the whole WSGI application, all middleware, session and CSRF included, in one process and
without a server; it has PostgreSQL behind it. Ours and the bare one take turns, request by request, and what they
did is taken back in between, untimed, so that all of them find the same rows. Medians of several rounds.
"""

import argparse
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import psycopg
from psycopg import sql

from bench.scripts import run
from tests import postgres

ROUNDS, REQUESTS, WARM_UP = 5, 40, 10
AIM = 0.7  # of the bare view's rate
HEADERS = {
    "host": "localhost",
    "origin": "https://localhost",
    "x-forwarded-for": "192.0.2.1",
    "x-forwarded-proto": "https",
    "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "accept-language": "fi-FI,fi;q=0.8,en-US;q=0.5,en;q=0.3",
}
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


def main(rounds: int, count: int) -> None:
    with postgres.cluster(durable=True) as database, tempfile.TemporaryDirectory() as folder:
        for arguments in (
            ["manage.py", "migrate", "-v0", "--skip-checks"],
            ["manage.py", "collectstatic", "-v0", "--noinput", "--skip-checks"],
            ["-m", "bench.form", "measure", str(rounds), str(count)],
        ):
            print(run(*arguments, database=database, folder=folder, TRUSTED_PROXIES="1"), end="", flush=True)


# --- In the process that is measured ---------------------------------------------------------------------


@dataclass(frozen=True)
class Post:
    """A form as a browser sends it, and the same to the bare view."""

    name: str
    ours: dict[str, Any]  # WSGI environments without their input
    bare: dict[str, Any]
    body: bytes
    leads_to: str


class Before:
    """The rows as they are now, to be put back."""

    def __init__(self, draft: int) -> None:
        self._connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
        # As superuser, without foreign keys and the triggers that guard what must not be deleted.
        self._connection.execute("SET session_replication_role = replica")
        self._draft, self._sequences = draft, self._read_sequences()
        self._row = self._connection.execute(
            "SELECT data, touched_at FROM applications_draft WHERE id = %s", [draft]
        ).fetchone()
        self._tables: list[str] = []

    def notice(self) -> None:
        """Find the tables that have got rows since."""
        now = self._read_sequences()
        self._tables = [name for name, last in self._sequences.items() if now[name] != last]

    def put_back(self) -> None:
        with self._connection.transaction():
            self._connection.execute(
                "UPDATE applications_draft SET sent_id = NULL, data = %s, touched_at = %s WHERE id = %s",
                [*self._row, self._draft],
            )
            self._connection.execute("DELETE FROM identity_ratecount")
            for table in self._tables:
                last = self._sequences[table]
                self._connection.execute(
                    sql.SQL("DELETE FROM {} WHERE id > %s").format(sql.Identifier(table)), [last or 0]
                )
                # The same ids again: the statements that are run again name them.
                self._connection.execute("SELECT setval(%s, %s, %s)", [f"{table}_id_seq", last or 1, last is not None])

    def tidy(self) -> None:
        for table in ("applications_draft", "identity_ratecount", *self._tables):
            self._connection.execute(sql.SQL("VACUUM ANALYZE {}").format(sql.Identifier(table)))

    def _read_sequences(self) -> dict[str, int | None]:
        found = self._connection.execute("SELECT sequencename, last_value FROM pg_sequences").fetchall()
        return {name.removesuffix("_id_seq"): last for name, last in found}


def measure(rounds: int, count: int) -> None:
    """Fill in the form, record what each POST does, and print how long it and its bare view take."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from django.test import Client

    from bench import form_bare, replay
    from bench.record import recording
    from tests.applications.form.forms import Somebody

    settings.ROOT_URLCONF = "bench.form_bare"
    application = get_wsgi_application()
    somebody = Somebody(Client(headers=HEADERS)).begin().fill_everything()
    posts = list(_posts(somebody))
    before = Before(somebody.draft.pk)
    queries = {}
    for post in posts:
        with recording() as found:
            _answer(application, post.ours, post)
        form_bare.STATEMENTS[post.name] = replay.of_view(found)
        queries[post.name] = len(found)
        if post.name == "send":
            before.notice()  # the last one: the steps leave no rows
        before.put_back()
    for post in posts:
        _interleaved(application, post, before, WARM_UP)
    medians: dict[str, list[tuple[float, float]]] = {post.name: [] for post in posts}
    for _ in range(rounds):
        for post in posts:
            medians[post.name].append(_interleaved(application, post, before, count))
        before.tidy()
    _report(medians, queries)


def _posts(somebody: Any) -> Iterator[Post]:
    from django.conf import settings
    from django.test import RequestFactory

    from applications.form.steps import STEPS
    from tests.applications.form.forms import inputs

    factory = RequestFactory(headers={**HEADERS, "accept-encoding": "gzip, deflate, br, zstd"})
    factory.cookies[settings.SESSION_COOKIE_NAME] = somebody.client.cookies[settings.SESSION_COOKIE_NAME].value
    onward = [*(f"form_{step}" for step in STEPS), "form_summary"]

    def post(name: str, page: Any, address: str, leads_to: str, **more: str) -> Post:
        token = TOKEN.search(page.content.decode())[1]
        body = urlencode({**inputs(page), **more, "csrfmiddlewaretoken": token}, doseq=True).encode()
        ours, bare = (
            factory.generic("POST", path, body, "application/x-www-form-urlencoded").environ
            for path in (somebody.at(address), f"/fi/bare/form/{name}/")
        )
        return Post(name, ours, bare, body, somebody.at(leads_to))

    for number, step in enumerate(STEPS):
        yield post(step, somebody.go(step), f"form_{step}", onward[number + 1])
    yield post("send", somebody.go("summary"), "form_send", "form_sent", assurance="on")


def _interleaved(application: Callable[..., Any], post: Post, before: Before, count: int) -> tuple[float, float]:
    """Return the medians, in seconds, of ours and of the bare view."""
    taken: dict[str, list[float]] = {"ours": [], "bare": []}
    for number in range(count):
        for arm in ("bare", "ours") if number % 2 else ("ours", "bare"):
            taken[arm].append(_answer(application, getattr(post, arm), post))
            before.put_back()
    return statistics.median(taken["ours"]), statistics.median(taken["bare"])


def _answer(application: Callable[..., Any], environ: dict[str, Any], post: Post) -> float:
    """Send one request, and return how long the answer took, in seconds."""
    answered = []

    def start(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
        answered.append((status, dict(headers).get("Location")))

    fresh = {**environ, "wsgi.input": BytesIO(post.body)}
    started = time.perf_counter()
    response = application(fresh, start)
    for _ in response:
        pass
    response.close()
    seconds = time.perf_counter() - started
    if answered != [("302 Found", post.leads_to if environ is post.ours else "/fi/")]:
        raise RuntimeError(f"{environ['PATH_INFO']} answers {answered}")
    return seconds


def _report(medians: dict[str, list[tuple[float, float]]], queries: dict[str, int]) -> None:
    steps = [name for name in medians if name != "send"]
    for name, found in medians.items():
        _line(f"save {name}" if name in steps else name, found, f"{queries[name]} queries")
    of_steps = zip(*(medians[name] for name in steps), strict=True)
    every = [[sum(times) for times in zip(*of_round, strict=True)] for of_round in of_steps]
    ratios = {"saving a step": _line("all steps", every, "together"), "sending": _ratio(medians["send"])}
    for name, ratio in ratios.items():
        print(f"{name}, of the bare view's rate: {ratio:.2f} (aim: at least {AIM}, {_met(ratio)})")


def _line(name: str, found: list[Any], note: str) -> float:
    ours, bare = (1000 * statistics.median(times) for times in zip(*found, strict=True))
    each = " ".join(f"{bare / ours:.2f}" for ours, bare in found)
    print(f"{name:<12} {ours:6.2f} ms, bare {bare:6.2f} ms: {_ratio(found):.2f}   rounds {each}   {note}")
    return _ratio(found)


def _ratio(found: list[Any]) -> float:
    return statistics.median(bare / ours for ours, bare in found)


def _met(ratio: float) -> str:
    return "met" if ratio >= AIM else "missed"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.form", description="Measure the form against bare views.")
    parser.add_argument("measured", nargs="*", metavar="measure ROUNDS REQUESTS", help="in a process of its own")
    parser.add_argument("--quick", action="store_true", help="whether it works; the numbers say little")
    asked = parser.parse_args()
    match asked.measured:
        case ["measure", rounds, count]:
            measure(int(rounds), int(count))
        case []:
            main(*((1, 10) if asked.quick else (ROUNDS, REQUESTS)))
        case _:
            sys.exit(parser.format_usage())
