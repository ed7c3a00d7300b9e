"""What Prometheus reads at /metrics (docs/monitoring.md, ADR 60). Imported only where METRICS_TOKEN is set.

Several web workers of one server count in files of one folder (gunicorn.conf.py), and whichever is asked tells of all
of them. No label is of a person, and each has few values.
"""

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.crypto import constant_time_compare
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector

from core import counting
from heka_confirm.health import METRICS_PATH, PROBES
from heka_confirm.metrics_figures import Figures
from identity import client, providers
from identity.enums import Method

SAMPLE_SECONDS = 1.0
REFUSED = 503  # the database was away; of reports, also that the City's directory was
STATUSES = ("2xx", "3xx", "4xx", "5xx", str(REFUSED))
PAGE, PROBE, REPORT = "page", "probe", "report"
LOGGED_OUT = "/staff/logged-out/"  # by which the City's directory tells of log-outs: no page of staff
# By the first part of a path, or the one behind the language; all other addresses are pages for people.
GROUPS = {
    "static": "static",
    "api": "interface",
    "anymail": REPORT,
    "identification": "identification",
    "identify": "identification",
    "admin": "staff",
    "staff": "staff",
}
BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 6.0, 13.0)  # seconds; at 6 and 13 we answer without database and broker

disable_created_metrics()  # type: ignore[no-untyped-call]  # missing, too, where several workers count
OWN = CollectorRegistry()  # without what the library tells of Python, which is missing where several workers count
SEVERAL = "PROMETHEUS_MULTIPROC_DIR" in os.environ  # as the library itself decides
REQUESTS = Counter("heka_http_requests", "Requests, by address and answer", ["group", "status"], registry=OWN)
SECONDS = Histogram(
    "heka_http_request_duration_seconds", "How long answers took", ["group"], buckets=BUCKETS, registry=OWN
)
COUNTED = {
    "confirmations": Counter("heka_confirmations", "Confirmations given", ["method"], registry=OWN),
    "identifications": Counter(
        "heka_identifications",
        "Ends of identifications, by the word that stands in the log",
        ["provider", "outcome"],
        registry=OWN,
    ),
}
POOL = {
    name: Gauge(f"heka_pool_{name}", what, registry=OWN, multiprocess_mode="livesum")
    for name, what in {
        "limit": "Connections to the database that the web workers may have",
        "size": "Connections that they have",
        "busy": "Connections that are lent to requests",
        "waiting": "Requests that wait for a connection",
    }.items()
}
POOL_REFUSALS = Counter("heka_pool_refusals", "Requests that got no connection in time", registry=OWN)
BROKER_KEYS_END = Gauge(
    "heka_broker_keys_end_timestamp_seconds",
    "When the set of keys ends that a broker has signed and this server has read last",
    ["provider"],
    registry=OWN,
    multiprocess_mode="livemax",
)
FIGURES = Figures()


class MetricsMiddleware:
    """Counts every request, and answers Prometheus, which comes straight to the web server."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        counting.watch(self.count)
        self.begin_with_zero()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info == METRICS_PATH and "HTTP_X_FORWARDED_FOR" not in request.META:
            return scrape(request)
        started = time.perf_counter()
        response = self.get_response(request)
        group, status = group_of(request.path_info), response.status_code
        REQUESTS.labels(group, str(REFUSED) if status == REFUSED else f"{status // 100}xx").inc()
        SECONDS.labels(group).observe(time.perf_counter() - started)
        return response

    @staticmethod
    def count(what: str, words: tuple[str, ...]) -> None:
        """Count one more of what the rooms count (core/counting.py)."""
        COUNTED[what].labels(*words).inc()

    @staticmethod
    def begin_with_zero() -> None:
        """Tell of what has not happened yet: Prometheus sees no increase of what was not there."""
        for method in Method.values:
            COUNTED["confirmations"].labels(method)
        with suppress(providers.InvalidProvider):  # which a check tells better
            for provider in providers.all_providers():
                for outcome in ("identified", "cancelled"):
                    COUNTED["identifications"].labels(provider.id, outcome)
        for group in sorted({*GROUPS.values(), PAGE, PROBE}):
            SECONDS.labels(group)
            for status in STATUSES:
                REQUESTS.labels(group, status)


def scrape(request: HttpRequest) -> HttpResponse:
    """Answer with all metrics, or 401 without the token."""
    if not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"):
        refused = HttpResponse("The token is missing or wrong.\n", status=401, content_type="text/plain")
        refused["WWW-Authenticate"] = "Bearer"
        return refused
    sample()
    told = CollectorRegistry()
    if SEVERAL:
        MultiProcessCollector(told)  # type: ignore[no-untyped-call]  # the library has few types
    told.register(FIGURES)
    text = generate_latest(told) if SEVERAL else generate_latest(OWN) + generate_latest(told)
    return HttpResponse(text, content_type=CONTENT_TYPE_PLAIN_0_0_4, headers={"Cache-Control": "no-store"})


def group_of(path: str) -> str:
    """Return the kind of an address."""
    if path in PROBES:
        return PROBE
    if path == LOGGED_OUT:
        return REPORT
    first, second = (*path.strip("/").split("/"), "")[:2]
    return GROUPS.get(second if first in dict(settings.LANGUAGES) else first, PAGE)


def start_sampling() -> None:
    """Look at the pool of this web worker each second from now on, also while none of its threads gets on."""

    def sample_for_ever() -> None:
        while True:
            sample()
            time.sleep(SAMPLE_SECONDS)

    threading.Thread(target=sample_for_ever, name="metrics", daemon=True).start()


def sample() -> None:
    """Write down how the pool of this process is, and until when the keys of brokers hold that it knows."""
    pool = getattr(connection, "pool", None)  # SQLite has none
    if pool is not None:
        known = pool.get_stats()
        waiting = pool.crowd.waiting + known["requests_waiting"]
        busy = known["pool_size"] - known["pool_available"]
        values = {"limit": pool.max_size, "size": known["pool_size"], "busy": busy, "waiting": waiting}
        for name, value in values.items():
            POOL[name].set(value)
        with _Seen.lock:
            POOL_REFUSALS.inc(pool.refused - _Seen.refusals)
            _Seen.refusals = pool.refused
    for provider, ends in client.ends_of_keys().items():
        BROKER_KEYS_END.labels(provider).set(ends)


class _Seen:
    """How many refusals of the pool are counted already."""

    refusals = 0
    lock = threading.Lock()
