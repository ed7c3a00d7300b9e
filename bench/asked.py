"""One build of the service, asked over a pipe by bench.compare: `python …/bench/asked.py SIZE POSTMASTER`.

It is started in the folder of the build, and what it imports is the build's own, bench and tests too. Each line that
comes asks for one act a number of times; the line that answers tells what the act took. Requests go through the whole
WSGI application, as under gunicorn, without a server and clients whose time would count.
"""

import gzip
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from html import unescape
from http.client import HTTPConnection
from io import BytesIO
from itertools import count, cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

sys.path[0] = os.getcwd()  # in place of the folder of this file

from heka_confirm.wsgi import application  # noqa: E402, I001  # before whatever needs settings

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from bench import rows  # noqa: E402
from bench.client import HOST  # noqa: E402
from bench.pages import PAGES, Page  # noqa: E402
from identity import cookies  # noqa: E402

HEADERS = {
    "HTTP_HOST": HOST,
    "HTTP_ORIGIN": f"https://{HOST}",
    "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "HTTP_ACCEPT": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "HTTP_ACCEPT_LANGUAGE": "fi-FI,fi;q=0.8,en-US;q=0.5,en;q=0.3",
    "HTTP_ACCEPT_ENCODING": "gzip, deflate, br, zstd",
    "HTTP_SEC_FETCH_SITE": "same-origin",
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
    """Somebody's browser, at a network address of their own: its cookies, and the last answer."""

    def __init__(self, address: str = "192.0.2.1", **held: str) -> None:
        self.address = address
        self.cookies = {cookies.acceptance_name(): cookies.VERSION, **held}
        self.status, self.location, self.page = 0, "", b""

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
            "HTTP_X_FORWARDED_FOR": self.address,
        }
        return lambda: self.send(environ, body)

    def send(self, environ: dict[str, Any], body: bytes) -> None:
        answer = application({**environ, "wsgi.input": BytesIO(body)}, self._start)
        self.page = b"".join(answer)
        answer.close()

    def follow(self, send: Callable[[], None]) -> None:
        """Send a request and go where the answers lead, to a page."""
        send()
        while self.status == 302:
            self.prepare(self.location.removeprefix(f"https://{HOST}"))()

    def expect(self, status: int, what: str) -> None:
        if self.status != status:
            raise RuntimeError(f"{what} answers {self.status} {self.location}")

    def _start(self, status: str, headers: list[tuple[str, str]], *_: Any) -> None:
        self.status, self.location = int(status[:3]), dict(headers).get("Location", "")
        for name, value in headers:
            if name == "Set-Cookie":
                kept, _, content = value.partition(";")[0].partition("=")
                self.cookies[kept.strip()] = content


def main(size: int, postmaster: int) -> None:
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what anybody prints is no answer
    layout = rows.Layout(size)
    acts = make_acts(layout)
    for line in sys.stdin:
        asked = json.loads(line)
        match asked["what"]:
            case "addresses":
                answer: Any = [(n, page.path(n)) for page in PAGES for n in page.readers(layout)]
            case "queries":
                answer = count_queries(islice(acts[asked["act"]], asked["times"]))
            case _:
                answer = measure_time(islice(acts[asked["act"]], asked["times"]), postmaster)
        print(json.dumps(answer), file=answers)


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


def count_queries(acts: Acts) -> int:
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
    return most


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
    return {
        **{page.name: visits(page, layout) for page in PAGES},
        **{address.split("/")[2]: visits(Page(address, address), layout) for address in PUBLIC},
        "confirm (POST)": confirmations(layout),
        "sign in": sign_ins(),
        "step": posts_of_form(steps=True),
        "send": posts_of_form(steps=False),
    }


def visits(page: Page, layout: rows.Layout) -> Acts:
    """Open the page for ever, as the people who may."""
    for n in cycle(page.readers(layout)):
        browser = Browser(**{settings.SESSION_COOKIE_NAME: rows.session_key(n)} if n else {})
        yield browser.prepare(page.path(n))
        browser.expect(200, page.name)


def confirmations(layout: rows.Layout) -> Acts:
    """Confirm one application after another."""
    numbers = layout.confirmable[:-1]  # bench.record confirms the last one
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, digest FROM applications_version WHERE id = ANY(%s)", [list(numbers)])
        digests = dict(cursor.fetchall())
    for n in numbers:
        browser = Browser(**{settings.SESSION_COOKIE_NAME: rows.session_key(n)})
        yield browser.prepare(
            rows.page(n, "confirm/"), {"csrfmiddlewaretoken": rows.CSRF_SECRET, "version": digests[n]}
        )
        browser.expect(302, "confirming")
        if "receipt" not in browser.location:
            raise RuntimeError(f"Confirming leads to {browser.location}")


def sign_ins() -> Acts:
    """Come back from the broker of bench.broker, as somebody else each time, and see the first page."""
    settings.IDENTITY_PROVIDERS = [json.loads(os.environ["BENCH_BROKER"])]
    for number in count():
        browser = Browser(f"198.{18 + number // 65536}.{number // 256 % 256}.{number % 256}")
        browser.prepare("/identification/start/", {"provider": "test", "language": "fi"})()
        browser.expect(200, "beginning to identify oneself")
        page = gzip.decompress(browser.page).decode()
        found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page)
        at_broker = urlsplit(unescape(found[1]) if found else "")
        broker = HTTPConnection(at_broker.netloc)
        broker.request("GET", f"{at_broker.path}?{at_broker.query}")
        back = browser.prepare(broker.getresponse().headers["Location"].removeprefix(f"https://{HOST}"))
        yield partial(browser.follow, back)
        browser.expect(200, "the first page")
        if settings.SESSION_COOKIE_NAME not in browser.cookies:
            raise RuntimeError("Nobody is signed in")


def posts_of_form(*, steps: bool) -> Acts:
    """Save one step of the form after another, or send it, each time with the same rows before."""
    from bench import form

    try:
        from tests.applications.form.forms import Somebody
    except ModuleNotFoundError:  # as it was called until November 2026
        from tests.applications.drafting.forms import Somebody
    form.HEADERS.update(host=HOST, origin=f"https://{HOST}")
    somebody = Somebody(Client(headers=form.HEADERS)).begin().fill_everything()
    *saves, send = list(form._posts(somebody))
    before = form.Before(somebody.draft.pk)
    browser = Browser()
    browser.send(send.ours, send.body)
    before.notice()
    before.put_back()
    for post in cycle(saves if steps else [send]):
        yield partial(browser.send, post.ours, post.body)
        if browser.location != post.leads_to:
            raise RuntimeError(f"{post.name} leads to {browser.status} {browser.location}")
        before.put_back()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
