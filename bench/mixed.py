"""`python -m bench.mixed`: people read, identify themselves and confirm, all at once, on two workers.

Of a hundred visits 80 open a page of an applicant, 15 identify somebody through the fake broker and open the first
page, and 5 confirm. A database of a thousand applications and one of a million take turns, several rounds, medians;
both have the same people who do so.
"""

import argparse
import json
import random
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from html import unescape
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from statistics import median
from urllib.parse import urlencode, urlsplit

import psycopg

from bench import report, rows, servers
from bench.broker import SendingBroker
from bench.client import HOST
from bench.pages import PAGES
from tests import postgres

ROUNDS, SECONDS, CLIENTS = 5, 10, 8  # the people of the small database suffice for that
LIVELY, LARGE = 1_000, 1_000_000
SHARES = {"page": 80, "identification": 15, "confirmation": 5}
FLAT = 1.1
SETTINGS = ["shared_buffers=1GB", "max_wal_size=8GB", "checkpoint_timeout=1h", "autovacuum=off"]
HEADERS = {
    "Host": HOST,
    "Origin": f"https://{HOST}",
    "X-Forwarded-Proto": "https",
    "Accept-Language": "fi",
    "Accept-Encoding": "identity",
    "Sec-Fetch-Site": "same-origin",
}
FILL = (
    "import django; django.setup(); from bench import cloning, rows; "
    "cloning.fill({size}, below=rows.FIRST, first=20_000)"
)


@dataclass
class Arm:
    """One database, its server, and what was measured: latencies in milliseconds."""

    name: str
    port: int
    digests: dict[int, str]
    confirmable: Iterator[int]
    rates: list[float] = field(default_factory=list)
    latencies: dict[str, list[float]] = field(default_factory=dict)

    def percent(self, percent: int) -> float:
        every = sorted(one for of_kind in self.latencies.values() for one in of_kind)
        return every[min(len(every) * percent // 100, len(every) - 1)]


class Visitor:
    """One browser after the other, on one connection that is kept."""

    def __init__(self, arm: Arm, layout: rows.Layout, seed: int) -> None:
        self.arm, self.chance = arm, random.Random(seed)
        self.pages = [(n, page.path(n)) for page in PAGES if page.people for n in page.readers(layout)]
        self.connection = HTTPConnection("127.0.0.1", arm.port, timeout=60)
        self.cookies: dict[str, str] = {}
        self.network = seed * 65536
        self.found: list[tuple[str, float]] = []

    def visit(self, until: float) -> None:
        """Do one thing after the other until then."""
        acts: dict[str, Callable[[], None]] = {
            "page": self._page,
            "identification": self._identification,
            "confirmation": self._confirmation,
        }
        while time.perf_counter() < until:
            [self.kind] = self.chance.choices(list(SHARES), list(SHARES.values()))
            acts[self.kind]()

    def _page(self) -> None:
        n, path = self.chance.choice(self.pages)
        self._be(n)
        self._send(path)

    def _confirmation(self) -> None:
        n = next(self.arm.confirmable)
        self._be(n)
        form = {"csrfmiddlewaretoken": rows.CSRF_SECRET, "version": self.arm.digests[n]}
        self._send(rows.page(n, "confirm/"), form, expected=302)

    def _identification(self) -> None:
        self._be(0)
        self.network += 1
        page = self._send("/identification/start/", {"provider": "test", "language": "fi"})
        found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page)
        at_broker = urlsplit(unescape(found[1]) if found else "")
        broker = HTTPConnection(at_broker.netloc)
        broker.request("GET", f"{at_broker.path}?{at_broker.query}")
        self._send(broker.getresponse().headers["Location"], expected=302)
        while self.location:
            self._send(self.location, expected=0)

    def _be(self, n: int) -> None:
        self.cookies = {"__Host-cookies": "2", **({"__Host-session": rows.session_key(n)} if n else {})}

    def _send(self, address: str, form: dict[str, str] | None = None, *, expected: int = 200) -> str:
        """Send a request and return the page; `expected` 0 is a page or a redirect."""
        headers = {
            **HEADERS,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "X-Forwarded-For": f"198.{18 + self.network // 65536}.{self.network // 256 % 256}.{self.network % 256}",
        }
        body = urlencode(form) if form else None
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        started = time.perf_counter()
        self.connection.request(
            "POST" if body else "GET", address.removeprefix(f"https://{HOST}"), body=body, headers=headers
        )
        answer: HTTPResponse = self.connection.getresponse()
        page = answer.read().decode()
        self.found.append((self.kind, 1000 * (time.perf_counter() - started)))
        if answer.status not in ({expected} if expected else {200, 302}):
            raise RuntimeError(f"{address} answers {answer.status}")
        self.location = answer.headers.get("Location", "")
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name.strip()] = value
        return page


