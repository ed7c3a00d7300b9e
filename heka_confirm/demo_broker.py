"""The demo's broker as an entry of IDENTITY_PROVIDERS: settings may not import the demo, which no image holds."""

from typing import Any


def provider(public_url: str) -> dict[str, Any]:
    """Return the entry of the broker that the demo serves at the address of this service."""
    broker = f"{public_url}/demo/broker"
    return {
        "id": "demo",
        "name": {"fi": "Demopankki", "sv": "Demobanken", "en": "Demo bank"},
        "dialect": "signicat",
        "issuer": broker,
        "client_id": "heka-confirm",
        "authorization_endpoint": f"{broker}/authorize",
        "token_endpoint": f"{broker}/token",
        "jwks_uri": f"{broker}/jwks",
        "acr_values": ["http://demo.invalid/loatest2"],
        "acr_accepted": ["http://demo.invalid/loatest2"],
    }
