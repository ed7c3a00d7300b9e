"""Django's side of the sign-in: mozilla-django-oidc's backend with everything inside it replaced.

Only the order of the steps is the library's. tokens.py checks what it omits, client.py calls the broker, and
people.py finds the person.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from identity import claims, client, people, tokens
from identity.attempts import Attempt
from identity.models import User
from identity.proof import Proof
from identity.providers import Provider
from identity.refusals import TokenRefused
from identity.tokens import Claims, Expected

PATH = "identity.backend.BrokerBackend"  # what a session remembers of how its user signed in


def redirect_uri() -> str:
    """Return the address to which every broker sends people back, whatever their language."""
    return settings.PUBLIC_URL + reverse("identification:callback")


class BrokerBackend(OIDCAuthenticationBackend):
    """Signs in the person whom a broker identifies. One instance serves one sign-in."""

    provider: Provider
    attempt: Attempt
    proof: Proof
    token: object  # as it came, and what it tells
    told: Claims

    def __init__(self) -> None:
        """Leave out the library's own, which demands settings of a single provider."""
        self.OIDC_RP_CLIENT_ID = self.OIDC_RP_CLIENT_SECRET = ""  # read, and never sent
        self.deadline = client.Deadline()

    # The library's own method is static.
    def get_settings(self, attr: str, *args: Any) -> Any:  # type: ignore[override]
        return "identification:callback" if attr == "OIDC_AUTHENTICATION_CALLBACK_URL" else args[0]

    # Keyword-only and without defaults: Django skips this backend for a user name and password.
    def authenticate(  # type: ignore[override]
        self, request: HttpRequest, *, provider: Provider, attempt: Attempt
    ) -> User | None:
        """Return the user whom the provider's answer identifies, or None for an answer without a code.

        Raises BrokerUnreachable, BrokerRefused, TokenRefused and NoCode.
        """
        self.provider, self.attempt = provider, attempt
        return super().authenticate(  # type: ignore[no-any-return,no-untyped-call]
            request, nonce=attempt.nonce, code_verifier=attempt.verifier
        )

    def get_token(self, payload: dict[str, Any]) -> dict[str, Any]:
        answer = client.exchange(
            self.provider,
            code=payload["code"],
            verifier=self.attempt.verifier,
            redirect_uri=redirect_uri(),
            deadline=self.deadline,
        )
        access_token = answer.get("access_token")
        self.expected = Expected(
            provider=self.provider,
            attempt=self.attempt,
            access_token=access_token if isinstance(access_token, str) else None,
        )
        return answer

    def verify_token(self, token: object, **kwargs: Any) -> Claims:
        def find_key(kid: str) -> dict[str, Any] | None:
            return client.signing_key(self.provider, kid, self.deadline)

        self.token, self.told = token, tokens.verify(token, self.expected, find_key)
        return self.told

    def get_or_create_user(self, access_token: object, id_token: object, payload: Claims) -> User:
        identity, now = claims.read(self._with_userinfo(payload), self.provider), timezone.now()
        user = people.recognise(identity, language=self.attempt.language, at=now).user
        if not user.is_active:
            raise TokenRefused("inactive")
        self.proof = Proof(
            method=identity.method,
            provider=self.provider.id,
            level=identity.level,
            means=identity.means,
            at=now.isoformat(),
        )
        return user

    def _with_userinfo(self, payload: Claims) -> Claims:
        """Return the claims of the token, and what the userinfo endpoint adds where the dialect needs it."""
        if not (self.provider.claims.userinfo and self.provider.userinfo_endpoint):
            return payload
        told = client.fetch_userinfo(self.provider, self.expected.access_token, self.deadline)
        if told.get("sub") != payload["sub"]:  # OpenID Connect Core 5.3.2: it could be another person's
            raise TokenRefused("userinfo-sub")
        return {**told, **payload}

    def get_user(self, user_id: int) -> User | None:
        """Return the user of a session with their person, in one query, or None for a deactivated user."""
        return User.objects.select_related("person").filter(pk=user_id, is_active=True).first()
