"""The probes of the platform: is this process alive, and can it serve?

Probes call a container by its own address, which is not in ALLOWED_HOSTS. So they are answered before anything
looks at the host.
"""

import functools
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from core.postgresql import patience
from core.read_only import is_writable
from mailing.outages import present_outage, present_outbox
from records import audit_sending

ANSWER_SECONDS = 2.0  # a probe that gets no answer says less than one that is told


def healthz(request: HttpRequest) -> HttpResponse:
    """Tell that this process answers. The database is not asked."""
    return HttpResponse("ok", content_type="text/plain; charset=utf-8")


def readiness(request: HttpRequest) -> JsonResponse:
    """Tell whether the database answers and has every migration, 503 otherwise; and what else is to be known.

    A database that takes no writes is told by status "read-only", with 200: whoever is signed in reads on, all public
    pages stand, and others get a page of ours in their language. As all web servers have the same database, 503 would
    take out every one of them, and leave people with the proxy's page (ADR 61). Pages are served without emails and
    without the City's audit log too: these wait in the database. The release is told by the names that the City's
    services use.
    """
    facts: dict[str, Any] = {"database": True, "migrations": False}
    try:
        with patience.at_most(ANSWER_SECONDS):
            facts["migrations"] = _migrations() <= set(MigrationRecorder(connection).applied_migrations())
            if facts["migrations"]:
                facts |= {"writable": is_writable(), "mail": present_outage() is None, "outbox": present_outbox()}
                facts |= {"audit_log": not audit_sending.is_late()} if settings.AUDIT_LOG else {}
    except DatabaseError:
        facts = {"database": False, "migrations": False}
    ready = facts["database"] and facts["migrations"]
    status = "unavailable" if not ready else "ok" if facts["writable"] else "read-only"
    return JsonResponse({"status": status, **facts, **settings.RELEASE}, status=200 if ready else 503)


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
