"""Reports of errors to Sentry, or to what speaks like it (SENTRY_DSN), in which there is nothing of anybody (R17).

What the log calls an error is reported, and what ends a process. A report names the kinds of exceptions, the places
in the code, the release, the id of the request and the name of its address; nothing else is let through, so that what
a later release of the library adds stays here too. The texts of exceptions stay as well: a database repeats in them
what somebody has typed. The library is imported only where SENTRY_DSN is set.
"""

import logging
import sys
from typing import Any

import sentry_sdk
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.dedupe import DedupeIntegration
from sentry_sdk.integrations.excepthook import ExcepthookIntegration
from sentry_sdk.integrations.logging import LoggingIntegration, ignore_logger
from sentry_sdk.integrations.threading import ThreadingIntegration
from sentry_sdk.transport import HttpTransport
from sentry_sdk.types import Event, Hint
from sentry_sdk.utils import BadDsn, event_from_exception

from core.egress import tls
from core.request_ids import request_id, route

KEPT = ("event_id", "timestamp", "platform", "level", "logger", "release", "environment", "sdk")
KEPT_OF_VALUE = ("type", "module", "current", "crashed")  # of an exception, or of a thread
KEPT_OF_MECHANISM = ("type", "handled")
KEPT_OF_FRAME = ("module", "function", "filename", "lineno", "in_app")


class Transport(HttpTransport):
    """Checks certificates as every call of ours does: the library's own would know SSL_CERT_FILE and nothing else."""

    def _get_pool_options(self) -> dict[str, Any]:
        return {**super()._get_pool_options(), "ca_certs": None, "ssl_context": tls()}


def start() -> None:
    """Report errors of this process from now on. Raises ImproperlyConfigured for an address that is none."""
    ignore_logger("django.security.*")  # what strangers can cause at will: the log has it
    try:
        sentry_sdk.init(**options())
    except BadDsn:
        raise ImproperlyConfigured("SENTRY_DSN: Not the address of a project: https://KEY@HOST/NUMBER.") from None


def options() -> dict[str, Any]:
    """Return the options of sentry-sdk. Each keeps something at home by itself, and without_people all of it."""
    return {
        "dsn": settings.SENTRY_DSN,
        "environment": settings.SENTRY_ENVIRONMENT or None,
        "release": settings.RELEASE["packageVersion"] or settings.RELEASE["commitHash"] or None,
        "before_send": without_people,
        "before_send_transaction": lambda _event, _hint: None,
        "send_default_pii": False,
        "include_local_variables": False,
        "include_source_context": False,
        "max_request_body_size": "never",
        "max_breadcrumbs": 0,
        "attach_stacktrace": True,
        "server_name": "web",
        "traces_sample_rate": None,
        "trace_propagation_targets": [],  # no broker is told of traces
        "auto_session_tracking": False,
        "send_client_reports": False,
        "spotlight": False,
        "transport": Transport,
        # As everywhere, only this proxy counts, and none that the environment names.
        "http_proxy": settings.EGRESS_PROXY,
        "https_proxy": settings.EGRESS_PROXY,
        # None that looks into requests, statements or calls.
        "default_integrations": False,
        "auto_enabling_integrations": False,
        "integrations": [
            AtexitIntegration(callback=lambda _pending, _timeout: None),
            DedupeIntegration(),
            ExcepthookIntegration(),
            LoggingIntegration(level=None, event_level=logging.ERROR, sentry_logs_level=None),
            ThreadingIntegration(propagate_scope=False),
        ],
    }


def without_people(event: Event, hint: Hint) -> Event | None:
    """Return what may leave of a report: a new one, of what is known to name nobody. None for answers with 503.

    While the database is away each page and each probe is one, and `/readiness` tells it better.
    """
    given: dict[str, Any] = dict(event)
    kept: dict[str, Any] = {name: given[name] for name in KEPT if name in given}
    record: logging.LogRecord | None = hint.get("log_record")
    if getattr(record, "status_code", None) == 503:
        return None
    if record:
        kept["logentry"] = {"message": f"{record.name}: {record.module}.{record.funcName}, line {record.lineno}"}
        if "exception" not in given and sys.exc_info()[0]:  # it is told without its text (core.worker.log_fault)
            given = dict(event_from_exception(sys.exc_info(), client_options=sentry_sdk.get_client().options)[0])
    for part in ("exception", "threads"):
        values = []
        for value in given.get(part, {}).get("values", []):
            mechanism = value.get("mechanism") or {}
            frames = (value.get("stacktrace") or {}).get("frames") or []
            named = {name: value[name] for name in KEPT_OF_VALUE if name in value}
            named["mechanism"] = {name: mechanism[name] for name in KEPT_OF_MECHANISM if name in mechanism}
            named["stacktrace"] = {"frames": [{name: frame.get(name) for name in KEPT_OF_FRAME} for frame in frames]}
            values.append(named)
        if values:
            kept[part] = {"values": values}
    found = {"request_id": request_id.get(), "route": route.get()}
    kept["tags"] = {name: value for name, value in found.items() if value}
    return kept  # type: ignore[return-value]  # of the same shape
