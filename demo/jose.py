"""The broker's half of the cryptography: it checks what the client signs, and signs and encrypts its answer.

The algorithms are the Finnish Trust Network's: RS256, and RSA-OAEP with A128CBC-HS256 around it.
"""

import json
from typing import Any

from joserfc import jwe, jwk, jwt
from joserfc.errors import InvalidKeyIdError, JoseError

from demo.models import BrokerKey
from identity import keys

SIGNATURES = ["RS256"]
ENCRYPTION = ["RSA-OAEP", "A128CBC-HS256"]


class Invalid(Exception):
    """The text is not a token that the client signed."""


def client_claims(token: str) -> dict[str, Any]:
    """Return the claims of a token that the client signed. Only the signature is checked. Raises Invalid."""
    try:
        return jwt.decode(token, _client_signing_key, algorithms=SIGNATURES).claims
    except (JoseError, ValueError):
        raise Invalid from None


def signed(claims: dict[str, Any]) -> str:
    """Return the claims, signed by the broker."""
    own = _own_key()
    return jwt.encode({"alg": "RS256", "kid": own.kid}, claims, own, algorithms=SIGNATURES)


def signed_and_encrypted(claims: dict[str, Any]) -> str:
    """Return the claims, signed by the broker and encrypted for the newest key of the client."""
    key = _client_keys("enc")[-1]
    header = {"alg": "RSA-OAEP", "enc": "A128CBC-HS256", "cty": "JWT", "kid": key.kid}
    return jwe.encrypt_compact(header, signed(claims), key, algorithms=ENCRYPTION)


def public_jwks() -> jwk.KeySetSerialization:
    """Return the broker's public keys."""
    return jwk.KeySet([_own_key()]).as_dict(private=False)


def _client_signing_key(token: jwk.GuestProtocol) -> jwk.Key:
    kid = token.headers().get("kid")
    for key in _client_keys("sig"):
        if key.kid == kid:
            return key
    raise InvalidKeyIdError


def _client_keys(use: str) -> list[jwk.Key]:
    return [jwk.import_key(key) for key in keys.load().public()["keys"] if key["use"] == use]


def _own_key() -> jwk.RSAKey:
    row = BrokerKey.objects.first()
    if row is None:
        # Two workers may get here at once: the row that is stored first counts.
        key = jwk.RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
        private = json.dumps(key.as_dict(private=True))
        row, _ = BrokerKey.objects.get_or_create(pk=1, defaults={"private": private})
    return jwk.RSAKey.import_key(json.loads(row.private or ""))
