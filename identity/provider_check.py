"""Whether a broker and we would understand each other, found out without a person (manage.py check_provider).

Every finding is made of our own words: what a broker answers may be long, a secret, or somebody's data.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Literal

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from identity import client, entity, keys, own_choice
from identity.client import Answer
from identity.providers import Provider
from identity.refusals import BrokerUnreachable
from identity.signatures import BadSignature, public_key, signed_claims
from identity.tokens import LEEWAY_SECONDS

Outcome = Literal["ok", "look", "wrong"]  # "look": worth a look, and perhaps as it should be
NO_CODE = "check-provider"  # a code that no broker has given
UNLIKE_SECONDS = 5  # between two clocks that NTP keeps; the header has whole seconds, and the way here takes some
# What a token endpoint may say to it (RFC 6749, 5.2), and what that tells.
KNOWS_US = ("invalid_grant",)
KNOWS_US_NOT = ("invalid_client", "unauthorized_client")
UNREACHABLE = {
    "timeout": "It did not answer in time: look at the firewall and at the broker's notices.",
    "connection": "No connection: look at the name, the firewall, and the broker's certificate.",
    "keys-signature": "No key of entity_jwks vouches for the signed set: compare them with the broker's statement.",
    "keys-issuer": "The signed set is of somebody else: compare issuer and signed_jwks_uri with the broker's guide.",
    "keys-expired": "The signed set is over, or a clock is wrong.",
    "keys-type": "The address has a signed document of another type: compare signed_jwks_uri with the broker's guide.",
    "not-json": "It answers something else than keys: compare the address with the broker's guide.",
    "no-keys": "It has no keys: compare the address with the broker's guide.",
    "redirect": "It sends us elsewhere, and we follow nobody: give the last address.",
}
ELSE = "Compare the address with the broker's guide."


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, what was found, and what to do about it."""

    outcome: Outcome
    what: str
    hint: str = ""


def findings(provider: Provider) -> Iterator[Finding]:
    """Yield what is right and wrong between a broker and us, as it is looked at."""
    yield from _addresses(provider)
    yield from _token_endpoint(provider)
    yield from _keys_of(provider)
    yield from _own_choice(provider)
    yield from _our_keys(provider)


def _addresses(provider: Provider) -> Iterator[Finding]:
    for name in ("authorization_endpoint", "userinfo_endpoint", "end_session_endpoint"):
        if not (address := getattr(provider, name)):
            continue
        try:
            answer = client.look("GET", address)
        except BrokerUnreachable as failure:
            yield _unreachable(name, failure)
            continue
        if answer.status in (404, 405) or answer.status >= 500:
            yield Finding("wrong", f"{name} answers {answer.status}", ELSE)
        else:
            yield Finding("ok", f"{name} answers")
        if name == "authorization_endpoint":
            yield _clock(answer)


def _clock(answer: Answer) -> Finding:
    """Compare our clock with the broker's, as far as the header Date and the way here let us."""
    try:
        away = abs(time.time() - parsedate_to_datetime(answer.date).timestamp())
    except (ValueError, TypeError):
        return Finding("look", "the broker does not tell its time", "Make sure that NTP keeps our clock.")
    if away < UNLIKE_SECONDS:
        return Finding("ok", "our clock agrees with the broker's")
    hint = f"Every identification fails beyond {LEEWAY_SECONDS} seconds. Let NTP set our clock."
    outcome: Outcome = "wrong" if away > LEEWAY_SECONDS else "look"
    return Finding(outcome, f"our clock and the broker's differ by {away:.0f} seconds", hint)


def _token_endpoint(provider: Provider) -> Iterator[Finding]:
    """Ask for the token of a code that nobody has: a broker that knows us says so by refusing the code alone."""
    address = settings.PUBLIC_URL + reverse("identification:callback")
    try:
        form = client.token_form(provider, code=NO_CODE, verifier="x" * 43, redirect_uri=address)
        answer = client.look("POST", provider.token_endpoint, form)
    except keys.NoKeys:
        yield Finding("wrong", "we have no keys", "Make them with: manage.py identity_keys make")
        return
    except BrokerUnreachable as failure:
        yield _unreachable("token_endpoint", failure)
        return
    error = _member(answer.body, "error")
    if error in KNOWS_US:
        yield Finding("ok", "token_endpoint knows our client_id and our signing key")
    elif error in KNOWS_US_NOT or answer.status == 401:
        yield Finding(
            "wrong",
            "token_endpoint does not know us",
            "Compare client_id and assertion_audience with the broker's guide, and give the broker our keys: "
            "manage.py identity_keys public. A broker may keep former ones for a day.",
        )
    elif answer.status in (404, 405) or answer.status >= 500 or answer.status < 400:
        yield Finding("wrong", f"token_endpoint answers {answer.status}", ELSE)
    else:
        yield Finding("look", "token_endpoint answers, and does not say whether it knows us")


