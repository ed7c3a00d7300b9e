"""Every page, once for all who judge it, and a server for browsers."""

import itertools
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from urllib.parse import quote, unquote

import pytest
from django.contrib.staticfiles import finders

from core.text import UNAMBIGUOUS
from counter.notices import BOARD
from tests.pages import collected
from tests.pages.emails import emails as written_emails
from tests.pages.world import World
from tests.reading import taken_back

KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@pytest.fixture(scope="session")
def pages(django_db_setup, django_db_blocker):
    """Return every page as it is in each language, with numbers that are wide and come once only."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), taken_back():
        bodies = ("WWWWWW" + "".join(last) for last in itertools.product(UNAMBIGUOUS, repeat=2))
        signs = itertools.chain.from_iterable(bodies)
        patch.setattr(BOARD, "_read_at", None)  # the notice is read, whatever test was before
        patch.setattr("applications.references.secrets", SimpleNamespace(choice=lambda _signs: next(signs)))
        return list(collected.pages(World()))


@pytest.fixture(scope="session")
def emails(django_db_setup, django_db_blocker):
    """Return every kind of email as it leaves, in each language."""
    with django_db_blocker.unblock(), taken_back():
        return list(written_emails())


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
