"""The events that are sent to a receiver, as the API's description shows them (`webhooks` of OpenAPI 3.1)."""

import datetime as dt
from typing import Any

from django.conf import settings

from upstream import example
from upstream.meanings import EVENTS

HOW = (
    "Check the signature, note the id, answer 2xx, and work afterwards. The signature is HMAC-SHA256 over "
    "`webhook-id`, a dot, `webhook-timestamp`, a dot and the bytes of the body, with your secret (Base64 after "
    "`whsec_`); one of the signatures in the header must fit. The events of one application come in their order."
)
HEADERS = {
    "webhook-id": ("The id of the event: one that you have had may come again, and is answered 2xx", example.EVENT_ID),
    "webhook-timestamp": (
        "When it was sent, in seconds since 1970; refuse it if that is more than five minutes from now",
        "1795255200",
    ),
    "webhook-signature": (
        "`v1,` and the signature in Base64; two, with a space between, for as long as the former secret signs too",
        "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
    ),
}
UNITS = {"hour": 3600, "minute": 60, "second": 1}


def _length(seconds: float) -> str:
    number, unit = next(((seconds / of, unit) for unit, of in UNITS.items() if seconds >= of), (seconds, "second"))
    return f"{number:g} {unit}{'' if number == 1 else 's'}"


DELAYS = ", ".join(map(_length, settings.WEBHOOK_DELAYS))
ANSWERS = {
    "2XX": "You have it. The body of the answer is not read.",
    "410": "You take no more events: the receiver is disabled, and what waits for it is given up.",
    "429": "Later: nothing is sent to you for as long as `Retry-After` says, up to one hour, or for "
    f"{_length(settings.WEBHOOK_PAUSE)}.",
    "503": "The same as 429.",
    "default": f"It is sent again after {DELAYS}, and after the last of these each time from then on, for "
    f"{settings.WEBHOOK_DAYS} days. So it is after a redirect, and when no answer comes within "
    f"{_length(settings.WEBHOOK_TIMEOUT)}.",
}


# What is the same of each kind of event.
ALIKE: dict[str, Any] = {
    "tags": ["Events"],
    "description": HOW,
    "parameters": [
        {
            "in": "header",
            "name": header,
            "required": True,
            "description": text,
            "schema": {"type": "string"},
            "example": shown,
        }
        for header, (text, shown) in HEADERS.items()
    ],
    "responses": {status: {"description": text} for status, text in ANSWERS.items()},
    "security": [],
}


def webhooks(today: dt.date) -> dict[str, Any]:
    """Return the description of each kind of event, by its name, such as `applicationConfirmed`."""
    described = {}
    for kind, means in EVENTS.items():
        name = "".join(map(str.title, ("application", *kind.split("_"))))
        sent = example.event(kind, today)
        only = {"type": "object", "properties": {"type": {"const": sent["type"]}}}
        schema = {"allOf": [{"$ref": "#/components/schemas/CloudEvent"}, only]}
        content = {"application/cloudevents+json": {"schema": schema, "example": sent}}
        operation = {
            **ALIKE,
            "operationId": f"receive{name}",
            "summary": means.replace("`", ""),
            "requestBody": {"required": True, "content": content},
        }
        described[name[0].lower() + name[1:]] = {"post": operation}
    return described