def _keys_of(provider: Provider) -> Iterator[Finding]:
    name = "jwks_uri" if provider.jwks_uri else "signed_jwks_uri"
    try:
        found = client.fetch_keys(provider)
    except BrokerUnreachable as failure:
        yield _unreachable(name, failure)
        return
    usable = [key for key in found if _is_strong(key) and isinstance(key.get("kid"), str)]
    if not usable:
        yield Finding(
            "wrong",
            f"{name} has no key that may sign tokens",
            "We need an RSA key of 2048 bits or more for RS256, with a kid. Ask the broker.",
        )
        return
    yield Finding("ok", f"{name} has keys that may sign tokens: {len(usable)}")
    if len(usable) < len(found):
        hint = "A token that one of them signs is refused. Ask the broker."
        yield Finding("look", f"{name} has keys that are too weak or have no kid: {len(found) - len(usable)}", hint)


def _is_strong(key: dict[str, Any]) -> bool:
    try:
        public_key(key)
    except BadSignature:
        return False
    return True


def _own_choice(provider: Provider) -> Iterator[Finding]:
    for language, _name in settings.LANGUAGES if provider.embedded_ui_endpoint else ():
        with translation.override(language):
            ((_, choice),) = own_choice.offers([provider])
        if choice:
            yield Finding("ok", f"embedded_ui_endpoint offers {len(choice.means)} means in {language}")
        else:
            hint = "People choose on the broker's own page meanwhile. The log says why (Choice at …)."
            yield Finding("wrong", f"embedded_ui_endpoint offers nothing in {language}", hint)


def _our_keys(provider: Provider) -> Iterator[Finding]:
    """Look at our keys from outside, as the broker would."""
    try:
        ours = keys.load()
    except keys.NoKeys:
        return  # _token_endpoint has said so
    if any(key.raw_value.key_size < keys.KEY_BITS for key in (*ours.sig, *ours.enc, *ours.entity)):
        yield Finding("wrong", "one of our keys is weak", "Replace it: manage.py identity_keys rotate, later finish")
    address = reverse("identification:jwks")
    yield _published(address, lambda body: _member(body, "keys") == ours.public()["keys"])
    if ours.entity:
        yield _published(reverse("identification:signed_jwks"), lambda body: _is_our_signed_set(body, ours))
    elif provider.signed_jwks_uri:
        yield Finding("wrong", "we have no entity key, which such a broker asks for", entity.NO_ENTITY_KEY)


def _published(path: str, is_ours: Any) -> Finding:
    address = settings.PUBLIC_URL + path
    try:
        answer = client.look("GET", address)
    except BrokerUnreachable:
        hint = "Try it from outside. If that works, only this machine cannot reach itself, and all is well."
        return Finding("look", f"we cannot fetch our own keys at {address}", hint)
    if answer.status != 200 or not is_ours(answer.body):
        return Finding(
            "wrong",
            f"{address} has other keys than {settings.IDENTITY_KEYS_FILE}",
            "The broker would fetch these. Give every web server the same file, and look at PUBLIC_URL and at caches, "
            "which may keep keys for 15 minutes.",
        )
    return Finding("ok", f"{address} has our keys")


def _is_our_signed_set(body: bytes, ours: keys.Keys) -> bool:
    known = {key.kid: key.as_dict(private=False) for key in ours.entity}
    try:
        claims = signed_claims(body.decode("ascii", "replace"), known.get)
    except BadSignature:
        return False
    return claims.get("keys") == ours.public()["keys"] and claims.get("iss") == settings.PUBLIC_URL


def _unreachable(name: str, failure: BrokerUnreachable) -> Finding:
    return Finding("wrong", f"{name} cannot be used ({failure.word})", UNREACHABLE.get(failure.word, ELSE))


def _member(body: bytes, name: str) -> object:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return answer.get(name) if isinstance(answer, dict) else None
