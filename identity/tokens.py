"""What we ask of brokers and of the City's directory, and the checks that every token of theirs must pass.

Sources: OpenID Connect Core 3.1.3.7 and 6.1, Back-Channel Logout 1.0, RFC 7515, 7516, 7523, 9101, and the brokers'
guides to the Finnish Trust Network. Keys come only from the provider's configured address, whatever the headers `jku`,
`x5u` and `jwk` of a token say.
"""

import hashlib
import json
import math
import secrets
import time
from dataclasses import dataclass
from typing import Any

from django.utils.crypto import constant_time_compare
from joserfc import jwe, jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from core.text import has_control
from identity import keys
from identity.attempts import Attempt
from identity.directory import Directory, Issuer
from identity.providers import Provider
from identity.refusals import TokenRefused
from identity.signatures import (
    LONGEST_HEADER,
    SIGNING,
    BadSignature,
    FindKey,
    base64url,
    header_of,
    seconds_of,
    signed_claims,
)

KEY_ENCRYPTION = ("RSA-OAEP", "RSA-OAEP-256")
CONTENT_ENCRYPTION = ("A128CBC-HS256", "A128GCM", "A256GCM")
LEEWAY_SECONDS = 30  # by which two clocks may differ
OLDEST_SECONDS = 10 * 60  # since a token was issued
REQUEST_LIFETIME_SECONDS, ASSERTION_LIFETIME_SECONDS = 10 * 60, 60
LONGEST_TOKEN = 64 * 1024  # characters
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"

Claims = dict[str, Any]


class _EncryptionRegistry(jwe.JWERegistry):
    max_protected_header_length = LONGEST_HEADER


def request_object(provider: Provider, attempt: Attempt, *, redirect_uri: str) -> str:
    """Return the signed request that the browser takes to the broker (RFC 9101)."""
    now = int(time.time())
    claims = {
        "iss": provider.client_id,
        "aud": provider.issuer,
        **request_parameters(provider, attempt, redirect_uri=redirect_uri),
        "jti": secrets.token_urlsafe(16),
        "iat": now,
        "exp": now + REQUEST_LIFETIME_SECONDS,
    }
    if service_name := provider.service_name_in(attempt.language):
        claims["ftn_spname"] = service_name
    if attempt.means:
        claims["ftn_idp_id"] = attempt.means
    return _sign(claims)


def request_parameters(issuer: Issuer, attempt: Attempt, *, redirect_uri: str) -> Claims:
    """Return what is asked of a broker or of the directory, whether signed or not (OpenID Connect Core 3.1.2.1)."""
    asked: Claims = {
        "response_type": "code",
        "client_id": issuer.client_id,
        "redirect_uri": redirect_uri,
        "scope": issuer.scope,
        "ui_locales": issuer.locale(attempt.language),
        "state": attempt.state,
        "nonce": attempt.nonce,
    }
    if issuer.acr_values:
        asked["acr_values"] = " ".join(issuer.acr_values)
    if issuer.prompt_asked:
        asked["prompt"] = issuer.prompt_asked
    if issuer.max_age is not None:
        asked["max_age"] = issuer.max_age
    if issuer.pkce:
        digest = hashlib.sha256(attempt.verifier.encode()).digest()
        asked |= {"code_challenge": base64url(digest), "code_challenge_method": "S256"}
    return asked


