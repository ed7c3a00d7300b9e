"""Why a provider did not take a letter: its code first, then its words, then the status of HTTP.

Its words are read and kept nowhere: they may hold an address.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any

from anymail.exceptions import AnymailError, AnymailRecipientsRefused
from anymail.message import AnymailStatus

from mailing.enums import Failure
from mailing.providers import ANY, Provider, provider_named

logger = logging.getLogger("mailing")

STATUSES = {
    401: Failure.LOGIN,
    402: Failure.QUOTA,
    403: Failure.SENDER,
    404: Failure.SENDER,  # of the domain of the sender
    407: Failure.LOGIN,
    408: Failure.BUSY,
    409: Failure.BUSY,
    420: Failure.QUOTA,  # SparkPost
    423: Failure.BUSY,
    425: Failure.BUSY,
    429: Failure.BUSY,
}
ADDRESS = re.compile(r"\S+@\S+")
# The first that matches counts. What blames an address must name the recipient's field.
WORDS = (
    (r"rate.?limit|too many (requests|connections)|try again|temporar", Failure.BUSY),
    (r"\bsize\b|too (large|big|long)", Failure.ERROR),
    (
        r"api.?key|api.?token|authenticat|credential|unrecogni[sz]ed ip|\bip address",
        Failure.LOGIN,
    ),
    (r"quota|credits?\b|\blimit|exceed|upgrade|payment|billing|plan\b", Failure.QUOTA),
    (r"suppress|blocklist|inactive recipient|unsubscribed", Failure.SUPPRESSED),
    (r"\bfrom\b|sender|verif|suspend|disabled|not activated|sandbox|testing emails|trial", Failure.SENDER),
    (
        r"recipient|errorrelatedto to\b|\b(in|invalid|parsing) ['\"`]?to\b"
        r"|['\"`]?\bto\b['\"`]?(\.\d|\[| (address|email|field|parameter))",
        Failure.INVALID,
    ),
)
SAYABLE = re.compile(r"[\w.#-]{1,60}")  # a code; anything else may be somebody's data


def reason_of_error(error: AnymailError) -> Failure:
    """Return why a provider did not take a letter, given what anymail raised about its answer. The code is logged."""
    body = _body(error.response)
    provider = provider_named(str(error.esp_name or ""))
    refused = isinstance(error, AnymailRecipientsRefused)
    default = Failure.SUPPRESSED if refused else None
    statuses = getattr(getattr(error.email_message, "anymail_status", None), "status", None)
    if refused and statuses == {"invalid"}:
        default = Failure.INVALID
    return _reason(provider, body, _status(error.response), default=default)


def reason_of_answer(name: str, response: Any) -> Failure:
    """Return why a provider that answered well did not take the one letter of the answer. The code is logged."""
    return _reason(provider_named(name), _body(response), _status(response), default=None)


def number_of_taken(status: AnymailStatus) -> str | None:
    """Return the provider's number of the letter that it took, empty if it gave none; None if it took none.

    Some providers name the address as it was sent, in other letters than ours: then anymail has two recipients.
    """
    for each in status.recipients.values():
        if each.status in {"sent", "queued"} or (each.status == "unknown" and each.message_id):
            return str(each.message_id or "")
    return None


def _reason(provider: Provider | None, body: Any, status: int | None, *, default: Failure | None) -> Failure:
    code = _code(provider, body)
    by_code = provider.codes.get(code.removesuffix("exception")) if provider else None
    reason = by_code or default or _by_words(body) or _by_status(status)
    said = code if SAYABLE.fullmatch(code) else ""
    facts = {"provider": provider.name if provider else "", "status": status, "code": said, "failure": reason.value}
    logger.info("answer of the provider: %s", reason.value, extra=facts)
    return reason


def _by_words(body: Any) -> Failure | None:
    text = ADDRESS.sub("", " ".join(_texts(body)).lower())
    return next((reason for words, reason in WORDS if re.search(words, text)), None)


def _by_status(status: int | None) -> Failure:
    """A request that is refused without a word that we know is a fault of ours: every letter would be."""
    if status is None or not 400 <= status < 500:
        return Failure.BUSY
    return STATUSES.get(status, Failure.ERROR)


def _code(provider: Provider | None, body: Any) -> str:
    """Return the provider's own code in an answer, in small letters; empty without one."""
    for path in provider.code_at if provider else ():
        found = body
        for step in path:
            found = _step(found, step)
        if isinstance(found, str | int) and str(found):
            return str(found).lower()
    return ""


def _step(value: Any, step: Any) -> Any:
    if step is ANY:
        return next(iter(value.values() if isinstance(value, Mapping) else value or ()), None)
    if isinstance(value, Mapping):
        return value.get(step)
    return value[step] if isinstance(value, list) and isinstance(step, int) and step < len(value) else None


def _texts(value: Any) -> Iterator[str]:
    """Yield the keys and texts of an answer."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield str(key)
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str):
        yield value


def _status(response: Any) -> int | None:
    if isinstance(response, Mapping):
        response = response.get("ResponseMetadata", {})
        return response.get("HTTPStatusCode") if isinstance(response, Mapping) else None
    return getattr(response, "status_code", None)


def _body(response: Any) -> Any:
    """Return the parsed answer, its text if it cannot be parsed, and None without one."""
    if response is None or isinstance(response, Mapping):  # boto3 has parsed it
        return response
    try:
        return response.json()
    except (AttributeError, ValueError):
        return ""
