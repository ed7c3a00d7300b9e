import ipaddress
import socket
import ssl
import threading
import time

import pytest

from tests.ports import free_port
from tests.running.certificates import Authority
from tests.upstream import receivers
from upstream import calling
from upstream.calling import NotAnswered
from upstream.enums import Failure

PUBLIC = ["8.8.8.8", "2a00:1450:4001:831::200e"]
NOT_PUBLIC = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.1.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::a00:1",
    "2001:db8::1",
    "2001:0:7f00:1::",
    "2002:7f00:1::",
    "fd00::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]


def failure(url, body=b"{}"):
    with pytest.raises(NotAnswered) as refused:
        calling.post(url, body, {})
    return refused.value.failure


@pytest.mark.parametrize("address", PUBLIC)
def test_public_address(address):
    assert calling.is_public(address)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_address_that_is_not_public(address):
    assert not calling.is_public(address)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_address_that_is_not_public_is_refused_as_it_stands(address):
    host = f"[{address}]" if ipaddress.ip_address(address).version == 6 else address

    assert not calling.is_callable(f"https://{host}/events")
    assert failure(f"https://{host}/events") == Failure.ADDRESS


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_name_that_leads_to_an_address_that_is_not_public_is_refused(address, monkeypatch):
    resolve(monkeypatch, address)

    assert calling.is_callable("https://receiver.example/events")
    assert failure("https://receiver.example/events") == Failure.ADDRESS


def test_name_with_one_address_that_is_not_public_among_others_is_refused(monkeypatch):
    resolve(monkeypatch, "8.8.8.8", "127.0.0.1")

    assert failure("https://receiver.example/events") == Failure.ADDRESS


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.1", "localhost", "localhost."])
def test_loopback_in_disguise_is_refused(host):
    assert failure(f"https://{host}/events") in {Failure.ADDRESS, Failure.CONNECTION}


def resolve(monkeypatch, *addresses):
    """Let every name lead to these addresses, and count how often names are looked up."""
    looked_up = []

    def getaddrinfo(host, port, **_):
        looked_up.append(host)
        families = {4: socket.AF_INET, 6: socket.AF_INET6}
        return [
            (families[ipaddress.ip_address(each).version], socket.SOCK_STREAM, 6, "", (each, port))
            for each in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return looked_up


def test_name_is_looked_up_once_so_that_it_cannot_change_its_mind(monkeypatch, sink):
    looked_up = resolve(monkeypatch, "127.0.0.1")

    calling.post(sink.url.replace("127.0.0.1", "receiver.example"), b"{}", {})

    assert looked_up == ["receiver.example"]
    assert sink.taken[0][0]["Host"] == f"receiver.example:{sink.server_port}"


@pytest.mark.parametrize(
    "url",
    [
        "http://receiver.example/events",
        "ftp://receiver.example/events",
        "https:///events",
        "https://user:password@receiver.example/events",
        "https://receiver.example/events#part",
        "https://receiver.example:99999/events",
        "https://receiver.example:0/events",
        "https://receiver.example/ev ents",
        "https://receiver.example/\r\nX: y",
        "https://receiver.example/ä",
        "https://receiver.example/" + "a" * 500,
        "https://[::1",
        "receiver.example",
        "",
    ],
)
def test_address_of_another_kind_is_not_called(url):
    assert not calling.is_callable(url)
    assert failure(url) == Failure.ADDRESS


def test_setting_allows_private_addresses_and_http(nearby):
    assert calling.is_callable("http://127.0.0.1:8080/events?key=1")


def test_redirect_is_answered_and_not_followed(sink):
    sink.answer = lambda event: (302, {"Location": sink.url})

    assert calling.post(sink.url, b"{}", {}) == calling.Answer(302)
    assert len(sink.taken) == 1


def test_proxies_and_passwords_of_the_environment_do_not_count(sink, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")

    assert calling.post(sink.url, b"{}", {}).status == 204


def test_nobody_there(nearby):
    assert failure(f"http://127.0.0.1:{free_port()}/") == Failure.CONNECTION


# --- Receivers that take their time ----------------------------------------------------------------------


def timed_failure(port):
    started = time.monotonic()
    found = failure(f"http://127.0.0.1:{port}/")
    return found, time.monotonic() - started


def test_silence_ends_in_time(impatient):
    with receivers.raw(silent) as port:
        found, seconds = timed_failure(port)

    assert found == Failure.TIMEOUT
    assert seconds < 30


def silent(connection):
    while connection.recv(65536):
        pass


def test_answer_that_comes_a_byte_at_a_time_ends_in_time(impatient):
    """Every byte would begin a timeout of the socket anew."""
    with receivers.raw(dripping) as port:
        found, seconds = timed_failure(port)

    assert found == Failure.TIMEOUT
    assert seconds < 30


def dripping(connection):
    for _ in range(600):
        connection.sendall(b"H")
        time.sleep(0.1)


def test_huge_body_is_not_read(nearby):
    """Whoever reads on is broken off when the time is over, and gets no answer."""
    with receivers.raw(endless) as port:
        answer = calling.post(f"http://127.0.0.1:{port}/", b"{}", {})

    assert answer.status == 200


def endless(connection):
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000000\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65536)


@pytest.mark.parametrize(
    "answer", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200]
)
def test_what_is_no_answer_is_a_failure(nearby, answer):
    def talk(connection):
        connection.recv(65536)
        connection.sendall(answer)

    with receivers.raw(talk) as port:
        assert failure(f"http://127.0.0.1:{port}/") == Failure.CONNECTION


def test_slow_name_server_ends_in_time(impatient, monkeypatch):
    answered = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answered.wait(60))
    started = time.monotonic()

    found = failure("https://receiver.example/")

    took = time.monotonic() - started
    answered.set()
    assert found == Failure.TIMEOUT
    assert took < 30


# --- Certificates ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trusted", "name", "expected"),
    [
        (True, "receiver.example", None),
        (True, "other.example", Failure.CERTIFICATE),
        (False, "receiver.example", Failure.CERTIFICATE),
    ],
)
def test_certificate_must_be_trusted_and_of_that_name(nearby, monkeypatch, tmp_path, trust, trusted, name, expected):
    authority = Authority(tmp_path, "authority")
    asked_for = []
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(*authority.issue(name))
    served.sni_callback = lambda sock, host, context: asked_for.append(host)
    if trusted:
        trust(authority)
    resolve(monkeypatch, "127.0.0.1")

    def talk(connection):
        with served.wrap_socket(connection, server_side=True) as encrypted:
            while not encrypted.recv(65536).endswith(b"{}"):
                pass
            encrypted.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    with receivers.raw(talk) as port:
        try:
            found = calling.post(f"https://receiver.example:{port}/", b"{}", {}).status
        except NotAnswered as refused:
            found = refused.failure

    assert found == (expected or 204)
    assert asked_for == ["receiver.example"]
