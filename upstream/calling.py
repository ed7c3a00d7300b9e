"""A POST to an address that somebody else chose, which gives them no access to our own network.

The name is resolved once, all its addresses must be public, and the connection goes to one of those just checked: a
name that resolves differently a moment later gains nothing. Redirects are not followed, no proxy and no .netrc of
the environment counts, and only the head of the answer is read.

Where EGRESS_PROXY is set, that proxy looks the name up again and connects (docs/networks.md). A name that we can look
up ourselves, and that leads into our own network, is refused all the same; one that only the proxy knows is its to
judge.
"""

import functools
import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from core.egress import Proxy, proxy, tls
from upstream.enums import Failure

Place = tuple[socket.AddressFamily, tuple[str, int]]  # an IP address and a port

PORTS = {"https": 443, "http": 80}
PLAIN = re.compile(r"[!-~]{1,500}")  # visible ASCII, so that an address cannot add to the request
GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
LOOKUP_SECONDS = 2.0  # for a name that the proxy looks up itself, where there may be no name server for us
# A name server may be slow for longer than we wait: few threads may wait for it.
_RESOLVERS = ThreadPoolExecutor(4, thread_name_prefix="resolver")


class NotAnswered(Exception):
    """Nobody answered, or nothing was sent; `failure` tells why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


@dataclass(frozen=True)
class Answer:
    """What matters of the head of an answer."""

    status: int
    retry_after: str | None = None


def is_callable(url: str) -> bool:
    """Tell whether we would call an address. Whether its name leads to a public host is checked later."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    return (
        PLAIN.fullmatch(url) is not None
        and parts.scheme in (PORTS if settings.WEBHOOK_ALLOW_PRIVATE else {"https"})
        and bool(parts.hostname)
        and port != 0
        and "@" not in parts.netloc
        and not parts.fragment
        and not _is_private_literal(parts.hostname or "")
    )


def is_public(address: str) -> bool:
    """Tell whether an IP address is public. An IPv6 address that embeds another address is not."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        return ip in GLOBAL_UNICAST and ip.is_global and ip.sixtofour is None and ip.teredo is None
    return ip.is_global and not ip.is_multicast


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send a body and return the head of the answer, within settings.WEBHOOK_TIMEOUT seconds altogether.

    Raises NotAnswered.
    """
    if not is_callable(url):
        raise NotAnswered(Failure.ADDRESS)
    until = time.monotonic() + settings.WEBHOOK_TIMEOUT
    try:
        return _exchange(urlsplit(url), body, headers, until)
    except ssl.SSLCertVerificationError:
        raise NotAnswered(Failure.CERTIFICATE) from None
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        is_late = isinstance(error, TimeoutError) or time.monotonic() >= until
        raise NotAnswered(Failure.TIMEOUT if is_late else Failure.CONNECTION) from None


def _exchange(url: SplitResult, body: bytes, headers: Mapping[str, str], until: float) -> Answer:
    host = url.hostname or ""
    port = url.port or PORTS[url.scheme]
    by = proxy()
    with closing(_reached(host, port, by, until)) as plain, _hung_up(plain, until):
        if by:
            _ask_for_tunnel(plain, by, f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
        # Encrypted here, so that certificate and SNI follow the name although we connect to an address.
        sock = tls().wrap_socket(plain, server_hostname=host) if url.scheme == "https" else plain
        connection = http.client.HTTPConnection(host, port)
        with closing(connection):
            connection.sock = sock
            path = f"{url.path or '/'}{'?' if url.query else ''}{url.query}"
            connection.request("POST", path, body, {"Host": url.netloc, "Connection": "close", **headers})
            with closing(connection.getresponse()) as response:
                return Answer(response.status, response.getheader("Retry-After"))


def _reached(host: str, port: int, by: Proxy | None, until: float) -> socket.socket:
    """Return a connection to the receiver, or to the proxy on the way to it."""
    if by is None:
        return _connected(_checked(host, port, until), until)
    with suppress(socket.gaierror, TimeoutError):  # a name that only the proxy knows
        _checked(host, port, min(until, time.monotonic() + LOOKUP_SECONDS))
    sock = socket.create_connection((by.host, by.port), timeout=_left(until))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def _ask_for_tunnel(sock: socket.socket, by: Proxy, target: str) -> None:
    """Let the proxy connect us to a host and port. Raises OSError and http.client.HTTPException."""
    given = [f"{name}: {value}" for name, value in {"Host": target, **by.headers}.items()]
    sock.sendall("\r\n".join([f"CONNECT {target} HTTP/1.1", *given, "", ""]).encode("ascii"))
    with closing(http.client.HTTPResponse(sock, method="CONNECT")) as answer:
        answer.begin()
        if not 200 <= answer.status < 300:
            raise OSError("the proxy does not let us through")


def _checked(host: str, port: int, until: float) -> list[Place]:
    lookup = _RESOLVERS.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    found: list[Place] = [
        (family, (str(to[0]), int(to[1]))) for family, _, _, _, to in lookup.result(timeout=_left(until))
    ]
    if not settings.WEBHOOK_ALLOW_PRIVATE and not all(is_public(address) for _, (address, _) in found):
        raise NotAnswered(Failure.ADDRESS)
    return found


def _connected(places: list[Place], until: float) -> socket.socket:
    failed = OSError("no address")
    for family, address in places:
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(_left(until))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # head and body leave in two pieces
            sock.connect(address)
        except OSError as error:
            sock.close()
            failed = error
        else:
            return sock
    raise failed


@contextmanager
def _hung_up(sock: socket.socket, until: float) -> Iterator[None]:
    """Break the connection off when the time is over: a timeout of the socket starts again with every byte."""
    sock.settimeout(_left(until))
    # A separate descriptor: encrypting takes over the first one, and closes it.
    handle = sock.dup()
    timer = threading.Timer(_left(until), functools.partial(_break_off, handle))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        handle.close()


def _break_off(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the other side was faster


def _left(until: float) -> float:
    """Return the seconds left, more than 0. Raises TimeoutError."""
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def _is_private_literal(host: str) -> bool:
    try:
        return not (settings.WEBHOOK_ALLOW_PRIVATE or is_public(host))
    except ValueError:  # a name; that of whoever looks it up, whom no name server is asked for (RFC 6761)
        return not settings.WEBHOOK_ALLOW_PRIVATE and f".{host.rstrip('.')}".endswith(".localhost")
