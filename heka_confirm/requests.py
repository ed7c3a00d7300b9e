"""What holds for every request and every answer, errors and static files included."""

import ipaddress
import logging
import re
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import add_never_cache_headers

from heka_confirm import errors, logs
from heka_confirm.health import PROBES
from identity.limits import TooMany

logger = logging.getLogger("heka_confirm.access")

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# Our own ids have no digits: nothing in them looks like a personal identity code and is masked in logs.
ID_LETTERS = str.maketrans("0123456789", "ghijklmnop")
SAFE_ID = re.compile(r"[A-Za-z0-9-]{8,64}")

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
        number = _request_id(request)
        # Never taken back: Django logs an error when all middleware is left. The next request sets its own.
        logs.request_id.set(number)
        request.META["REMOTE_ADDR"] = client_address(request)
        response = self.get_response(request)
        response["X-Request-ID"] = number
        _log(request, response.status_code, time.perf_counter() - started)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return errors.too_many(request, exception) if isinstance(exception, TooMany) else None


class SecurityHeadersMiddleware:
    """Sets the headers that no other middleware sets, and keeps personal pages out of every cache."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if not response.has_header("Cache-Control"):
            if _is_personal(request, response):
                add_never_cache_headers(response)
            else:
                response["Cache-Control"] = "no-cache"
        return response


def client_address(request: HttpRequest) -> str:
    """Return the address of the client, counted over TRUSTED_PROXIES proxies in front of us.

    Each of them appends the address it was called from; what stands further left, the client wrote itself.
    """
    peer = str(request.META.get("REMOTE_ADDR", ""))
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if not 0 < settings.TRUSTED_PROXIES <= len(hops):
        return peer
    try:
        address = ipaddress.ip_address(hops[-settings.TRUSTED_PROXIES].strip())
    except ValueError:
        return peer
    return str(getattr(address, "ipv4_mapped", None) or address)


def _request_id(request: HttpRequest) -> str:
    """Return a trusted proxy's id of the request, so that both logs meet; otherwise a fresh one."""
    given = request.META.get("HTTP_X_REQUEST_ID", "") if settings.TRUSTED_PROXIES > 0 else ""
    if SAFE_ID.fullmatch(given) and logs.mask_secrets(given) == given:
        return str(given)
    return uuid.uuid4().hex.translate(ID_LETTERS)


def _is_personal(request: HttpRequest, response: HttpResponseBase) -> bool:
    return bool(response.status_code >= 400 or response.cookies or settings.SESSION_COOKIE_NAME in request.COOKIES)


def _log(request: HttpRequest, status: int, seconds: float) -> None:
    # The path alone: queries hold codes and states. Probes come every few seconds.
    level = logging.DEBUG if request.path_info in PROBES else logging.INFO
    facts = {"method": request.method, "path": request.path, "status": status, "ms": round(seconds * 1000)}
    logger.log(level, "%s %s %s", request.method, request.path, status, extra=facts)