def main(large: int, rounds: int, seconds: float) -> None:
    layout = rows.Layout(LIVELY)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="heka-bench-")))
        url = stack.enter_context(postgres.cluster(durable=True, settings=SETTINGS))
        broker = SendingBroker(servers.environment(url, folder)["IDENTITY_KEYS_FILE"], layout.waiting)
        stack.callback(broker.stop)
        print(report.machine(), flush=True)
        arms = [_arm(stack, size, servers.sibling(url, f"of_{size}"), folder, broker) for size in (LIVELY, large)]
        neighbours = report.Neighbours()
        for number in range(-1, rounds):  # the first is not counted
            for arm in reversed(arms) if number % 2 else arms:
                _measure(arm, layout, seconds if number >= 0 else 3, counts=number >= 0)
        for arm in arms:
            times = ", ".join(f"{percent} % {arm.percent(percent):.0f} ms" for percent in (50, 95, 99))
            kinds = ", ".join(f"{kind} {median(found):.0f} ms" for kind, found in sorted(arm.latencies.items()))
            print(f"{arm.name:>9} applications: {median(arm.rates):6.1f} requests/s; {times}; medians {kinds}")
        ratio = median(one / other for one, other in zip(arms[0].rates, arms[1].rates, strict=True))
        print(f"requests with the small one, of those with the large one: {ratio:.2f} (aim ≤ {FLAT})")
        print(f"{CLIENTS} clients on the same machine; {neighbours}")


def _arm(stack: ExitStack, size: int, url: str, folder: Path, broker: SendingBroker) -> Arm:
    """Make a database of that many applications, of which LIVELY have people who visit, and serve it."""
    started = time.monotonic()
    broker_set = {"BENCH_BROKER": json.dumps(broker.settings())}
    variables = servers.environment(url, folder, DJANGO_SETTINGS_MODULE="bench.mixed_settings", **broker_set)
    variables["WEB_CONCURRENCY"] = "2"
    with psycopg.connect(url.rpartition("/")[0] + "/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE of_{size}")
    for arguments in (
        ["manage.py", "collectstatic", "-v0", "--noinput", "--skip-checks"],
        ["manage.py", "migrate", "-v0", "--skip-checks"],
        ["-m", "bench.load", str(LIVELY)],
        ["-c", FILL.format(size=size - LIVELY)],
    ):
        servers.python(*arguments, environment=variables)
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT id, digest FROM applications_version WHERE id < %s", [rows.CO_APPLICANT])
        digests = dict(found.fetchall())
    print(f"{size:,} applications in {time.monotonic() - started:.0f} s", flush=True)
    server = stack.enter_context(servers.gunicorn(variables, folder / "gunicorn.log"))
    return Arm(f"{size:,}", server.port, digests, iter(rows.Layout(LIVELY).confirmable))


def _measure(arm: Arm, layout: rows.Layout, seconds: float, *, counts: bool) -> None:
    visitors = [Visitor(arm, layout, seed) for seed in range(CLIENTS)]
    started = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as threads:
        for done in [threads.submit(one.visit, started + seconds) for one in visitors]:
            done.result()
    taken = time.perf_counter() - started
    found = [one for visitor in visitors for one in visitor.found]
    if counts:
        arm.rates.append(len(found) / taken)
        for kind, latency in found:
            arm.latencies.setdefault(kind, []).append(latency)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m bench.mixed", description="Measure reading, signing in, confirming."
    )
    parser.add_argument("--large", type=int, default=LARGE, help="applications in the larger database")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of one round and database")
    given = parser.parse_args()
    main(given.large, given.rounds, given.seconds)
