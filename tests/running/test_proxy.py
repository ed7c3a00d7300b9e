"""What deploy/nginx.conf lets through, what it says to the web servers, and what it says by itself."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.ports import free_port
from tests.running.proxies import HOST, needs_nginx, proxying
from tests.running.visitors import Tally, Visitor

pytestmark = needs_nginx
COOKIES = "other=" + "x" * 9000  # of the whole domain, in one line


class Echo(BaseHTTPRequestHandler):
    """Answers with the headers that it got."""

    def do_GET(self):
        said = str(self.headers).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_):
        pass


@contextmanager
def echoing():
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def visitor_of(proxy):
    visitor = Visitor(proxy.port, Tally(), certificate=proxy.certificate, stop=threading.Event())
    try:
        yield visitor
    finally:
        visitor.line.close()


@pytest.fixture
def visitor(tmp_path):
    """Return a visitor of a proxy one of whose servers is away."""
    with echoing() as port, proxying(tmp_path, free_port(), port) as proxy, visitor_of(proxy) as visitor:
        yield visitor


def test_requests_go_to_the_server_that_is_there_and_say_whence_they_come(visitor):
    lied = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example"}

    for _ in range(4):
        said = visitor.ask("echo", "/fi/", **lied).content.decode()

        assert f"Host: {HOST}\n" in said
        assert "X-Forwarded-For: 127.0.0.1\n" in said
        assert "X-Forwarded-Proto: https\n" in said
        assert "X-Request-ID: " in said
        assert "evil.example" not in said


def test_metrics_are_not_for_the_public(visitor):
    assert b"X-Forwarded-For" not in visitor.ask("metrics", "/metrics", expected=404).content


def test_cookies_of_the_whole_domain_pass(visitor):
    assert COOKIES in visitor.ask("echo", "/fi/", Cookie=COOKIES).content.decode()


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [("/" + "a" * 20_000, {}, 414), ("/fi/", {"Cookie": "x" * 20_000}, 431)],
    ids=["address", "cookies"],
)
def test_what_is_too_long_gets_a_page(visitor, path, headers, status):
    answer = visitor.ask("too long", path, expected=status, **headers)

    assert b'<html lang="fi">' in answer.content
    assert "Retry-After" not in answer.headers


def test_without_any_web_server_people_read_when_to_try_again(tmp_path):
    with proxying(tmp_path, free_port(), free_port()) as proxy, visitor_of(proxy) as visitor:
        answer = visitor.ask("nobody", "/fi/", expected=503)

    assert answer.headers["Retry-After"] == "10"
    assert b'<section lang="sv">' in answer.content
