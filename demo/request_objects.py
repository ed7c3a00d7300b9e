"""What the client asks of the broker: one signed request object (RFC 9101). Other parameters are ignored."""

import re
import time
from dataclasses import dataclass

from django.conf import settings

from demo import client, jose

LEEWAY_SECONDS = 30
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # base64url of a SHA-256 digest (RFC 7636 § 4.2)


class InvalidRequest(Exception):
    """The request object cannot be trusted, so nobody is redirected. `reason` is one fixed word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request object whose every claim has been checked. `signed` is its text, which the forms carry on."""

    signed: str
    state: str
    nonce: str
    code_challenge: str
    language: str


def read(signed: str) -> Request:
    """Return what a request object asks for. Raises InvalidRequest."""
    try:
        claims = jose.client_claims(signed)
    except jose.Invalid:
        raise InvalidRequest("signature") from None
    broker, audience = client.provider(), claims.get("aud")
    checks = {
        "iss": claims.get("iss") == broker["client_id"],
        "client_id": claims.get("client_id") == broker["client_id"],
        "aud": broker["issuer"] in (audience if isinstance(audience, list) else [audience]),
        "expired": _is_number(claims.get("exp")) and claims["exp"] > time.time() - LEEWAY_SECONDS,
        "iat": _is_number(claims.get("iat")) and claims["iat"] < time.time() + LEEWAY_SECONDS,
        "response_type": claims.get("response_type") == "code",
        "redirect_uri": claims.get("redirect_uri") == client.redirect_uri(),
        "scope": "openid" in _words(claims.get("scope")),
        "acr_values": client.ACR in _words(claims.get("acr_values")),
        "state": _is_text(claims.get("state")),
        "nonce": _is_text(claims.get("nonce")),
        "code_challenge_method": claims.get("code_challenge_method") == "S256",
        "code_challenge": bool(CHALLENGE.fullmatch(str(claims.get("code_challenge")))),
    }
    for reason, holds in checks.items():
        if not holds:
            raise InvalidRequest(reason)
    return Request(
        signed=signed,
        state=claims["state"],
        nonce=claims["nonce"],
        code_challenge=claims["code_challenge"],
        language=_language(claims.get("ui_locales")),
    )


def _language(ui_locales: object) -> str:
    """Return the first language of the list (BCP 47, in order of preference) that the broker speaks."""
    wanted = [tag.partition("-")[0].lower() for tag in _words(ui_locales)]
    return next((tag for tag in wanted if tag in dict(settings.LANGUAGES)), settings.LANGUAGE_CODE)


def _words(value: object) -> list[str]:
    return value.split() if isinstance(value, str) else []


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
