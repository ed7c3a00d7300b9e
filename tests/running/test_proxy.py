"""What deploy/nginx.conf lets through, what it says to the web servers, and what it says by itself."""

import json
import socket
import ssl
import threading
import warnings
from contextlib import contextmanager

import pytest

from core.request_ids import SPOKEN
from heka_confirm.web_worker import CODE
from tests import servers
from tests.ports import free_port
from tests.running.proxies import HOST, needs_nginx, proxying
from tests.running.visitors import Tally, Visitor

pytestmark = needs_nginx
COOKIES = "other=" + "x" * 9000  # of the whole domain, in one line


class Echo(servers.Handler):
    """Answers with the headers that it got."""

    def do_GET(self):
        self.answer(200, str(self.headers).encode())


def echoing(handler=Echo):
    return servers.running(servers.Server(handler))


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
    with echoing() as echo, proxying(tmp_path, free_port(), echo.server_port) as proxy, visitor_of(proxy) as visitor:
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
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "Retry-After" not in answer.headers


def test_pages_of_its_own_show_the_code_with_which_the_logs_of_both_find_the_request(tmp_path):
    given = []

    class Breaking(Echo):
        """Hears a request, and says nothing."""

        def do_GET(self):
            given.append(self.headers["X-Request-ID"])

    with echoing(Breaking) as echo, proxying(tmp_path, echo.server_port) as proxy, visitor_of(proxy) as visitor:
        answers = [visitor.ask("broken", "/fi/", expected=503)]
        answers += [visitor.ask("too long", "/" + "a" * 20_000, expected=414)]

    logged = [json.loads(line)["request_id"] for line in (tmp_path / "access.log").read_text().splitlines()]
    assert given == logged[:1]
    for answer, number in zip(answers, logged, strict=True):
        assert answer.headers["X-Request-ID"] == number
        page = answer.content.decode()
        for language, text in CODE.items():
            code = (
                f'<p>{text} <strong translate="no">{number[-SPOKEN:]}</strong></p>\n      <p><a href="/{language}/">'
            )
            assert page.count(code) == 1


def test_without_any_web_server_people_read_when_to_try_again(tmp_path):
    with proxying(tmp_path, free_port(), free_port()) as proxy, visitor_of(proxy) as visitor:
        answer = visitor.ask("nobody", "/fi/", expected=503)

    assert answer.headers["Retry-After"] == "10"
    assert b'<section lang="sv">' in answer.content


def test_browsers_are_led_to_https_and_programs_are_not(tmp_path):
    with proxying(tmp_path, free_port(), free_port()) as proxy:
        visitor = Visitor(proxy.plain_port, Tally(), keeps=False, stop=threading.Event())

        led = visitor.ask("browser", "/fi/?a=b", expected=301).headers["Location"]
        refused = [visitor.ask("program", path, expected=403) for path in ("/api/v1/applications", "/anymail/x/")]

    assert led == f"https://{HOST}/fi/?a=b"
    assert [answer.headers.get("Location") for answer in refused] == [None, None]


def test_log_has_a_line_for_each_request_without_its_query(tmp_path):
    with echoing() as echo, proxying(tmp_path, echo.server_port) as proxy, visitor_of(proxy) as visitor:
        said = visitor.ask("echo", "/fi/account/password/?token=s3cret").content.decode()
    with proxying(tmp_path, free_port()) as proxy, visitor_of(proxy) as visitor:
        visitor.ask("nobody", "/fi/?token=s3cret", expected=503)

    log = (tmp_path / "access.log").read_text()
    lines = [json.loads(line) for line in log.splitlines()]
    assert [(line["path"], line["status"]) for line in lines] == [("/fi/account/password/", "200"), ("/fi/", "503")]
    assert lines[0]["address"] == "127.0.0.1"
    assert f"X-Request-ID: {lines[0]['request_id']}\n" in said
    assert "s3cret" not in log


# --- TLS -------------------------------------------------------------------------------------------------


@pytest.fixture
def proxy(tmp_path):
    """Return a proxy before no web server."""
    with proxying(tmp_path, free_port()) as proxy:
        yield proxy


def agreed(proxy, ciphers="ALL:@SECLEVEL=0", *, at_least=ssl.TLSVersion.TLSv1, at_most=ssl.TLSVersion.TLSv1_3):
    """Return protocol and cipher on which the proxy and a client that takes these agree, or None if they do not."""
    context = ssl.create_default_context(cafile=proxy.certificate)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of protocols that nobody should take
        context.minimum_version, context.maximum_version = at_least, at_most
    context.set_ciphers(ciphers)
    try:
        with (
            socket.create_connection(("127.0.0.1", proxy.port), timeout=60) as plain,
            context.wrap_socket(plain, server_hostname=HOST) as line,
        ):
            return line.version(), line.cipher()[0]
    except (ssl.SSLError, ConnectionResetError):
        return None


def test_newest_protocol_is_preferred_and_old_ones_are_refused(proxy):
    assert agreed(proxy)[0] == "TLSv1.3"
    assert agreed(proxy, at_most=ssl.TLSVersion.TLSv1_2)[0] == "TLSv1.2"
    assert agreed(proxy, at_most=ssl.TLSVersion.TLSv1_1) is None


def test_ciphers_of_tls_1_2_encrypt_with_authentication_and_forward_secrecy(proxy):
    strong = agreed(proxy, at_most=ssl.TLSVersion.TLSv1_2)
    weak = ["ECDHE-ECDSA-AES256-SHA384", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-CAMELLIA128-SHA256"]

    assert strong == ("TLSv1.2", "ECDHE-ECDSA-AES256-GCM-SHA384")
    assert [one for one in weak if agreed(proxy, one, at_most=ssl.TLSVersion.TLSv1_2)] == []


def test_name_that_is_not_ours_gets_no_answer(proxy):
    context = ssl.create_default_context(cafile=proxy.certificate)
    with (
        socket.create_connection(("127.0.0.1", proxy.port), timeout=60) as plain,
        pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME"),
    ):
        context.wrap_socket(plain, server_hostname="evil.example")
