"""Every page, once for all who judge it, and a server for browsers."""

from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import quote, unquote

import pytest
from django.contrib.staticfiles import finders

from tests.pages import collected
from tests.pages.world import World
from tests.reading import taken_back

KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@pytest.fixture(scope="session")
def pages(django_db_setup, django_db_blocker):
    """Return every page as it is in each language, with numbers of the widest letters."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), taken_back():
        patch.setattr("applications.references.UNAMBIGUOUS", "MW")
        return list(collected.pages(World()))


class Server(BaseHTTPRequestHandler):
    """Answers with the pages as they were collected, and with the static files."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one piece

    def __init__(self, texts, *arguments):
        self.texts = texts
        super().__init__(*arguments)

    def do_GET(self):
        path = unquote(self.path).removeprefix("/")
        if path in self.texts:
            self.answer(self.texts[path].encode(), "text/html; charset=utf-8")
        elif found := finders.find(path.removeprefix("static/")):
            self.answer(Path(found).read_bytes(), KINDS.get(Path(found).suffix, "application/octet-stream"))
        else:
            self.answer(b"", "text/plain", 404)

    def answer(self, body, kind, status=200):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        pass


@pytest.fixture(scope="session")
def address_of(pages):
    """Return a function that gives the address at which a page is served as it was collected."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Server, {page.name: page.html for page in pages})) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield lambda page: f"http://127.0.0.1:{server.server_port}/{quote(page.name)}"
        server.shutdown()
        thread.join()
