"""People, staff and the housing system who go on using the service while something happens to it.

Each keeps its connection as browsers do, or makes one for each request; nobody asks twice. What was not answered as
it should have been is a failure.
"""

import http.client
import json
import re
import select
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.applications.form.forms import MAIN, inputs
from tests.processes import PRODUCTION
from tests.running.web import HEADERS, command

ARRANGE = Path(__file__).with_name("arrange.py").read_text()
PAUSE, REST = 0.2, 2  # seconds between two requests of one visitor, and after a round that uses somebody up
TIMEOUT = 60  # seconds for one answer


def arrange(url: str, *, confirming: int, checked: int, sent: int, **where: Any) -> dict[str, Any]:
    """Fill a migrated database with people to confirm, to be checked and to be sent; return what visitors know of it.

    `where` goes to `command`: code of another release.
    """
    size = f"{confirming} {checked} {sent}"
    return dict(json.loads(command(url, "manage.py", "shell", "-v0", "-c", ARRANGE, ARRANGED=size, **where)))


@dataclass
class Answer:
    """What a visitor got."""

    status: int
    headers: dict[str, str]
    content: bytes


@dataclass
class Tally:
    """What all visitors together met: how often each request was answered as it should, and all that was not."""

    answered: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    slowest: float = 0  # seconds


class Visitor:
    """Somebody with a connection to a port: TLS with the certificate of a proxy, plain straight to a web server."""

    def __init__(
        self, port: int, tally: Tally, *, keeps: bool = True, certificate: Path | None = None, stop: threading.Event
    ) -> None:
        self.tally, self.keeps, self.stop = tally, keeps, stop
        self.encrypted = certificate is not None
        if certificate:
            context = ssl.create_default_context(cafile=str(certificate))
            self.line: http.client.HTTPConnection = _Encrypted(HEADERS["Host"], port, timeout=TIMEOUT, context=context)
        else:
            self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
        self.cookies: dict[str, str] = {}

    def ask(self, name: str, path: str, *, expected: int = 200, body: bytes | None = None, **headers: str) -> Answer:
        """Send one request; `name` is for the tally. Raises Failed when it is not answered as expected."""
        if self.stop.wait(PAUSE):
            raise Stopped
        given = {**HEADERS, "Cookie": "; ".join(f"{key}={value}" for key, value in self.cookies.items()), **headers}
        if not self.keeps:
            given["Connection"] = "close"
        started = time.monotonic()
        try:
            if not self.encrypted and self.line.sock and select.select([self.line.sock], [], [], 0)[0]:
                self.line.close()  # closed by the server while nobody asked anything; every client looks for that
            self.line.request("GET" if body is None else "POST", path, body, given)
            response = self.line.getresponse()
            answer = Answer(response.status, dict(response.getheaders()), response.read())
            for cookie in response.headers.get_all("Set-Cookie") or []:
                key, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[key] = value
        except (OSError, http.client.HTTPException) as error:
            self.line.close()
            self._fail(f"{name} {path}: {error!r} after {time.monotonic() - started:.2f} s")
        self.tally.slowest = max(self.tally.slowest, time.monotonic() - started)
        if answer.status != expected:
            self._fail(
                f"{name} {path}: {answer.status} {answer.headers.get('Location', '')} {answer.content[-300:]!r}"
            )
        self.tally.answered[name] += 1
        return answer

    def post(self, name: str, path: str, form: dict[str, Any], *, expected: int = 302) -> Answer:
        """Send a form, as from a page of ours."""
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Origin": PRODUCTION["PUBLIC_URL"]}
        return self.ask(name, path, expected=expected, body=urlencode(form, doseq=True).encode(), **kind)

    def rest(self) -> None:
        """Take a rest before the next round: what is arranged is to last."""
        if self.stop.wait(REST):
            raise Stopped

    def _fail(self, what: str) -> None:
        self.tally.failed.append(what)
        raise Failed(what)


class Failed(Exception):
    """A request that was not answered as it should have been."""


class Stopped(Exception):
    """The visitors go home."""


class _Encrypted(http.client.HTTPSConnection):
    """To the proxy, whatever name it is called by."""

    def connect(self) -> None:
        self.sock = self._context.wrap_socket(
            socket.create_connection(("127.0.0.1", self.port), TIMEOUT), server_hostname=self.host
        )


Round = Callable[[Visitor], Any]


def rounds(known: dict[str, Any]) -> list[Round]:
    """Return what each kind of visitor does again and again."""
    people, checks, documents = iter(known["people"]), iter(known["checks"]), iter(known["documents"])
    accepted, csrf, token = known["accepted"], known["csrf"], f"Bearer {known['token']}"

    def read(visitor: Visitor) -> None:
        visitor.cookies = dict(accepted)
        visitor.ask("front", "/fi/")
        visitor.ask("sign in", "/fi/identify/?next=/fi/applications/")
        visitor.ask("log in", "/en/log-in/")

    def fill_in(visitor: Visitor) -> None:
        visitor.cookies = dict(accepted)
        visitor.ask("form", "/fi/application/new/")
        visitor.post("begin form", "/fi/application/new/", {})
        step = visitor.ask("form step", "/fi/application/people/")
        token = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', step.content)[1].decode()
        typed = {f"p1-{name}": value for name, value in MAIN.items()}
        visitor.post("save step", "/fi/application/people/", {**inputs(step), "csrfmiddlewaretoken": token, **typed})

    def confirm(visitor: Visitor) -> None:
        who = next(people)
        visitor.cookies = {**accepted, known["cookie"]: who["session"]}
        visitor.ask("confirm page", f"{who['page']}confirm/")
        visitor.post("confirm", f"{who['page']}confirm/", {"csrfmiddlewaretoken": csrf, "version": who["version"]})
        visitor.ask("receipt", f"{who['page']}receipt/")
        visitor.ask("status", who["page"])
        visitor.rest()

    def check(visitor: Visitor) -> None:
        whom = next(checks)
        visitor.cookies = {**accepted, known["cookie"]: known["adviser"]}
        visitor.ask("check page", whom["page"])
        visitor.post("check", whom["page"], {"csrfmiddlewaretoken": csrf, **whom["form"]})
        visitor.rest()

    def send(visitor: Visitor) -> None:
        visitor.cookies = {}
        kind = {"Content-Type": "application/json", "Authorization": token}
        body = json.dumps(next(documents)).encode()
        visitor.ask("send", "/api/v1/applications", expected=201, body=body, **kind)
        visitor.ask("events", "/api/v1/events", **kind)
        visitor.rest()

    return [read, fill_in, confirm, check, send]


@contextmanager
def visiting(visits: list[tuple[Visitor, Round]], stop: threading.Event) -> Iterator[None]:
    """Let each visitor make rounds until the block ends; a failure ends one round only."""
    threads = [threading.Thread(target=_go_on, args=visit, daemon=True) for visit in visits]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=2 * TIMEOUT)


def _go_on(visitor: Visitor, make: Round) -> None:
    while True:
        try:
            make(visitor)
        except Failed:
            visitor.stop.wait(PAUSE)
        except (Stopped, StopIteration):  # also when everybody who was arranged has had their turn
            break
        except Exception as error:  # a visitor who has gone is no visitor
            visitor.tally.failed.append(f"{make.__name__} ended: {error!r}")
            break
    visitor.line.close()
