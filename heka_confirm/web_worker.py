"""gunicorn's worker, which leaves without a failed request, and answers itself what reaches no application.

Its pages are those that a proxy gives too (deploy/pages): in three languages, with nothing else to load.
"""

import socket
import time
from pathlib import Path
from typing import Any

from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

LEAVING_SECONDS = 2.0
PAGES = Path(__file__).resolve().parent.parent / "deploy" / "pages"
TOO_LARGE = {LimitRequestLine: "414 URI Too Long", LimitRequestHeaders: "431 Request Header Fields Too Large"}
HEADERS = """HTTP/1.1 {status}\r
Connection: close\r
Content-Type: text/html; charset=utf-8\r
Content-Length: {length}\r
Cache-Control: no-store\r
Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'\r
X-Content-Type-Options: nosniff\r
X-Robots-Tag: noindex\r
\r
"""


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has few types
    """A worker that leaves without letting go of anybody who is on the way to it (docs/releases.md).

    gunicorn's own stops taking connections at once, but its socket stays open until its last request is answered:
    whoever connects meanwhile waits, and is reset in the end. This one goes on for two seconds, in which its
    successor starts or the proxy hears of it, takes all who wait, and closes the socket in the same moment.
    """

    leaves_at: float | None = None

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Begin to leave (SIGTERM): every answer from now on says that the connection closes after it."""
        if self.leaves_at is None:
            self.leaves_at, self.max_keepalived = time.monotonic() + LEAVING_SECONDS, 0
            self.method_queue.defer(lambda: None)  # wakes it up

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Serve whoever is ready, and stop taking connections once the time has come."""
        leaving = self.alive and self.leaves_at is not None
        left = self.leaves_at - time.monotonic() if leaving else timeout
        super().wait_for_and_dispatch_events(timeout=max(0.0, min(timeout, left)))
        if leaving and self.leaves_at <= time.monotonic():
            self._close_sockets()
            self.alive = False

    def _close_sockets(self) -> None:
        until = time.monotonic() + STOP_KEEPALIVE_LINGER
        for connection in self.pending_conns:  # opened ahead, without a request: they would keep it for `keepalive`
            connection.timeout = min(connection.timeout, until)
        self.set_accept_enabled(False)
        for listener in self.sockets:
            before = -1
            while before != self.nr_conns:
                before = self.nr_conns
                self.accept(listener)
            listener.close()

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: BaseException) -> None:
        """Answer an address or headers that are too long with a page of ours, and others as gunicorn does."""
        status = TOO_LARGE.get(type(exc))
        if status is None:
            super().handle_error(req, client, addr, exc)
            return
        self.log.warning("A request was refused: %s", status)
        page = (PAGES / f"{status[:3]}.html").read_bytes()
        head = HEADERS.format(status=status, length=len(page))
        try:
            write_nonblock(client, head.encode() + page)
        except OSError:
            return  # the client has gone
