"""One build of the service, asked over a pipe by bench.compare: `python …/bench/asked.py SIZE POSTMASTER`.

It is started in the folder of the build, and what it imports is the build's own, bench and tests too. Each line that
comes asks for one act a number of times; the line that answers tells what the act took. Requests go through the whole
WSGI application, as under gunicorn, without a server and clients whose time would count.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

sys.path[0] = os.getcwd()  # in place of the folder of this file

from django.db import connection  # noqa: E402

from bench import rows  # noqa: E402
from bench.client import HOST  # noqa: E402
from bench.pages import PAGES  # noqa: E402
from heka_confirm.wsgi import application  # noqa: E402

HEADERS = {
    "HTTP_HOST": HOST,
    "HTTP_ORIGIN": f"https://{HOST}",
    "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "HTTP_ACCEPT": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "HTTP_ACCEPT_LANGUAGE": "fi-FI,fi;q=0.8,en-US;q=0.5,en;q=0.3",
    "HTTP_ACCEPT_ENCODING": "gzip, deflate, br, zstd",
    "HTTP_SEC_FETCH_SITE": "same-origin",
    "HTTP_X_FORWARDED_FOR": "192.0.2.1",
    "HTTP_X_FORWARDED_PROTO": "https",
}
SERVER = {
    "SCRIPT_NAME": "",
    "SERVER_NAME": "127.0.0.1",
    "SERVER_PORT": "8000",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "REMOTE_ADDR": "127.0.0.1",
    "wsgi.version": (1, 0),
    "wsgi.url_scheme": "http",
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}
PUBLIC = ["/fi/how-to/", "/fi/privacy/", "/fi/accessibility/", "/fi/cookies/"]

Acts = Iterator[Callable[[], object]]  # what is called is timed; what is done until the next one is not


class Browser:
    """Somebody's browser: its cookies, and the last answer."""

    def __init__(self, **cookies: str) -> None:
        self.cookies = {"__Host-cookies": "1", **cookies}
        self.status, self.location, self.page = 0, "", ""

    def prepare(self, address: str, form: dict[str, str] | None = None) -> Callable[[], None]:
        """Return what sends the request and takes the whole answer."""
        path, _, query = address.partition("?")
        body = urlencode(form or {}).encode()
        environ = {
            **SERVER,
            **HEADERS,
            "REQUEST_METHOD": "GET" if form is None else "POST",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": "application/x-www-form-urlencoded" if form else "",
            "CONTENT_LENGTH": str(len(body)) if form else "",
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "wsgi.input": BytesIO(body),
        }
        return lambda: self.send(environ)

    def send(self, environ: dict[str, Any]) -> None:
        answer = application(environ, self._start)
        self.page = b"".join(answer)
        answer.close()

    def _start(self, status: str, headers: list[tuple[str, str]], *_: Any) -> None:
        self.status, self.location = int(status[:3]), dict(headers).get("Location", "")


def main(size: int, postmaster: int) -> None:
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what anybody prints is no answer
    acts = make_acts(rows.Layout(size))
    for line in sys.stdin:
        asked = json.loads(line)
        measure = count_queries if asked["queries"] else measure_time
        print(json.dumps(measure(islice(acts[asked["act"]], asked["times"]), postmaster)), file=answers)


def measure_time(acts: Acts, postmaster: int) -> dict[str, float]:
    """Return what one act took in milliseconds: of this process's processor time, of the database's, and of time."""
    done, ours, wall, database = 0, 0.0, 0.0, 0.0
    for act in acts:
        before, started, begun = _clocks(postmaster), time.perf_counter(), time.process_time()
        act()
        ours, wall = ours + time.process_time() - begun, wall + time.perf_counter() - started
        # One that was not there before came for this; what one that has ended did is lost.
        database += sum(clock - before.get(pid, 0) for pid, clock in _clocks(postmaster).items())
        done += 1
    return {"times": done, "ours": 1000 * ours / done, "database": 1000 * database / done, "wall": 1000 * wall / done}


def count_queries(acts: Acts, _: int) -> dict[str, float]:
    """Return how many statements the acts took at most, BEGIN and COMMIT apart."""
    most = 0
    for act in acts:
        statements: list[str] = []

        def remember(execute: Any, sql: str, *others: Any, found: list[str] = statements) -> Any:
            found.append(sql)
            return execute(sql, *others)

        with connection.execute_wrapper(remember):
            act()
        most = max(most, len(statements))
    return {"queries": most}


def _clocks(postmaster: int) -> dict[str, float]:
    """Return the processor time of each process of the database server, in seconds."""
    clocks = {}
    for pid in Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split():
        try:
            clocks[pid] = time.clock_gettime((~int(pid) << 3) | 2)  # clock_getcpuclockid(3)
        except OSError:
            continue  # it has just ended
    return clocks


# --- What can be asked for ---------------------------------------------------------------------------------------


def make_acts(layout: rows.Layout) -> dict[str, Acts]:
    pages = {page.name: visits(list(_paths(page, layout))) for page in PAGES}
    pages |= {address.split("/")[2]: visits([(0, address)]) for address in PUBLIC}
    return {**pages, "confirm (POST)": confirmations(layout)}


def _paths(page: Any, layout: rows.Layout) -> Iterator[tuple[int, str]]:
    for n in page.readers(layout):
        yield n, page.path(n)


def visits(addresses: list[tuple[int, str]]) -> Acts:
    """Open the pages for ever, as the people who may."""
    for person, address in cycle(addresses):
        browser = _browser_of(person)
        yield browser.prepare(address)
        _expect(browser, 200, address)


def confirmations(layout: rows.Layout) -> Acts:
    """Confirm one application after another."""
    from bench.record import _token

    token, numbers = _token(), layout.confirmable[:-1]  # bench.record confirms the last one
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, digest FROM applications_version WHERE id = ANY(%s)", [list(numbers)])
        digests = dict(cursor.fetchall())
    for n in numbers:
        browser = _browser_of(n)
        address = rows.page(n, "confirm/")
        yield browser.prepare(address, {"csrfmiddlewaretoken": token, "version": digests[n]})
        _expect(browser, 302, address)
        if "receipt" not in browser.location:
            raise RuntimeError(f"{address} leads to {browser.location}")


def _browser_of(person: int) -> Browser:
    return Browser(**{"__Host-session": rows.session_key(person)} if person else {})


def _expect(browser: Browser, status: int, address: str) -> None:
    if browser.status != status:
        raise RuntimeError(f"{address} answers {browser.status} {browser.location}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
