"""How this machine reaches others over HTTP: by which proxy, if any (EGRESS_PROXY), and whose certificates count.

Brokers, receivers of events and providers of email are called so, mail servers are not. HTTPS_PROXY and the other
variables that libraries read by themselves count nowhere, so that one setting says what happens. What SSL_CERT_FILE
names is trusted besides the public authorities, by every call.
"""

import base64
import functools
import ssl
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import BaseHTTPResponse, PoolManager, ProxyManager


@dataclass(frozen=True)
class Proxy:
    """Where the proxy is, and the header by which it knows us."""

    host: str
    port: int
    headers: dict[str, str]


def proxy() -> Proxy | None:
    """Return the proxy, None if others are called directly."""
    if not settings.EGRESS_PROXY:
        return None
    parts = urlsplit(settings.EGRESS_PROXY)
    user = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    headers = {"Proxy-Authorization": f"Basic {base64.b64encode(user.encode()).decode()}"} if parts.username else {}
    return Proxy(parts.hostname or "", parts.port or 80, headers)


@functools.cache
def tls() -> ssl.SSLContext:
    """Return the context that checks certificates of others, for every call of this process.

    It trusts the authorities that the system trusts, those of certifi, as systems may have none of their own, and
    those of SSL_CERT_FILE.
    """
    context = ssl.create_default_context()
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    return context


class _Adapter(HTTPAdapter):
    """Checks certificates by `tls`: a bundle that requests is given would count instead of the others."""

    def init_poolmanager(self, *sizes: Any, **more: Any) -> None:
        super().init_poolmanager(*sizes, ssl_context=tls(), **more)

    def proxy_manager_for(self, proxy: str, **more: Any) -> Any:
        return super().proxy_manager_for(proxy, ssl_context=tls(), **more)

    def cert_verify(self, conn: Any, *_: Any) -> None:
        conn.cert_reqs = "CERT_REQUIRED"


def way_out() -> PoolManager:
    """Return what connects to others, by the proxy if there is one, and verifies by `tls`."""
    by = proxy()
    if by is None:
        return PoolManager(ssl_context=tls())
    return ProxyManager(settings.EGRESS_PROXY, proxy_headers=by.headers, ssl_context=tls())


def set_way_out(session: requests.Session) -> None:
    """Let a session call by the proxy if there is one, by nothing that the environment names, and verify by `tls`."""
    session.trust_env = False
    session.proxies = dict.fromkeys(("http", "https"), settings.EGRESS_PROXY) if settings.EGRESS_PROXY else {}
    session.mount("https://", _Adapter())


class BodyTooLarge(Exception):
    """An answer has more bytes than whoever asked is ready to read."""


def read_body(response: BaseHTTPResponse, *, until: float, most: int) -> bytes:
    """Return the bytes of an answer that was asked for as a stream, as they came.

    Raises TimeoutError when they go on coming after `until` (by the monotonic clock), and BodyTooLarge.
    """
    body = b""
    # stream() would wait until a piece is full, and a server may send a byte at a time.
    while piece := response.read1(64 * 1024):
        body += piece
        if time.monotonic() > until:
            raise TimeoutError
        if len(body) > most:
            raise BodyTooLarge
    return body
