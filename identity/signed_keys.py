"""A broker's keys in a signed set (JWS), which a pinned key of the broker vouches for.

Source: OpenID Federation 1.0, signed_jwks_uri, and OP's guide. TLS alone would trust whoever may answer at the
address; the trust network demands more.
"""

import time
from dataclasses import dataclass

from identity.directory import Issuer
from identity.refusals import BrokerUnreachable
from identity.signatures import BadSignature, Json, header_of, seconds_of, signed_claims

# OP's guide shows JWS and no type; the standard's is the first. Another document that the same key signs, such as an
# entity statement, has a type of its own.
TYPES = ("jwk-set+jwt", "application/jwk-set+jwt", "jws", "")
LEEWAY_SECONDS = 30  # by which two clocks may differ


@dataclass(frozen=True)
class SignedKeys:
    """The members of a set whose signature holds, and when it ends (seconds since 1970)."""

    keys: object
    ends: float


def read_signed_keys(text: str, provider: Issuer) -> SignedKeys:
    """Return the keys of a signed set of this provider. Raises BrokerUnreachable with a word for what is wrong."""
    if not text.isascii():
        raise BrokerUnreachable("keys-signature")
    try:
        kind = header_of(text.strip(), parts=3).get("typ", "")
        claims = signed_claims(text.strip(), lambda kid: _entity_key(provider, kid))
    except BadSignature:
        raise BrokerUnreachable("keys-signature") from None
    if not isinstance(kind, str) or kind.lower() not in TYPES:
        raise BrokerUnreachable("keys-type")
    if not claims.get("iss") == claims.get("sub") == provider.issuer:
        raise BrokerUnreachable("keys-issuer")
    expired, now = BrokerUnreachable("keys-expired"), time.time()
    ends = seconds_of(claims, "exp", expired)
    if seconds_of(claims, "iat", expired) > now + LEEWAY_SECONDS or ends <= now - LEEWAY_SECONDS:
        raise expired
    return SignedKeys(claims.get("keys"), ends)


def _entity_key(provider: Issuer, kid: str) -> Json | None:
    keys = provider.entity_jwks.get("keys")
    known = keys if isinstance(keys, list) else []
    return next((key for key in known if isinstance(key, dict) and key.get("kid") == kid), None)
