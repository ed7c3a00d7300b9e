"""The probes of the platform: is this process alive, and can it serve?

Probes call a container by its own address, which is not in ALLOWED_HOSTS. So they are answered before anything
looks at the host.
"""

import functools
from collections.abc import Callable

from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from core.postgresql import patience
from mailing.outages import present_outage

ANSWER_SECONDS = 2.0  # a probe that gets no answer says less than one that is told


def healthz(request: HttpRequest) -> HttpResponse:
    """Tell that this process answers. The database is not asked."""
    return HttpResponse("ok", content_type="text/plain; charset=utf-8")


def readiness(request: HttpRequest) -> JsonResponse:
    """Tell whether the database answers and has every migration, 503 otherwise; and whether emails leave.

    Pages are served without emails too: these wait in the database.
    """
    facts = {"database": True, "migrations": False}
    try:
        with patience.at_most(ANSWER_SECONDS):
            facts["migrations"] = _migrations() <= set(MigrationRecorder(connection).applied_migrations())
            mail = {"mail": present_outage() is None} if facts["migrations"] else {}
    except DatabaseError:
        facts, mail = {"database": False, "migrations": False}, {}
    ready = all(facts.values())
    return JsonResponse({"status": "ok" if ready else "unavailable", **facts, **mail}, status=200 if ready else 503)


@functools.cache
def _migrations() -> frozenset[tuple[str, str]]:
    """Return the migrations of this release, which are read from disk once."""
    return frozenset(MigrationLoader(None).disk_migrations or ())


PROBES = {"/healthz": healthz, "/readiness": readiness}
METRICS_PATH = "/metrics"  # answered by metrics.py, where that is switched on


class HealthMiddleware:
    """Answers the probes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return PROBES.get(request.path_info, self.get_response)(request)
