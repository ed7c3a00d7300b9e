"""Which of anymail's webhooks are served, and how they read what is not as they expect."""

import datetime as dt
import logging
import warnings
from collections.abc import Callable
from typing import Any

from anymail.exceptions import (
    AnymailConfigurationError,
    AnymailError,
    AnymailInsecureWebhookWarning,
    AnymailWebhookValidationFailure,
)
from anymail.signals import AnymailTrackingEvent, EventType, tracking
from anymail.urls import urlpatterns as all_webhooks
from anymail.webhooks.base import AnymailCoreWebhookView
from django.http import HttpRequest
from django.urls import URLPattern, path

from mailing.providers import BACKENDS

logger = logging.getLogger("mailing")

# What anymail's readers raise when a key is missing or something stands for something else.
UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, OSError, AssertionError)


def tracking_webhooks(backend: str) -> list[URLPattern]:
    """Return the delivery webhook of an e-mail backend, if only the provider can call it."""
    return [pattern for pattern in of_backend(backend) if insecurity(pattern) is None]


def of_backend(backend: str) -> list[URLPattern]:
    """Return the delivery webhook of an e-mail backend (dotted path); an empty list if it is not anymail's."""
    if not backend.startswith(BACKENDS):
        return []
    provider = backend.removeprefix(BACKENDS).split(".")[0]
    own = {f"{provider}/tracking/", f"{provider}/"}
    return [
        path(str(pattern.pattern), _patient(pattern.callback.view_class).as_view(), name=pattern.name)
        for pattern in all_webhooks
        if str(pattern.pattern) in own
    ]


def insecurity(pattern: URLPattern) -> str | None:
    """Return why anybody could call a webhook, which has neither a secret nor a signature; None if it has one."""
    view = pattern.callback.view_class  # type: ignore[attr-defined]  # each is a class-based view
    with warnings.catch_warnings():
        warnings.simplefilter("error", AnymailInsecureWebhookWarning)
        try:
            served = view()
        except (AnymailInsecureWebhookWarning, AnymailConfigurationError) as error:
            return str(error)
    # Mandrill's view misses its key only when it is called.
    return None if getattr(served, "webhook_key", "") is not None else f"{served.esp_name} needs its WEBHOOK_KEY."


def _patient(view: type[AnymailCoreWebhookView]) -> type[AnymailCoreWebhookView]:
    """Return a webhook of anymail that leaves out the reports that it cannot read, and handles the others.

    An error would be answered by repeating the whole batch, for days, and by providers that switch the webhook off.
    """

    class Patient(view):  # type: ignore[misc]
        def run_validators(self, request: HttpRequest) -> None:
            try:
                super().run_validators(request)
            except AnymailWebhookValidationFailure:
                raise
            except (*UNREADABLE, RecursionError, AnymailError) as error:
                raise AnymailWebhookValidationFailure(f"unreadable: {type(error).__name__}") from None

        def parse_events(self, request: HttpRequest) -> list[AnymailTrackingEvent]:
            events: list[AnymailTrackingEvent] = _or(super().parse_events, [])(request)
            self.signal = getattr(self, "signal", None) or tracking  # Mandrill's view chooses by its first report
            for event in events:  # what tracking.py relies on
                if event.timestamp is not None and event.timestamp.tzinfo is None:
                    event.timestamp = event.timestamp.replace(tzinfo=dt.UTC)
                event.metadata = event.metadata if isinstance(event.metadata, dict) else {}
            return events

        def unwrap_event(self, raw_event: Any) -> Any:
            return _or(super().unwrap_event, (None, None, raw_event))(raw_event)

        def esp_to_anymail_event(self, *arguments: Any) -> AnymailTrackingEvent:
            read = _or(super().esp_to_anymail_event, AnymailTrackingEvent(event_type=EventType.UNKNOWN))
            event: AnymailTrackingEvent = read(*arguments)
            return event

    return Patient


def _or(read: Callable[..., Any], instead: Any) -> Callable[..., Any]:
    """Return a reader that gives something else, and a warning, for what it cannot read."""

    def reading(*arguments: Any) -> Any:
        try:
            return read(*arguments)
        except (*UNREADABLE, RecursionError, AnymailError, AnymailConfigurationError) as error:
            # Neither the report nor what anymail says of it: both may hold an address.
            logger.warning("unreadable report of a provider", extra={"outcome": type(error).__name__})
            return instead

    return reading