def client_assertion(issuer: Issuer) -> str:
    """Return the assertion by which we authenticate to the token endpoint (RFC 7523)."""
    now = int(time.time())
    return _sign(
        {
            "iss": issuer.client_id,
            "sub": issuer.client_id,
            "aud": issuer.audience,
            "jti": secrets.token_urlsafe(16),
            "iat": now,
            "exp": now + ASSERTION_LIFETIME_SECONDS,
        }
    )


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What a token must match: who signs it, the attempt that it answers, and the access token beside it."""

    provider: Issuer
    attempt: Attempt
    access_token: str | None


def verify(token: object, expected: Expected, find_key: FindKey) -> Claims:
    """Return the claims of an identity token that passes every check but that of its level (claims.py).

    `find_key` returns the provider's public key of a key id as a JWK, or None. Raises TokenRefused.
    """
    claims = _signed_claims(token, expected.provider, find_key)
    _check_parties(claims, expected.provider)
    if not _is_text(claims.get("sub")):
        raise TokenRefused("sub")
    _check_times(claims, expected)
    _check_session(claims, expected)
    return claims


def verify_logout(token: object, directory: Directory, find_key: FindKey) -> Claims:
    """Return the claims of a logout token that passes every check but that it comes once (Back-Channel Logout 2.6).

    Raises TokenRefused.
    """
    claims = _signed_claims(token, directory, find_key)
    _check_parties(claims, directory)
    _check_issued(claims, now := time.time())
    if seconds_of(claims, "exp", TokenRefused("exp")) <= now - LEEWAY_SECONDS:
        raise TokenRefused("exp")
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT), dict):
        raise TokenRefused("events")
    if "nonce" in claims:  # an identity token, in the place of one for logging out
        raise TokenRefused("nonce")
    if not _is_text(claims.get("jti")):
        raise TokenRefused("jti")
    named = [claims[name] for name in ("sub", "sid") if name in claims]
    if not named or not all(_is_text(name) and not has_control(name) for name in named):
        raise TokenRefused("sub")
    return claims


def _signed_claims(token: object, issuer: Issuer, find_key: FindKey) -> Claims:
    if not isinstance(token, str) or not token:
        raise TokenRefused("no-token")
    if len(token) > LONGEST_TOKEN or not token.isascii():
        raise TokenRefused("malformed")
    try:
        return signed_claims(_decrypt(token) if issuer.encrypted else token, find_key)
    except BadSignature as fault:
        raise TokenRefused(fault.word) from None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _decrypt(token: str) -> str:
    if token.count(".") == 2:
        raise TokenRefused("plaintext")
    header = header_of(token, parts=5)
    if header.get("alg") not in KEY_ENCRYPTION:
        raise TokenRefused("jwe-alg")
    if header.get("enc") not in CONTENT_ENCRYPTION:
        raise TokenRefused("jwe-enc")
    if "zip" in header:  # a small token could hold gigabytes
        raise TokenRefused("zip")
    # A certified provider repeats iss and aud in the header, which a strict registry would refuse.
    registry = _EncryptionRegistry(algorithms=[*KEY_ENCRYPTION, *CONTENT_ENCRYPTION], strict_check_header=False)
    kid = header.get("kid")
    for key in [key for key in keys.load().enc if kid is None or key.kid == kid]:
        try:
            # Without the alg of our JWK, which says what we prefer and would refuse the other.
            plain = jwe.decrypt_compact(token, RSAKey.import_key(key.raw_value), registry=registry).plaintext
            return (plain or b"").decode("ascii")
        except (JoseError, ValueError):
            continue
    raise TokenRefused("decrypt")


def _check_parties(claims: Claims, issuer: Issuer) -> None:
    if claims.get("iss") != issuer.issuer:
        raise TokenRefused("iss")
    if claims.get("aud") not in (issuer.client_id, [issuer.client_id]):
        raise TokenRefused("aud")
    if claims.get("azp", issuer.client_id) != issuer.client_id:
        raise TokenRefused("azp")


def _check_times(claims: Claims, expected: Expected) -> None:
    """Check the times. A token from before its own attempt, or from the future, shows that a clock is wrong."""
    provider, now, started = expected.provider, time.time(), expected.attempt.started
    issued, expires = seconds_of(claims, "iat", TokenRefused("iat")), seconds_of(claims, "exp", TokenRefused("exp"))
    if issued < started - LEEWAY_SECONDS:
        raise TokenRefused("clock")
    _check_issued(claims, now)
    if expires <= now - LEEWAY_SECONDS:
        raise TokenRefused("exp")
    if "auth_time" not in claims and not provider.demands_auth_time:
        return
    authenticated = seconds_of(claims, "auth_time", TokenRefused("auth-time"))
    earliest = started if provider.prompt_asked == "login" else -math.inf
    if provider.max_age is not None:
        earliest = max(earliest, now - provider.max_age)
    if not earliest - LEEWAY_SECONDS <= authenticated <= now + LEEWAY_SECONDS:
        raise TokenRefused("auth-time")


def _check_issued(claims: Claims, now: float) -> None:
    issued = seconds_of(claims, "iat", TokenRefused("iat"))
    if issued > now + LEEWAY_SECONDS:
        raise TokenRefused("clock")
    if issued < now - OLDEST_SECONDS - LEEWAY_SECONDS:
        raise TokenRefused("iat")


def _check_session(claims: Claims, expected: Expected) -> None:
    nonce, at_hash = claims.get("nonce"), claims.get("at_hash")
    if not isinstance(nonce, str) or not constant_time_compare(nonce, expected.attempt.nonce):
        raise TokenRefused("nonce")
    if at_hash is not None:
        digest = hashlib.sha256((expected.access_token or "").encode()).digest()
        if not expected.access_token or not constant_time_compare(str(at_hash), base64url(digest[:16])):
            raise TokenRefused("at-hash")


def _sign(claims: Claims) -> str:
    key = keys.load().sig[0]
    return jws.serialize_compact({"alg": SIGNING, "typ": "JWT", "kid": key.kid}, json.dumps(claims), key)
