"""The broker's token endpoint: it takes a code, a PKCE verifier and a client assertion, and gives an ID token."""

import base64
import datetime as dt
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from typing import Any

from core import hetu
from demo import client, codes, jose
from identity.enums import Method

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_ASSERTION_SECONDS = 600
LONGEST_JTI_CHARACTERS = 200
ID_TOKEN_LIFETIME_SECONDS = 300
METHODS = {Method.BANK: "fi-demopankki", Method.MOBILE: "fi-mobiilivarmenne"}


class Refused(Exception):
    """No token is given. `error` is a word of RFC 6749 § 5.2."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


def answer(form: Mapping[str, str]) -> dict[str, Any]:
    """Return the token response (OpenID Connect Core § 3.1.3.3) to a form. Raises Refused."""
    _authenticate(form)
    if form.get("grant_type") != "authorization_code":
        raise Refused("unsupported_grant_type")
    try:
        grant = codes.redeem(form.get("code", ""))
    except codes.Unknown:
        raise Refused("invalid_grant") from None
    challenge = _base64url(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
    is_same_flow = hmac.compare_digest(challenge, grant.code_challenge)
    if form.get("redirect_uri") != client.redirect_uri() or not is_same_flow:
        raise Refused("invalid_grant")
    access_token = secrets.token_urlsafe(32)
    return {
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": ID_TOKEN_LIFETIME_SECONDS,
        "id_token": jose.signed_and_encrypted(_claims(grant, access_token)),
    }


def _authenticate(form: Mapping[str, str]) -> None:
    """Check the client's private_key_jwt (RFC 7523 § 3). Raises Refused."""
    try:
        claims = jose.client_claims(form.get("client_assertion", ""))
    except jose.Invalid:
        raise Refused("invalid_client") from None
    now = time.time()
    audience, expires, jti = claims.get("aud"), claims.get("exp"), claims.get("jti")
    broker = client.provider()
    holds = (
        form.get("client_assertion_type") == ASSERTION_TYPE
        and claims.get("iss") == claims.get("sub") == broker["client_id"]
        and broker["token_endpoint"] in (audience if isinstance(audience, list) else [audience])
        and isinstance(expires, int)
        and now < expires < now + LONGEST_ASSERTION_SECONDS
        and isinstance(jti, str)
        and 0 < len(jti) <= LONGEST_JTI_CHARACTERS
        and codes.use_assertion(jti, expires_at=dt.datetime.fromtimestamp(expires, dt.UTC))
    )
    if not holds:
        raise Refused("invalid_client")


def _claims(grant: codes.Grant, access_token: str) -> dict[str, Any]:
    now = int(time.time())
    broker, identity = client.provider(), grant.identity
    return {
        "iss": broker["issuer"],
        "aud": broker["client_id"],
        "sub": secrets.token_urlsafe(16),  # transient, as at most brokers
        "iat": now,
        "exp": now + ID_TOKEN_LIFETIME_SECONDS,
        "auth_time": grant.at,
        "nonce": grant.nonce,
        "acr": client.ACR,
        "at_hash": _base64url(hashlib.sha256(access_token.encode()).digest()[:16]),
        "nin": identity.hetu,
        "nin_type": "PERSON",
        "nin_issuing_country": "FI",
        "given_name": identity.first_names,
        "family_name": identity.last_name,
        "birthdate": hetu.birth_date(identity.hetu).isoformat(),
        "ftn_idp": METHODS[identity.method],
        "ftn_hetu": identity.hetu,
    }


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
