"""Checking what a broker signed, whether an identity token or its own keys (RFC 7515).

Every fault is one fixed word, which the callers put into the log in their own terms.
"""

import base64
import binascii
import functools
import json
from collections.abc import Callable
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

SIGNING = "RS256"
LONGEST_HEADER = 8 * 1024  # bytes; some brokers include their certificates
LEAST_KEY_BITS = 2048  # of an RSA key

Json = dict[str, Any]
FindKey = Callable[[str], Json | None]


class BadSignature(Exception):
    """The text is not signed by a known key, or not as was agreed. `word` says why."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


class _Registry(jws.JWSRegistry):
    max_header_length = LONGEST_HEADER


def signed_claims(token: str, find_key: FindKey) -> Json:
    """Return the claims of a compact JWS whose signature holds.

    `find_key` returns the public key of a key id as a JWK, or None. Raises BadSignature.
    """
    header = header_of(token, parts=3)
    if header.get("alg") != SIGNING:  # also "none", and HS256 with the public key as its secret
        raise BadSignature("alg")
    if "crit" in header or "b64" in header:  # RFC 7797 would change what is signed
        raise BadSignature("crit")
    kid = header.get("kid")
    if not isinstance(kid, str) or not kid:
        raise BadSignature("no-kid")
    key = public_key(find_key(kid))
    registry = _Registry(algorithms=[SIGNING], strict_check_header=False)
    try:
        payload = jws.deserialize_compact(token, key, registry=registry).payload
    except (JoseError, ValueError):
        raise BadSignature("signature") from None
    return json_object(payload)


def seconds_of(claims: Json, name: str, refusal: Exception) -> float:
    """Return a time among claims (seconds since 1970). Raises the refusal if there is none."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e12:
        raise refusal
    return value


def public_key(jwk: Json | None) -> RSAKey:
    """Return the RSA key of a JWK. Raises BadSignature for another kind of key, or one that is too short."""
    if jwk is None or jwk.get("kty") != "RSA":
        raise BadSignature("kid")
    try:
        if len(from_base64url(jwk["n"]).lstrip(b"\0")) * 8 < LEAST_KEY_BITS:
            raise BadSignature("weak-key")
        # Only the numbers of the JWK are used: its other members could widen or narrow its use.
        return _rsa_key(jwk["n"], jwk["e"])
    except (JoseError, ValueError, KeyError, TypeError):
        raise BadSignature("kid") from None


@functools.lru_cache(maxsize=32)  # several for each broker; making one takes longer than checking a signature with it
def _rsa_key(modulus: str, exponent: str) -> RSAKey:
    return RSAKey.import_key({"kty": "RSA", "n": modulus, "e": exponent})


def header_of(token: str, *, parts: int) -> Json:
    """Return the header of a compact text of that many parts. Raises BadSignature."""
    segments = token.split(".")
    if len(segments) != parts:
        raise BadSignature("malformed")
    try:
        return json_object(from_base64url(segments[0]))
    except binascii.Error:
        raise BadSignature("malformed") from None


def json_object(raw: bytes) -> Json:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadSignature("malformed") from None
    if not isinstance(value, dict):
        raise BadSignature("malformed")
    return value


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
