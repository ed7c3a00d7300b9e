"""gunicorn's worker, which answers with pages of ours where no request reaches the application.

The pages are those that a proxy gives too (deploy/pages): in three languages, with nothing else to load.
"""

import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine
from gunicorn.util import write_nonblock

from heka_confirm.leaving_worker import LeavingWorker

MOST_OF_ADDRESS = 8190  # characters, the most that gunicorn allows; the answer of a broker may take 6 KB
MOST_OF_HEADER = 16384  # characters; the cookies of a whole domain come to us too
PAGES = Path(__file__).resolve().parent.parent / "deploy" / "pages"
TOO_LARGE = {LimitRequestLine: "414 URI Too Long", LimitRequestHeaders: "431 Request Header Fields Too Large"}
HEADERS = """HTTP/1.1 {status}\r
Connection: close\r
Content-Type: text/html; charset=utf-8\r
Content-Length: {length}\r
Cache-Control: no-store\r
Content-Security-Policy: default-src 'none'; object-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
frame-ancestors 'none'\r
X-Content-Type-Options: nosniff\r
X-Robots-Tag: noindex\r
\r
"""


class AnsweringWorker(LeavingWorker):
    """Leaves as its base does, and has pages for addresses and headers that are too long."""

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: BaseException) -> None:
        status = TOO_LARGE.get(type(exc))
        if status is None:
            super().handle_error(req, client, addr, exc)  # type: ignore[no-untyped-call]  # gunicorn has few types
            return
        self.log.warning("A request was refused: %s", status)
        page = (PAGES / f"{status[:3]}.html").read_bytes()
        head = HEADERS.format(status=status, length=len(page))
        with suppress(OSError):  # the client has gone
            write_nonblock(client, head.encode() + page)  # type: ignore[no-untyped-call]
