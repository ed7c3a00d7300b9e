"""Whose certificates count for calls of ours, whatever calls (SSL_CERT_FILE)."""

import contextlib
import ssl
import time

import pytest
import requests
import sentry_sdk
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from core.egress import BodyTooLarge, read_body, set_way_out, tls
from heka_confirm import error_reports
from tests import egress
from tests.running.certificates import Authority
from tests.upstream import receivers


def answered(port):
    """Return what somebody at localhost answers to a session of ours."""
    with requests.Session() as session:
        set_way_out(session)
        return session.get(f"https://localhost:{port}/", timeout=15).text


@contextlib.contextmanager
def served(authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue("localhost"))

    def talk(connection):
        with context.wrap_socket(connection, server_side=True) as line:
            line.recv(65536)
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood")

    with receivers.raw(talk) as port:
        yield port


@pytest.mark.parametrize("by_proxy", [False, True])
def test_own_authority_counts_with_and_without_a_proxy(settings, tmp_path, trust, by_proxy):
    authority = Authority(tmp_path, "authority")
    with egress.running() as proxy:
        settings.EGRESS_PROXY = proxy.url if by_proxy else ""
        with served(authority) as port, pytest.raises(requests.exceptions.SSLError):
            answered(port)
        trust(authority)
        with served(authority) as port:
            assert answered(port) == "good"

    assert len(proxy.asked) == (2 if by_proxy else 0)


def test_public_authorities_go_on_counting_beside_it(tmp_path, trust):
    public = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    public.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    authority = Authority(tmp_path, "authority")
    trust(authority)

    known = tls().get_ca_certs(binary_form=True)

    assert ssl.PEM_cert_to_DER_cert(authority.root.read_text()) in known
    assert set(public.get_ca_certs(binary_form=True)) - set(known) == set()


@pytest.mark.filterwarnings("ignore:The send_default_pii:DeprecationWarning")
def test_reports_of_errors_check_certificates_by_the_same(settings):
    settings.SENTRY_DSN = "https://public@sentry.example/1"

    with contextlib.closing(sentry_sdk.Client(**{**error_reports.options(), "integrations": []})) as client:
        pool = client.transport._pool.connection_from_url("https://sentry.example/")

    assert pool.conn_kw["ssl_context"] is tls()
    assert pool.ca_certs is None


@pytest.mark.parametrize(
    ("seconds", "most", "ends"), [(0.3, 1000, TimeoutError), (60, 2, BodyTooLarge), (60, 1000, None)]
)
def test_answer_that_comes_a_byte_at_a_time_is_read_until_the_deadline_and_to_the_most_that_is_wanted(
    seconds, most, ends
):
    def talk(connection):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n")
        for _ in range(10):
            connection.sendall(b"x")
            time.sleep(0.1)

    with receivers.raw(talk) as port, requests.get(f"http://127.0.0.1:{port}/", stream=True, timeout=15) as response:
        until = time.monotonic() + seconds
        with pytest.raises(ends) if ends else contextlib.nullcontext():
            assert read_body(response.raw, until=until, most=most) == b"x" * 10
