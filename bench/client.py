"""Clients that keep their connection and send the next request when the answer to the last one is there.

One thread and ready-made requests: what the clients need of the processor, the server does not get.
"""

import re
import resource
import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.client import HTTPResponse
from urllib.parse import urlencode

from bench import rows

TIMEOUT = 30  # seconds without any answer: the run fails
HOST = "bench.example"
LENGTH = re.compile(rb"\r\nContent-Length: (\d+)\r\n", re.IGNORECASE)


@dataclass
class Load:
    """What one stretch of requests met."""

    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)  # seconds
    seconds: float = 0
    client_cpu: float = 0  # seconds

    @property
    def count(self) -> int:
        return len(self.latencies)

    @property
    def rate(self) -> float:
        return self.count / self.seconds

    def latency(self, percent: int) -> float:
        """Return the latency, in milliseconds, that this share of the requests did not exceed."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) * percent // 100, len(ordered) - 1)]


def request(path: str, *, person: int = 0, form: dict[str, str] | None = None) -> bytes:
    """Return the bytes that a browser behind our proxy would send; person 0 has no cookie."""
    body = urlencode(form).encode() if form is not None else b""
    lines = [
        f"{'GET' if form is None else 'POST'} {path} HTTP/1.1",
        f"Host: {HOST}",
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "Accept-Language: fi-FI,fi;q=0.8,en-US;q=0.5,en;q=0.3",
        "Accept-Encoding: gzip, deflate, br, zstd",
        "X-Forwarded-For: 192.0.2.1",
        "X-Forwarded-Proto: https",
    ]
    if person:
        lines.append(f"Cookie: __Host-cookies=2; __Host-session={rows.session_key(person)}")
    if form is not None:
        lines += [
            f"Origin: https://{HOST}",
            "Sec-Fetch-Site: same-origin",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
        ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class _Connection:
    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.sent_at = 0.0

    def send(self, request: bytes) -> None:
        self.received = b""
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> int | None:
        """Read what is there; return the status once the answer is whole."""
        part = self.socket.recv(1 << 17)
        if not part:
            raise ConnectionError("The server closed the connection")
        self.received += part
        head = self.received.find(b"\r\n\r\n")
        if head < 0:
            return None
        length = LENGTH.search(self.received, 0, head + 2)
        if length is None:
            raise ValueError("An answer without Content-Length")
        whole = len(self.received) >= head + 4 + int(length[1])
        return int(self.received[9:12]) if whole else None


def drive(port: int, requests: Iterable[bytes], *, connections: int = 16, seconds: float = 60) -> Load:
    """Send the requests, each once, over that many connections; no new one after that many seconds."""
    load, waiting = Load(), iter(requests)
    clients = [_Connection(port) for _ in range(connections)]
    cpu, start = _cpu(), time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for client, first in zip(clients, waiting, strict=False):
            selector.register(client.socket, selectors.EVENT_READ, client)
            client.send(first)
        while selector.get_map():
            ready = selector.select(TIMEOUT)
            if not ready:
                raise TimeoutError("No answer")
            for key, _ in ready:
                client = key.data
                if (status := client.receive()) is None:
                    continue
                now = time.perf_counter()
                load.statuses[status] += 1
                load.latencies.append(now - client.sent_at)
                following = next(waiting, None) if now - start < seconds else None
                if following is None:
                    selector.unregister(client.socket)
                else:
                    client.send(following)
    load.seconds, load.client_cpu = time.perf_counter() - start, _cpu() - cpu
    for client in clients:
        client.socket.close()
    return load


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def fetch(port: int, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send one request; return status, headers (names in lower case) and the body as it came."""
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT) as connection:
        connection.sendall(request)
        answer = HTTPResponse(connection)
        answer.begin()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, headers, answer.read()
