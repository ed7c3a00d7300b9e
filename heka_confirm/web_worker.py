"""gunicorn's worker, which answers with pages of ours where no request reaches the application.

The pages are those that a proxy gives too (deploy/pages): in three languages, with nothing else to load.
"""

import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine
from gunicorn.util import write_nonblock

from core.request_ids import new_request_id
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
X-Request-ID: {code}\r
Content-Security-Policy: default-src 'none'; object-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
frame-ancestors 'none'\r
X-Content-Type-Options: nosniff\r
X-Robots-Tag: noindex\r
\r
"""
CODE = {  # as deploy/nginx.conf has it
    "fi": "Jos pyydät apua, kerro tämä koodi:",
    "sv": "Om du ber om hjälp, uppge den här koden:",
    "en": "If you ask for help, give this code:",
}


class AnsweringWorker(LeavingWorker):
    """Leaves as its base does, and has pages for addresses and headers that are too long."""

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: BaseException) -> None:
        status = TOO_LARGE.get(type(exc))
        if status is None:
            super().handle_error(req, client, addr, exc)  # type: ignore[no-untyped-call]  # gunicorn has few types
            return
        code = new_request_id()
        self.log.warning("A request was refused: %s", status, extra={"request_id": code})
        page = (PAGES / f"{status[:3]}.html").read_text()
        for language, text in CODE.items():
            link = f'<p><a href="/{language}/">'
            page = page.replace(link, f'<p>{text} <strong translate="no">{code}</strong></p>\n      {link}')
        body = page.encode()
        head = HEADERS.format(status=status, length=len(body), code=code)
        with suppress(OSError):  # the client has gone
            write_nonblock(client, head.encode() + body)  # type: ignore[no-untyped-call]
