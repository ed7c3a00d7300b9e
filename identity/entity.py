"""What we sign about ourselves with our entity key, for brokers that take nobody's keys unsigned.

The entity key is long-lived, and brokers get it by hand, in the entity statement. Sources: OpenID Federation 1.0, and
OP's Identity Service Broker API, sections 13 and 14 (27.8.2024).
"""

import json
import time
from typing import Any

from django.conf import settings
from django.urls import reverse
from joserfc import jws

from identity import keys
from identity.keys import ALGORITHMS, NoKeys
from identity.providers import Provider

CONTENT_ENCRYPTION = "A128CBC-HS256"
STATEMENT_SECONDS = 10 * 365 * keys.DAY_SECONDS  # as in OP's example: until we hand in another
NO_ENTITY_KEY = "there is no entity key; add one with: manage.py identity_keys make"


def signed_set() -> str:
    """Return our public keys as a signed set (a JWS of type jwk-set+jwt). Raises NoKeys.

    It ends after the day for which an encryption key goes on opening tokens after it was unpublished.
    """
    return _sign(keys.load().public(), kind="jwk-set+jwt", seconds=keys.DAY_SECONDS)


def entity_statement(provider: Provider, *, organisation: str) -> str:
    """Return the statement about us that the provider gets by hand: a JWS of type entity-statement+jwt.

    Raises NoKeys. `organisation` is the name of whoever runs this service.
    """
    encryption = {
        "id_token_encrypted_response_alg": ALGORITHMS["enc"],
        "id_token_encrypted_response_enc": CONTENT_ENCRYPTION,
    }
    about_us = {
        "redirect_uris": [settings.PUBLIC_URL + reverse("identification:callback")],
        "application_type": "web",
        "id_token_signed_response_alg": ALGORITHMS["sig"],
        **(encryption if provider.encrypted else {}),
        "request_object_signing_alg": ALGORITHMS["sig"],
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": ALGORITHMS["sig"],
        "client_registration_types": [],
        "organization_name": organisation,
        "signed_jwks_uri": settings.PUBLIC_URL + reverse("identification:signed_jwks"),
    }
    claims = {
        "jwks": keys.public_set(keys.load().entity),
        "metadata": {"openid_relying_party": about_us},
    }
    return _sign(claims, kind="entity-statement+jwt", seconds=STATEMENT_SECONDS)


def _sign(claims: dict[str, Any], *, kind: str, seconds: int) -> str:
    """Return the claims as ours, which the entity key signs. Our entity identifier is our address."""
    if not (entity := keys.load().entity):
        raise NoKeys(NO_ENTITY_KEY)
    now = int(time.time())
    full = {**claims, "iss": settings.PUBLIC_URL, "sub": settings.PUBLIC_URL, "iat": now, "exp": now + seconds}
    header = {"alg": ALGORITHMS["entity"], "typ": kind, "kid": entity[0].kid}
    return jws.serialize_compact(header, json.dumps(full), entity[0])
