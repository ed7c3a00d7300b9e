"""Events that go by the proxy of EGRESS_PROXY. What is called directly: test_calling.py."""

import socket

import pytest

from tests import egress
from tests.ports import free_port
from tests.upstream.test_calling import failure, resolve
from upstream import calling
from upstream.enums import Failure


@pytest.fixture
def proxy(settings):
    with egress.running() as proxy:
        settings.EGRESS_PROXY = proxy.url
        yield proxy


@pytest.fixture
def unknown_names(monkeypatch):
    """Let this machine know no name, as behind a proxy that looks names up itself."""
    known = socket.getaddrinfo

    def getaddrinfo(host, *arguments, **options):
        if host.endswith(".example"):
            raise socket.gaierror(socket.EAI_NONAME, "not known")
        return known(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def test_event_arrives_through_the_proxy_which_looks_the_name_up(proxy, sink, unknown_names):
    answer = calling.post(sink.url.replace("127.0.0.1", "receiver.example"), b"{}", {})

    assert answer.status == 204
    assert proxy.asked == [("CONNECT", f"receiver.example:{sink.server_port}", None)]
    assert sink.taken[0][0]["Host"] == f"receiver.example:{sink.server_port}"


def test_proxy_is_told_who_we_are_and_the_receiver_is_not(settings, proxy, sink):
    settings.EGRESS_PROXY = proxy.url.replace("//", "//heka:s%40cret@")

    calling.post(sink.url, b"{}", {})

    assert [asked[2] for asked in proxy.asked] == ["Basic aGVrYTpzQGNyZXQ="]
    assert "Proxy-Authorization" not in sink.taken[0][0]


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "[::1]", "169.254.169.254", "localhost.", "x.LOCALHOST"])
def test_private_address_is_refused_before_the_proxy_is_asked(proxy, address):
    assert failure(f"https://{address}/events") == Failure.ADDRESS
    assert proxy.asked == []


def test_name_that_leads_into_our_network_is_refused_before_the_proxy_is_asked(proxy, monkeypatch):
    resolve(monkeypatch, "10.1.2.3")

    assert failure("https://receiver.example/events") == Failure.ADDRESS
    assert proxy.asked == []


def test_proxy_that_refuses_or_is_away_is_a_failed_call(settings, proxy, sink, unknown_names):
    proxy.refuses = True
    refused = failure("https://receiver.example/events")
    settings.EGRESS_PROXY = f"http://127.0.0.1:{free_port()}"

    assert [refused, failure("https://receiver.example/events")] == [Failure.CONNECTION, Failure.CONNECTION]
    assert sink.taken == []
