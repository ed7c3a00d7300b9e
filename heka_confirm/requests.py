"""Middleware for every request and response, including errors and static files."""

import hashlib
import ipaddress
import logging
import re
import time
from collections.abc import Callable
from typing import Any

from csp.constants import HEADER
from csp.middleware import CSPMiddleware, PolicyParts
from csp.utils import build_policy
from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware import gzip, http
from django.utils.cache import add_never_cache_headers, patch_vary_headers

from core.postgresql import patience
from core.request_ids import WELL_FORMED, new_request_id, request_id, route
from heka_confirm import errors, logs, search_engines
from heka_confirm.health import METRICS_PATH, PROBES
from identity.limits import TooMany

logger = logging.getLogger("heka_confirm.access")

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# Answers that refuse somebody. Whom they refuse stands in the log, if that is known: pages that were seen do not.
REFUSALS = {401, 403, 404, 429}
MOST_KNOWN = 100  # compressed pages of about 3 KB
OF_PROGRAMS = ("/api/", "/anymail/")  # paths that no browser opens by itself
BRACKETS = re.compile(r"\[([^\[\]]+)\](?::\d{1,5})?")  # around an IPv6 address, with a port behind or without

HEADERS = {
    "Permissions-Policy": "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-create=(self), "
    "publickey-credentials-get=(self), usb=(), xr-spatial-tracking=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class RequestContextMiddleware:
    """Gives each request its id, client address and line in the access log, and answers TooMany."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        # A trusted proxy's id of the request is kept, so that both logs meet.
        given = str(request.META.get("HTTP_X_REQUEST_ID", "")) if settings.TRUSTED_PROXIES > 0 else ""
        is_safe = WELL_FORMED.fullmatch(given) and logs.mask_secrets(given) == given
        number = given if is_safe else new_request_id()
        # Never reset: Django logs errors after all middleware has ended. The next request sets its own id.
        request_id.set(number)
        route.set(None)
        request.META["REMOTE_ADDR"] = client_address(request)
        with patience.at_most(patience.REQUEST_SECONDS):
            response = self.get_response(request)
        response["X-Request-ID"] = number
        # The path alone: queries hold codes and states. Probes and metrics are asked for every few seconds.
        level = logging.DEBUG if request.path_info in {*PROBES, METRICS_PATH} else logging.INFO
        ms = round((time.perf_counter() - started) * 1000)
        facts = {"method": request.method, "path": request.path, "status": response.status_code, "ms": ms}
        if response.status_code in REFUSALS and (user := getattr(request, "_cached_user", None)):  # nobody asks anew
            facts["user"] = user.pk
        logger.log(level, "%s %s %s", request.method, request.path, response.status_code, extra=facts)
        return response

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        """Remember the name of the address, for a report of an error."""
        route.set(request.resolver_match.view_name if request.resolver_match else None)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return errors.too_many(request, exception) if isinstance(exception, TooMany) else None


class NotAllowedMiddleware:
    """Gives a page to the answer 405, which Django leaves empty. The innermost, so that the page has all headers.

    TRACE is refused at every address: it would repeat what proxies add to a request.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method == "TRACE":
            return errors.not_allowed(request, "GET, HEAD, POST")
        response = self.get_response(request)
        is_empty = response.status_code == 405 and isinstance(response, HttpResponse) and not response.content
        return errors.not_allowed(request, response.get("Allow", "")) if is_empty else response


class PolicyMiddleware(CSPMiddleware):
    """Writes the policy of the settings, made once; django-csp makes that of a view with one of its own."""

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self.policy = build_policy()

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if settings.DEBUG or self.get_policy_parts(request, response) != PolicyParts():
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self.policy)
        return response


