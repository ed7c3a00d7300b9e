"""ID tokens as brokers' guides show them (docs/providers.md), with invented people, and how each broker is set up.

The broker of the tests puts its own issuer, audience, times and nonce in their place.
"""

import time
from types import MappingProxyType

from tests.identity.broker import ACR

FOREIGN_ID = "http://eidas.europa.eu/attributes/naturalperson/PersonIdentifier"
TELIA = "https://tunnistus-pp.telia.fi/uas/saml2/names/ac/"

AINO = {"first_names": "Aino Maria", "last_name": "Kallio", "hetu": "010170-999R"}

CLAIMS = MappingProxyType(
    {
        "telia": {
            "azp": "heka-confirm",
            "auth_time": "now",
            "acr": ACR,
            "amr": [TELIA + "mpki.telia.1"],
            "session_index": "_cb08aaa8",
            "urn:oid:1.3.6.1.5.5.7.9.1": "1970-01-01",
            "urn:oid:1.2.246.21": AINO["hetu"],
            "urn:oid:2.5.4.4": "Kallio",
            "urn:oid:1.2.246.575.1.14": "Aino Maria",
            "bank-tupasid": "Aktia-saastopankit-paikallisosuuspankit-tupasid",
        },
        "op": {
            "acr": ACR,
            "name": "Kallio Aino Maria",
            "given_name": "Aino Maria",
            "family_name": "Kallio",
            "birthdate": "1970-01-01",
            "personal_identity_code": AINO["hetu"],
            "auth_time": "now",
        },
        "idura": {
            "identityscheme": "fitupas",
            "authenticationtype": "urn:grn:authn:fi:bank-id",
            "authenticationmethod": TELIA + "oidc.aktia.1",
            "authenticationinstant": "2026-11-30T13:55:17.289Z",
            "sub": "{transient-3}",
            "name": "Aino Maria Kallio",
            "country": "FI",
            "given_name": "Aino Maria",
            "family_name": "Kallio",
            "birthdate": "1970-01-01",
            "hetu": AINO["hetu"],
        },
        "signicat": {
            "amr": ["external"],
            "sid": "session-4",
            "auth_time": "now",
            "idp": "ftn",
            "idp_id": AINO["hetu"],
            "name": "Aino Maria Kallio",
            "family_name": "Kallio",
            "given_name": "Aino Maria",
            "birthdate": "1970-01-01",
            "nin": AINO["hetu"],
            "nin_type": "PERSON",
            "nin_issuing_country": "FI",
            "ftn_idp": "fi-op",
            "ftn_hetu": AINO["hetu"],
            "ftn_sub": "transient-5",
        },
        "nets": {
            "acr": "urn:eident:cert:eidas:high",
            "given_name": "Aino Maria",
            "family_name": "Kallio",
            "ssn": AINO["hetu"],
            "fi_ssn": AINO["hetu"],
            "fi_satu": "100000001N",
            "pid": "358401234567",
        },
        "helsinki": {
            "azp": "heka-confirm",
            "acr": "1",
            "amr": ["suomi_fi"],
            "loa": "substantial",
            "name": "Aino Maria Kallio",
            "given_name": "Aino Maria",
            "family_name": "Kallio",
        },
    }
)


def published(dialect, without=(), **changes):
    """Return the claims of a dialect, less some and with changes."""
    claims = {name: value for name, value in CLAIMS[dialect].items() if name not in without}
    now = int(time.time())
    return {name: now if value == "now" else value for name, value in (claims | changes).items()}


def set_up(dialect, broker):
    """Return the settings by which a provider of a dialect differs from the usual ones of the tests."""
    return {
        "telia": {},
        "op": {
            "jwks_uri": "",
            "signed_jwks_uri": f"{broker.url}/jwks/broker-signed",
            "entity_jwks": {"keys": [broker.entity_key.as_dict(private=False)]} if broker.entity_key else {},
            "service_name": {"fi": "Asuntohakemus", "sv": "Bostadsansökan", "en": "Housing application"},
        },
        "idura": {"acr_accepted": ["urn:grn:authn:fi:bank-id", "urn:grn:authn:fi:mobile-id"]},
        "signicat": {"acr_values": ["idp:ftn"], "acr_accepted": [], "level_by_contract": True},
        "nets": {"acr_accepted": ["urn:eident:cert:eidas:high"]},
        "helsinki": {
            "acr_accepted": ["substantial", "high"],
            "userinfo_endpoint": f"{broker.url}/userinfo",
            "end_session_endpoint": f"{broker.url}/logout",
        },
    }[dialect]
