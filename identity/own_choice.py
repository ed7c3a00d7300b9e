"""The choice of a bank or app on our own page, where the broker tells what there is (OP's embedded UI).

Source: OP Identity Service Broker API, §§ 5–7. The broker's information, consent and privacy notice must be shown
with the choice. When any of it is missing, or does not come in time, people choose on the broker's own page.
"""

import logging
import re
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from django.utils.translation import get_language

from identity import client, provider_faults
from identity.providers import Provider
from identity.refusals import IdentificationFailed

logger = logging.getLogger(__name__)

DEADLINE_SECONDS = 2.0  # a page waits for it
FRESH_SECONDS = 5 * 60.0  # so that a disturbance is soon seen
AGAIN_SECONDS = 60.0  # after which a broker that did not answer is asked again
MOST_MEANS, LONGEST_TEXT = 50, 2000
ID = re.compile(r"[A-Za-z0-9_.-]{1,60}")


class Means(NamedTuple):
    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a broker offers, in its order and in the person's language, and what it wants shown beside it."""

    means: list[Means]
    about: str
    consent: str
    privacy_text: str
    privacy_link: str
    disturbance: str = ""  # header of a notice that something does not work
    disturbance_text: str = ""


@dataclass
class _Shelf:
    """The last answer of one broker in one language. One thread asks; the others use what there is."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    choice: Choice | None = None
    until: float = 0.0  # by the monotonic clock


_SHELVES: dict[tuple[str, str], _Shelf] = {}


def offers(providers: Iterable[Provider]) -> list[tuple[Provider, Choice | None]]:
    """Return each provider with what it offers in the language in use; None where people choose on its own page."""
    return [(provider, _offer(provider, get_language() or "")) for provider in providers]


def means_of(provider: Provider, chosen: str) -> str:
    """Return the id of the means that somebody chose here, or an empty text where that is not for us to choose."""
    may_choose = provider.claims.own_choice and provider.embedded_ui_endpoint
    return chosen if may_choose and ID.fullmatch(chosen) else ""


def forget_offers() -> None:
    """Forget what brokers offered, so that they are asked again."""
    _SHELVES.clear()


def _offer(provider: Provider, language: str) -> Choice | None:
    if not (provider.claims.own_choice and provider.embedded_ui_endpoint):
        return None
    shelf = _SHELVES.setdefault((provider.id, language), _Shelf())
    if time.monotonic() < shelf.until or not shelf.lock.acquire(blocking=False):
        return shelf.choice
    try:
        shelf.choice = _ask(provider, language)
        shelf.until = time.monotonic() + (FRESH_SECONDS if shelf.choice else AGAIN_SECONDS)
    finally:
        shelf.lock.release()
    return shelf.choice


def _ask(provider: Provider, language: str) -> Choice | None:
    query = urlencode({"lang": provider.locale(language)})
    address = f"{provider.embedded_ui_endpoint.rstrip('/')}/{quote(provider.client_id, safe='')}?{query}"
    try:
        return _read(client.fetch_json(address, client.Deadline(DEADLINE_SECONDS)))
    except IdentificationFailed as failure:
        logger.warning("Choice at %s: %s", provider.id, failure.word)
    except ValueError:
        logger.warning("Choice at %s: malformed", provider.id)
    return None


def _read(answer: dict[str, Any]) -> Choice:
    """Return what an answer offers. Raises ValueError when it lacks anything that must be shown."""
    means, disturbance = answer.get("identityProviders"), answer.get("disturbanceInfo") or {}
    link = _text(answer, "privacyNoticeLink")
    if not isinstance(means, list) or not 0 < len(means) <= MOST_MEANS or not isinstance(disturbance, dict):
        raise ValueError("identityProviders")
    if not provider_faults.is_safe(link):
        raise ValueError("privacyNoticeLink")
    return Choice(
        means=[_means(one) for one in means],
        about=_text(answer, "isbProviderInfo"),
        consent=_text(answer, "isbConsent"),
        privacy_text=_text(answer, "privacyNoticeText"),
        privacy_link=link,
        disturbance=_text(disturbance, "header") if disturbance else "",
        disturbance_text=_text(disturbance, "text") if disturbance else "",
    )


def _means(one: Any) -> Means:
    if not isinstance(one, dict) or not ID.fullmatch(_text(one, "ftn_idp_id")):
        raise ValueError("ftn_idp_id")
    return Means(one["ftn_idp_id"], _text(one, "name"))


def _text(answer: dict[str, Any], name: str) -> str:
    text = answer.get(name)
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST_TEXT:
        raise ValueError(name)
    return text