class HttpsOnlyMiddleware:
    """Refuses programs that come by plain HTTP, before SecurityMiddleware would lead them to https.

    A redirect would hide that their token, or what they tell of people, went unencrypted every time. Browsers are led.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.SECURE_SSL_REDIRECT and request.path_info.startswith(OF_PROGRAMS) and not request.is_secure():
            told = {
                "title": "Use https",
                "status": 403,
                "detail": "Nothing was done. Replace your token.",
            }
            return JsonResponse(told, status=403, content_type="application/problem+json")
        return self.get_response(request)


class ConditionalGetMiddleware(http.ConditionalGetMiddleware):
    """Answers 304 for a page that has not changed, but for none that must not be stored.

    Django leaves those without an ETag, but would compare one of theirs: that of the REST interface is of the
    application's content (RFC 9110, If-Match for PUT), and its state changes without it.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        return super().process_response(request, response) if self.needs_etag(response) else response


class GZipMiddleware(gzip.GZipMiddleware):
    """Compresses what a browser can unpack, but no answer of the REST interface that has an ETag.

    Such an ETag names the version of an application. Compression would weaken it, and If-Match compares strong ones
    only (RFC 9110). These answers are of one application, and small; pages of many have none and are compressed.

    A page for everybody is compressed once for as long as it says the same.
    """

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self.known: dict[bytes, bytes] = {}  # compressed pages, by the digest of all that they say

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        names_version = response.has_header("ETag") and "no-store" in response.get("Cache-Control", "")
        if names_version:
            return response
        if not isinstance(response, HttpResponse) or not _is_for_everybody(request, response):
            return super().process_response(request, response)
        page = hashlib.sha256(response.content).digest()
        known = self.known.get(page)
        if known is not None and gzip.re_accepts_gzip.search(request.META.get("HTTP_ACCEPT_ENCODING", "")):
            patch_vary_headers(response, ("Accept-Encoding",))
            response.content = known
            response["Content-Length"] = str(len(response.content))
            response["Content-Encoding"] = "gzip"
            if response.get("ETag", "").startswith('"'):
                response["ETag"] = f"W/{response['ETag']}"
            return response
        compressed = super().process_response(request, response)
        if isinstance(compressed, HttpResponse) and compressed.get("Content-Encoding") == "gzip":
            if len(self.known) >= MOST_KNOWN:
                self.known.clear()
            self.known[page] = compressed.content
        return compressed


class SecurityHeadersMiddleware:
    """Sets the headers that no other middleware sets; keeps personal pages out of every cache.

    Every page is kept out of search engines that is not on their list; static files may stand beside it there.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if not (isinstance(response, FileResponse) or search_engines.may_show(request)):
            response["X-Robots-Tag"] = "noindex"
        if _is_for_everybody(request, response):
            response["Cache-Control"] = "no-cache"
        elif not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response


def _is_for_everybody(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Tell whether an answer is the same for all who ask, and no view says otherwise."""
    has_cookie = bool(response.cookies) or settings.SESSION_COOKIE_NAME in request.COOKIES
    return not (response.has_header("Cache-Control") or response.status_code >= 400 or has_cookie)


def client_address(request: HttpRequest) -> str:
    """Return the address of the client behind the TRUSTED_PROXIES proxies in front of us.

    Each proxy appends the address from which it was called. The client itself may have written what stands further
    left. The header `Forwarded` (RFC 7239) is not read.
    """
    peer = str(request.META.get("REMOTE_ADDR", ""))
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    counted = hops[-settings.TRUSTED_PROXIES] if 0 < settings.TRUSTED_PROXIES <= len(hops) else ""
    return _address(counted) or _address(peer) or peer


def _address(hop: str) -> str:
    """Return the IP address that a proxy has written, empty if it is none.

    Some add the port, some write IPv6 in brackets, and a socket for both kinds writes IPv4 within IPv6. The zone of a
    link-local address is left out.
    """
    written = hop.strip()
    if in_brackets := BRACKETS.fullmatch(written):
        written = in_brackets[1]
    elif written.count(":") == 1:  # an IPv6 address has two at least
        written = written.partition(":")[0]
    try:
        address = ipaddress.ip_address(written.partition("%")[0])
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)
