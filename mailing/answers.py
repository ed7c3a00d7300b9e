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
from mailing.paths import text_at
from mailing.providers import Provider, provider_named

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
    provider = provider_named(str(error.esp_name or ""))
    refused = isinstance(error, AnymailRecipientsRefused)
    default = Failure.SUPPRESSED if refused else None
    statuses = getattr(getattr(error.email_message, "anymail_status", None), "status", None)
    if refused and statuses == {"invalid"}:
        default = Failure.INVALID
    return _reason(provider, *_read(error.response), default=default)


def reason_of_answer(name: str, response: Any) -> Failure:
    """Return why a provider that answered well did not take the one letter of the answer. The code is logged."""
    return _reason(provider_named(name), *_read(response))


def number_of_taken(status: AnymailStatus) -> str | None:
    """Return the provider's number of the letter that it took, empty if it gave none; None if it took none.

    Some providers name the address as it was sent, in other letters than ours: then anymail has two recipients.
    """
    for each in status.recipients.values():
        if each.status in {"sent", "queued"} or (each.status == "unknown" and each.message_id):
            return str(each.message_id or "")
    return None


def _reason(provider: Provider | None, body: Any, status: int | None, *, default: Failure | None = None) -> Failure:
    code = next(filter(None, (text_at(body, path) for path in provider.code_at)), "") if provider else ""
    reason = provider.codes.get(code.removesuffix("exception")) if provider else None
    if reason is None:
        said = ADDRESS.sub("", " ".join(_texts(body)).lower())
        reason = default or next((meant for words, meant in WORDS if re.search(words, said)), None)
    if reason is None:
        # Refused without a word that we know: a fault of ours, for every letter would be.
        is_refused = status is not None and 400 <= status < 500
        reason = STATUSES.get(status or 0, Failure.ERROR) if is_refused else Failure.BUSY
    facts = {
        "provider": provider.name if provider else "",
        "status": status,
        "code": code if SAYABLE.fullmatch(code) else "",
        "failure": reason.value,
    }
    logger.info("answer of the provider: %s", reason.value, extra=facts)
    return reason


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


def _read(answer: Any) -> tuple[Any, int | None]:
    """Return what an answer says, parsed if it can be, and its status of HTTP."""
    if isinstance(answer, Mapping):  # boto3 has parsed it
        number = text_at(answer, "ResponseMetadata.HTTPStatusCode")
        return answer, int(number) if number.isdecimal() else None
    status: int | None = getattr(answer, "status_code", None)
    try:
        return answer.json(), status
    except (AttributeError, ValueError):
        return "", status
