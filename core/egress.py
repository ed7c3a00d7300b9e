"""The proxy by which this machine reaches others over HTTP (EGRESS_PROXY), if it does not reach them itself.

Brokers, receivers of events and providers of email are called by it, mail servers are not. HTTPS_PROXY and the other
variables that libraries read by themselves count nowhere, so that one setting says what happens.
"""

import base64
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import requests
from django.conf import settings


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


def send_by_proxy(session: requests.Session) -> None:
    """Let a session call by the proxy if there is one, and by nothing that the environment names."""
    session.trust_env = False
    session.proxies = dict.fromkeys(("http", "https"), settings.EGRESS_PROXY) if settings.EGRESS_PROXY else {}
