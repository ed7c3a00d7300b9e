"""Where people reach the service: a web server itself, or the proxy before it; and how they ask there."""

import http.client
import socket
import ssl
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from bench import rows
from tests.processes import PRODUCTION
from tests.running.web import HEADERS

LOST = "no answer"
TIMEOUT = 60  # seconds


@dataclass(frozen=True)
class Answer:
    """What somebody got: the status, or LOST; and after how many seconds."""

    status: str
    seconds: float
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Door:
    """A port of this machine: with TLS where there is a certificate, which is the proxy's."""

    port: int
    certificate: Path | None = None

    def ask(self, path: str, *, person: int = 0, form: dict[str, str] | None = None, cookies: str = "") -> Answer:
        """Ask once, over a connection of its own; person 0 has no session."""
        headers = {**HEADERS, "Connection": "close", "Cookie": "; ".join(filter(None, [cookies, _session(person)]))}
        body = None
        if form is not None:
            body = urlencode(form)
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": PRODUCTION["PUBLIC_URL"]}
        started = time.perf_counter()
        line = self._line()
        try:
            line.request("GET" if form is None else "POST", path, body, headers)
            answer = line.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            return Answer(LOST, time.perf_counter() - started)
        finally:
            line.close()
        named = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(str(answer.status), time.perf_counter() - started, named, content)

    def _line(self) -> http.client.HTTPConnection:
        if self.certificate:
            context = ssl.create_default_context(cafile=str(self.certificate))
            return _ToProxy(HEADERS["Host"], self.port, timeout=TIMEOUT, context=context)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)


class _ToProxy(http.client.HTTPSConnection):
    """To this machine, whatever name is asked for."""

    def connect(self) -> None:
        line = socket.create_connection(("127.0.0.1", self.port), TIMEOUT)
        self.sock = self._context.wrap_socket(line, server_hostname=self.host)


def _session(person: int) -> str:
    return f"__Host-cookies=1; __Host-session={rows.session_key(person)}" if person else ""
