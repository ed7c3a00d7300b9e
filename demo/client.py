"""What the embedded broker knows about its only client, this service, as if it had been registered."""

from typing import Any

from django.conf import settings

ACR = "http://demo.invalid/loatest2"  # satisfies no production provider
PROVIDER_ID = "demo"


def provider() -> dict[str, Any]:
    """Return the settings by which the client knows the broker: issuer, endpoints and client_id."""
    return next(entry for entry in settings.IDENTITY_PROVIDERS if entry["id"] == PROVIDER_ID)


def redirect_uri() -> str:
    """Return the only address to which answers go, whatever a request says."""
    return f"{settings.PUBLIC_URL}/identification/callback/"
